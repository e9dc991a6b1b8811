using Ledger.EventLog;

namespace Ledger.Projections.Running;

/// <summary>What a projection does with events of one type. Remembers each type's answer; for one thread.</summary>
/// <param name="skippable">Stored type names, unknown to this program, that an operator declared harmless to pass over.</param>
internal sealed class EventChoice(IProjection projection, EventCodec codec, IReadOnlySet<string> skippable)
{
    /// <summary>Types are few; names that nobody knows are not remembered, so the table cannot grow without end.</summary>
    private readonly Dictionary<string, EventUse> _byType = new(StringComparer.Ordinal);

    public EventUse Of(RecordedEvent recorded) => _byType.TryGetValue(recorded.Type, out var known) ? known : Decide(recorded);

    private EventUse Decide(RecordedEvent recorded)
    {
        if (codec.Knows(recorded.Type)) return _byType[recorded.Type] = projection.Folds(codec.ClassOf(recorded.Type)) ? EventUse.Fold : EventUse.PassOver;
        if (skippable.Contains(recorded.Type)) return EventUse.Skip;

        var category = recorded.Stream.Category;
        return Categories.IsKnown(category) && !projection.Categories.Contains(category) ? EventUse.PassOver : EventUse.Unknown;
    }
}

internal enum EventUse
{
    Fold = 1,

    /// <summary>Says nothing to this projection; not even decoded.</summary>
    PassOver = 2,

    /// <summary>Unknown, declared skippable: passed over and counted.</summary>
    Skip = 3,

    /// <summary>Unknown, and it might matter: the projection stops.</summary>
    Unknown = 4,
}
