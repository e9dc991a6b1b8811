using System.Collections.Immutable;

namespace Ledger.EventLog.Appending;

/// <param name="Version">0 for a stream without events.</param>
/// <param name="Hash">Of its last event, <see cref="ChainHash.Genesis"/> for a stream without events.</param>
public readonly record struct BatchHead(long Version, ReadOnlyMemory<byte> Hash)
{
    /// <summary>Of a stream without events.</summary>
    public static BatchHead None { get; } = new(0, ChainHash.Genesis);
}

/// <summary>What a store has of the streams and command ids of one batch.</summary>
/// <param name="LastPosition">The log's last position; 0 for an empty log.</param>
/// <param name="Heads">Of each stream that a unit writes or has read, <see cref="BatchHead.None"/> for one without events.</param>
/// <param name="Commands">Records of those ids of the batch that were used before.</param>
public sealed record BatchFacts(long LastPosition, IReadOnlyDictionary<StreamName, BatchHead> Heads, IReadOnlyDictionary<Guid, CommandRecord> Commands)
{
    /// <summary>The streams to ask for, each once.</summary>
    public static ImmutableArray<StreamName> StreamsOf(IReadOnlyList<AppendUnit> units) =>
        [.. units.SelectMany(static unit => unit.Writes.Select(static write => write.Stream).Concat(unit.Reads.Select(static read => read.Stream))).Distinct()];
}
