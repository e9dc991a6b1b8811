using Ledger.Cluster.Wolverine.Outbound;
using Ledger.Contracts.Integration.V1;
using Ledger.Engine;
using Ledger.EventLog;
using Microsoft.Extensions.Logging;
using NodaTime;
using Npgsql;
using Wolverine.Runtime;
using Wolverine.Runtime.Handlers;

namespace Ledger.Cluster.Wolverine.Inbound;

/// <summary>
/// Does one kind of command. Written by hand, so that nothing is generated or compiled at run time. Wolverine's receiver calls it one message at a time; a message leaves the inbox only after
/// its answer is in the outbox.
/// </summary>
internal sealed class CommandHandler<T>(CommandTaker taker) : MessageHandler<T>
    where T : class, IIntegrationCommand
{
    /// <exception cref="MalformedCommandException">No repeat makes it good: a dead letter at once.</exception>
    /// <exception cref="CommandIdReusedException">The same.</exception>
    protected override Task HandleAsync(T message, MessageContext context, CancellationToken cancellation) => taker.TakeAsync(message, context.Runtime, cancellation);
}

/// <summary>Has commands done by the engine, and answers them. Any thread.</summary>
internal sealed partial class CommandTaker(ILedgerEngine engine, NpgsqlDataSource source, MessagingPlaces places, IClock clock, TimeProvider timers, ILogger logger)
{
    /// <summary>Between two tries while the database or the engine cannot: doubled from the first to the last. The inbox is in the same database, so nothing is held up that could go on.</summary>
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100), PauseMax = TimeSpan.FromSeconds(5);

    /// <exception cref="MalformedCommandException">An id or a text is out of range.</exception>
    /// <exception cref="CommandIdReusedException">The id stands for another body.</exception>
    public async Task TakeAsync(IIntegrationCommand message, IWolverineRuntime runtime, CancellationToken cancellation)
    {
        var command = CommandTranslation.ToEngine(message, clock.GetCurrentInstant());
        var outbox = new Outbox(runtime, source);
        var pause = PauseMin;
        while (true)
        {
            try
            {
                var reply = await engine.ExecuteAsync(command, cancellation).ConfigureAwait(false);
                var (id, answer) = CommandTranslation.ToAnswer(message.CommandId, reply);
                await outbox.PublishAsync(Outbox.EnvelopeOf(id, answer, places.Answers), cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception exception) when (exception is EventLogUnavailableException or MailboxFullException or NpgsqlException)
            {
                // The same id again: what took effect is only answered. It is tried for as long as this process is to run, since without the database nothing else could be done with it.
                LogWaits(logger, message.CommandId, exception.GetType().Name);
                await Task.Delay(pause, timers, cancellation).ConfigureAwait(false);
                pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Command {CommandId} waits, tried again: {Reason}")]
    private static partial void LogWaits(ILogger logger, Guid commandId, string reason);
}
