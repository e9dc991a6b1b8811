using NodaTime;

namespace Ledger.Projections;

/// <summary>How one projection stands (R087).</summary>
/// <param name="Name">« history », « revenue », « remittances », « journal » or « terminals ».</param>
/// <param name="Generation">Which build of the read model is read, from 1.</param>
/// <param name="Position">Last position that it reflects.</param>
/// <param name="LogPosition">Last position of the log at the same moment.</param>
/// <param name="AsOf">When the last event that it reflects was recorded; null before the first.</param>
/// <param name="Lag">
/// How old its picture may be at most: zero when it reflects the whole log, else the clock's time since <paramref name="AsOf"/>; null when nothing is reflected yet.
/// </param>
/// <param name="SkippedEvents">Events of unknown types that were passed over because the type was declared skippable, since the generation began.</param>
/// <param name="Stop">Where and why it stopped; null while it runs.</param>
/// <param name="Note">What was found at the start that an operator should know, for instance that the old read model was discarded; null when nothing.</param>
public sealed record ProjectionStatus(
    string Name,
    int Generation,
    ProjectionCondition Condition,
    long Position,
    long LogPosition,
    Instant? AsOf,
    Duration? Lag,
    long SkippedEvents,
    ProjectionStop? Stop,
    string? Note)
{
    public long EventsBehind => LogPosition - Position;
}

public enum ProjectionCondition
{
    /// <summary>It reflects less than the log held when it was opened; answers wait for that.</summary>
    CatchingUp = 1,

    Live = 2,

    /// <summary>It does not move until it is resumed or rebuilt; its answers say how old they are. The other projections go on.</summary>
    Stopped = 3,

    /// <summary>The store cannot be written just now; tried again, with a bound.</summary>
    Retrying = 4,

    /// <summary>Closed.</summary>
    Closed = 5,
}

/// <param name="Position">The event that could not be taken in, or the last position reflected when no single event is to blame.</param>
/// <param name="EventType">Its stored type name, when one event is to blame.</param>
/// <param name="Reason">What is wrong and what to do.</param>
public sealed record ProjectionStop(StopKind Kind, long Position, string? EventType, string Reason);

/// <summary>Wire values: append, never reuse.</summary>
public enum StopKind
{
    /// <summary>A type that this program does not know, and that was not declared skippable.</summary>
    UnknownEventType = 1,

    /// <summary>An event that cannot be decoded, or that cannot follow what the view holds.</summary>
    PoisonEvent = 2,

    /// <summary>The read model could not be written, also after <c>AttemptsMax</c> attempts.</summary>
    StoreUnavailable = 3,

    /// <summary>The log could not be read.</summary>
    LogUnavailable = 4,
}
