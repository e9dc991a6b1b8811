using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>
/// One stream's state, ahead of the log by what is on its way there. Its shard alone touches it. States are immutable: a decision that
/// throws leaves the actor as it was.
/// </summary>
internal sealed class Actor(StreamName stream, StreamType type)
{
    private static readonly HashBytes Genesis = HashBytes.Of(ChainHash.Genesis.Span);

    private HashBytes _hash = Genesis;

    public StreamName Stream { get; } = stream;

    public StreamType Type { get; } = type;

    public object State { get; set; } = type.Initial;

    /// <summary>Number of events in <see cref="State"/>; 0 for a stream that does not exist.</summary>
    public long Version { get; set; }

    /// <summary>Chain hash of the event at <see cref="Version"/>. Kept here, for an actor lives long and every object that it has costs the collector.</summary>
    public ReadOnlySpan<byte> Hash
    {
        get => _hash;
        set => _hash = HashBytes.Of(value);
    }

    /// <summary>The unit that made <see cref="State"/>, while it is not settled; null when all of it is durable.</summary>
    public CommitUnit? LastUnit { get; set; }

    /// <summary>Units with events of this stream that are not settled.</summary>
    public int InFlight { get; set; }

    /// <summary>Used since the table's hand last passed.</summary>
    public bool IsRecent { get; set; }

    /// <summary>A decider threw: it is dropped, and loaded anew by the next command, as soon as nothing is in flight.</summary>
    public bool IsStopped { get; set; }

    /// <summary>Its place in the table; -1 when it is not there (any more).</summary>
    public int Slot { get; set; } = -1;
}
