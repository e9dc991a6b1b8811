using System.Runtime.ExceptionServices;
using Ledger.Cluster.Wolverine.Inbound;
using Ledger.Cluster.Wolverine.Outbound;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.EventLog.Postgres.Leases;
using Ledger.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using RabbitMQ.Client.Exceptions;
using Wolverine.Runtime;
using Wolverine.Transports;

namespace Ledger.Cluster.Wolverine;

/// <summary>
/// Tells other services what happened, and takes their commands. Any number of processes over one database: all send, receive and answer, and one of them at a time puts events into the outbox.
/// </summary>
public sealed partial class MessagingService : IAsyncDisposable
{
    /// <summary>Stored, so never renamed.</summary>
    private const string LeaseName = "messages-relay";

    private readonly IHost _host;
    private readonly PostgresLease _lease;
    private readonly Relay _relay;
    private readonly ILogger _logger;

    private MessagingService(IHost host, PostgresLease lease, Relay relay, ILogger logger) => (_host, _lease, _relay, _logger) = (host, lease, relay, logger);

    /// <summary>Whether this process is the one that follows the log.</summary>
    public bool IsRelaying => _lease.Epoch != 0;

    /// <summary>Connects, and begins to send, receive and answer.</summary>
    /// <param name="database">Stays the caller's, as all others: disposed after this.</param>
    /// <param name="engine">Over the same log.</param>
    /// <param name="logs">Where warnings go; null for nowhere.</param>
    /// <exception cref="EventLogRefusedException">The database has no place for messages, or one of another version. Nothing was changed.</exception>
    /// <exception cref="EventLogUnavailableException">Database or broker cannot be reached.</exception>
    public static async Task<MessagingService> StartAsync(
        MessagingOptions options, PostgresDatabase database, PostgresEventLog log, ILedgerEngine engine, IClock clock, ILoggerProvider? logs, CancellationToken cancellation)
    {
        await PostgresFaults.GuardAsync(async () =>
        {
            await MessagingSchema.CheckAsync(options, database.Source, cancellation).ConfigureAwait(false);
            return true;
        }).ConfigureAwait(false);

        var logger = logs?.CreateLogger("Ledger.Messages") ?? NullLogger.Instance;
        var commands = new CommandTaker(engine, database.Source, MessagingPlaces.Of(options), clock, TimeProvider.System, logger);
        var host = MessagingHost.Build(options, database.Source, commands, logs);
        try
        {
            await host.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            host.Dispose();
            if (exception is RabbitMQClientException or BrokerInitializationException) throw new EventLogUnavailableException("The broker cannot be reached, or refuses this user. Check its address, and that it runs.", exception);
            if (PostgresFaults.Translate(exception) is { } trouble) throw trouble;
            throw;
        }

        var runtime = host.Services.GetRequiredService<IWolverineRuntime>();
        var relay = new Relay(log, EventCodec.Default, database.Source, new Outbox(runtime, database.Source), options, TimeProvider.System, logger);
        return new MessagingService(host, log.NewLease(LeaseName, runtime.Options.UniqueNodeId), relay, logger);
    }

    /// <summary>Follows the log whenever it is this process's turn, until cancelled. Once.</summary>
    /// <exception cref="EventLogCorruptException">The log is damaged, and nothing after that place is told.</exception>
    /// <exception cref="UnknownEventTypeException">A newer program wrote events that this one does not know: it would not know whether they move money.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        ExceptionDispatchInfo? failure = null;
        await _lease.RunAsync(
            async token =>
            {
                try
                {
                    await _relay.RunAsync(token).ConfigureAwait(false);
                }
                catch (Exception exception) when (!token.IsCancellationRequested)
                {
                    // The relay's edge: what no repeat mends ends the whole, and is thrown to whoever asked for it.
                    failure = ExceptionDispatchInfo.Capture(exception);
                    await ending.CancelAsync().ConfigureAwait(false);
                }
            },
            trouble => LogLease(_logger, trouble.Message),
            ending.Token).ConfigureAwait(false);
        failure?.Throw();
    }

    /// <summary>Stops sending and receiving; what is in hand is finished, or left for others.</summary>
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        _host.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whose turn it is to follow the log cannot be asked, tried again: {Reason}")]
    private static partial void LogLease(ILogger logger, string reason);
}
