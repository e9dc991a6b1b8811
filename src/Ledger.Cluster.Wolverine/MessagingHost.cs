using JasperFx;
using JasperFx.CodeGeneration;
using Ledger.Cluster.Wolverine.Inbound;
using Ledger.Contracts.Integration.V1;
using Ledger.Engine;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Postgresql;
using Wolverine.RabbitMQ;

namespace Ledger.Cluster.Wolverine;

/// <summary>Wolverine as this project runs it: one schema of the ledger's database, nothing made at start, nothing generated, no discovery.</summary>
internal static class MessagingHost
{
    /// <summary>How often Wolverine looks at outbox and inbox by itself; what a process died with is sent by another after that.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>A process that said nothing for so long is dead, and what it had in hand is another's. Bounded from below by how often each says that it lives.</summary>
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(6), SayEvery = TimeSpan.FromSeconds(2);

    /// <summary>How long a message that was handled is remembered by the transport's id. The ledger remembers commands by their own id for longer.</summary>
    private static readonly TimeSpan RememberHandled = TimeSpan.FromHours(1);

    /// <summary>Pauses before a command that failed for no known reason is tried again; after the last it is a dead letter.</summary>
    private static readonly TimeSpan[] Retries = [TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)];

    /// <summary>A command waits while the database is away, so it has no bound of its own that would end it.</summary>
    private static readonly TimeSpan HandlingMax = TimeSpan.FromDays(20);

    /// <summary>How long a stopping process waits for what is in hand.</summary>
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(5);

    /// <param name="commands">Who takes commands; null for a host that is never started, only asked.</param>
    public static IHost Build(MessagingOptions options, NpgsqlDataSource source, CommandTaker? commands, ILoggerProvider? logs)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        // It warns that it found no handlers to generate code for: there are none.
        builder.Logging.AddFilter("Wolverine.Configuration.HandlerDiscovery", LogLevel.Error);
        if (logs is not null) builder.Logging.AddProvider(logs);
        builder.UseWolverine(wolverine => Configure(wolverine, options, source, commands));
        return builder.Build();
    }

    private static void Configure(WolverineOptions wolverine, MessagingOptions options, NpgsqlDataSource source, CommandTaker? commands)
    {
        wolverine.ServiceName = "ledger";
        wolverine.ApplicationAssembly = typeof(MessagingHost).Assembly;
        wolverine.Discovery.DisableConventionalDiscovery();
        // There is nothing to generate: handlers are written by hand.
        wolverine.CodeGeneration.TypeLoadMode = TypeLoadMode.Static;
        wolverine.AutoBuildMessageStorageOnStartup = AutoCreate.None;
        wolverine.DefaultSerializer = new CommandSerializer();
        wolverine.DefaultExecutionTimeout = HandlingMax;
        wolverine.UnknownMessageBehavior = UnknownMessageBehavior.DeadLetterQueue;
        wolverine.EnableAutomaticFailureAcks = false;
        wolverine.OnException<MalformedCommandException>().Or<CommandIdReusedException>().MoveToErrorQueue();
        // The process stops: the command stays in the inbox, for another one.
        wolverine.OnException<OperationCanceledException>().Requeue(10);
        wolverine.OnAnyException().RetryWithCooldown(Retries).Then.MoveToErrorQueue();
        ConfigureDurability(wolverine.Durability);

        wolverine.PersistMessagesWithPostgresql(source, MessagingPlaces.Schema)
            .EnableMessageTransport(static transport => transport.TransportSchemaName(MessagingPlaces.Schema));
        if (options.RabbitMq is { } broker) ConfigureRabbitMq(wolverine, broker);
        else ConfigureQueues(wolverine);
        if (commands is null) return;

        Take<OpposeCard>(wolverine, commands);
        Take<RenewCard>(wolverine, commands);
        Take<BlockTerminal>(wolverine, commands);
    }

    private static void ConfigureDurability(DurabilitySettings durability)
    {
        durability.Mode = DurabilityMode.Balanced;
        durability.ScheduledJobPollingTime = LookEvery;
        durability.ScheduledJobFirstExecution = LookEvery;
        durability.OrphanedMessageSweepPollingTime = LookEvery;
        durability.RecoveryBatchSize = 1000;
        durability.HealthCheckPollingTime = SayEvery;
        durability.FirstHealthCheckExecution = SayEvery;
        durability.StaleNodeTimeout = SilenceMax;
        durability.CheckAssignmentPeriod = SayEvery;
        durability.KeepAfterMessageHandling = RememberHandled;
        durability.DrainTimeout = DrainMax;
        durability.DurabilityMetricsEnabled = false;
    }

    /// <summary>Exchanges and the queue of commands are made on the broker where they are missing; consumers bind queues of their own.</summary>
    private static void ConfigureRabbitMq(WolverineOptions wolverine, Uri broker)
    {
        wolverine.UseRabbitMq(broker)
            .AutoProvision()
            // Dead letters are the database's, where « messages dead » sees them.
            .DisableDeadLetterQueueing()
            // Off by default in Wolverine: a message would be forgotten here before the broker has it.
            .ConfigureChannelCreation(static channel => (channel.PublisherConfirmationsEnabled, channel.PublisherConfirmationTrackingEnabled) = (true, true));
        wolverine.PublishMessage<PaymentAccepted>().ToRabbitExchange(MessagingPlaces.EventsExchange, static exchange => exchange.ExchangeType = global::Wolverine.RabbitMQ.ExchangeType.Fanout).UseDurableOutbox();
        wolverine.PublishMessage<CommandAccepted>().ToRabbitExchange(MessagingPlaces.AnswersExchange, static exchange => exchange.ExchangeType = global::Wolverine.RabbitMQ.ExchangeType.Fanout).UseDurableOutbox();
        wolverine.ListenToRabbitQueue(MessagingPlaces.CommandsRabbitQueue).UseDurableInbox().Sequential();
    }

    private static void ConfigureQueues(WolverineOptions wolverine)
    {
        wolverine.PublishMessage<PaymentAccepted>().ToPostgresqlQueue(MessagingPlaces.EventsQueue).UseDurableOutbox();
        wolverine.PublishMessage<CommandAccepted>().ToPostgresqlQueue(MessagingPlaces.AnswersQueue).UseDurableOutbox();
        wolverine.ListenToPostgresqlQueue(MessagingPlaces.CommandsQueue).UseDurableInbox().Sequential();
    }

    private static void Take<T>(WolverineOptions wolverine, CommandTaker commands)
        where T : class, IIntegrationCommand
    {
        wolverine.AddMessageHandler(new CommandHandler<T>(commands));
        wolverine.RegisterMessageType(typeof(T), IntegrationMessages.NameOf(typeof(T)));
    }
}
