using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka.Wire;

/// <summary>What an engine throws, as a number and what it says. Sent, so never renumbered.</summary>
internal enum FailureKind : byte
{
    MailboxFull = 1,
    CommandIdReused = 2,
    ActorFailed = 3,
    LogUnavailable = 4,
    LogFenced = 5,
    EngineFaulted = 6,
    Malformed = 7,
    LogCorrupt = 8,
}

/// <param name="Stream">Of the actor that failed; null for the other kinds.</param>
/// <param name="CommandId">Of the command whose id was used before; empty for the other kinds.</param>
internal sealed record Failure(FailureKind Kind, string Message, StreamName? Stream, Guid CommandId);

/// <summary>An engine's exceptions across a process's edge and back. Whatever has no kind of its own is a fault of that engine.</summary>
internal static class FailureCodec
{
    public static Failure Encode(Exception error) => error switch
    {
        MailboxFullException => new Failure(FailureKind.MailboxFull, error.Message, null, Guid.Empty),
        CommandIdReusedException reused => new Failure(FailureKind.CommandIdReused, error.Message, null, reused.Id),
        ActorFailedException failed => new Failure(FailureKind.ActorFailed, failed.InnerException?.Message ?? failed.Message, failed.Stream, Guid.Empty),
        EventLogUnavailableException => new Failure(FailureKind.LogUnavailable, error.Message, null, Guid.Empty),
        // That node's engine is being stopped, and this one's is not: repeat the command.
        ObjectDisposedException or TimeoutException or OperationCanceledException =>
            new Failure(FailureKind.LogUnavailable, "The node that was asked is stopping. Repeat the command with the same id.", null, Guid.Empty),
        EventLogFencedException => new Failure(FailureKind.LogFenced, error.Message, null, Guid.Empty),
        EventLogCorruptException => new Failure(FailureKind.LogCorrupt, error.Message, null, Guid.Empty),
        ArgumentException => new Failure(FailureKind.Malformed, error.Message, null, Guid.Empty),
        EngineFaultedException => new Failure(FailureKind.EngineFaulted, error.InnerException?.Message ?? error.Message, null, Guid.Empty),
        _ => new Failure(FailureKind.EngineFaulted, error.Message, null, Guid.Empty),
    };

    /// <exception cref="WireException">An actor that failed has no stream.</exception>
    public static Exception Decode(Failure failure) => failure.Kind switch
    {
        FailureKind.MailboxFull => new MailboxFullException(),
        FailureKind.CommandIdReused => new CommandIdReusedException(failure.CommandId),
        FailureKind.ActorFailed => new ActorFailedException(failure.Stream ?? throw new WireException("An actor that failed has no stream."), new RemoteFailureException(failure.Message)),
        FailureKind.LogUnavailable => new EventLogUnavailableException(failure.Message),
        FailureKind.LogFenced => new EventLogFencedException(failure.Message),
        FailureKind.EngineFaulted => new EngineFaultedException(new RemoteFailureException(failure.Message)),
        FailureKind.Malformed => new ArgumentException(failure.Message),
        FailureKind.LogCorrupt => new EventLogCorruptException(failure.Message),
    };
}
