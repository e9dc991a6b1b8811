namespace Ledger.Engine;

/// <summary>What an operator and the health check see; read without stopping anything, so the numbers are of about the same moment.</summary>
/// <param name="Reason">Why it refuses everything; null while it runs.</param>
/// <param name="QueueDepth">Commands and reads that wait for a decision.</param>
/// <param name="InFlightUnits">Commands that are decided and not yet durable.</param>
/// <param name="ActorCount">Streams whose state is in memory.</param>
/// <param name="FailedStreams">Streams whose history could not be read, last time it was tried.</param>
/// <param name="LastPosition">The log's last committed position.</param>
public sealed record EngineStatus(
    EngineHealth Health,
    string? Reason,
    int QueueDepth,
    int InFlightUnits,
    int ActorCount,
    int FailedStreams,
    long LastPosition);

public enum EngineHealth
{
    Running = 1,

    /// <summary>Another writer took the log over: this engine refuses everything. Stop the process.</summary>
    Fenced = 2,

    /// <summary>A thread of the engine met what it was not built for: it refuses everything. Restart the process and report the reason.</summary>
    Faulted = 3,

    /// <summary>Disposed.</summary>
    Stopped = 4,
}

/// <summary>A part of the engine itself broke (not an actor): it refuses everything until the process is restarted.</summary>
public sealed class EngineFaultedException(Exception inner)
    : Exception($"The engine stopped and must be restarted; repeat the command with the same id then. {inner.Message}", inner);
