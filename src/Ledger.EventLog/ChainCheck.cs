using System.Collections.Immutable;

namespace Ledger.EventLog;

/// <summary>Verifies what was read of one stream. For implementers of logs and for the verifier.</summary>
public static class ChainCheck
{
    /// <param name="afterVersion">The version before the first of <paramref name="events"/>.</param>
    /// <param name="previousHash">That version's hash, or <see cref="ChainHash.Genesis"/>.</param>
    /// <exception cref="EventLogCorruptException">A version is missing or an event's bytes are not those that were appended.</exception>
    public static void Continues(StreamName stream, long afterVersion, ReadOnlyMemory<byte> previousHash, ImmutableArray<RecordedEvent> events)
    {
        var version = afterVersion;
        foreach (var recorded in events)
        {
            version++;
            if (recorded.Version != version) throw Corrupt(recorded, $"version {version} of the stream is missing");
            if (!ChainHash.Matches(previousHash.Span, recorded)) throw Corrupt(recorded, "its bytes are not those that were appended: the chain hash differs");
            previousHash = recorded.Hash;
        }

        EventLogCorruptException Corrupt(RecordedEvent recorded, string why) =>
            new($"The log is damaged at position {recorded.Position}, « {stream} » version {recorded.Version}: {why}. {EventLogCorruptException.WhatToDo}")
            {
                Position = recorded.Position,
                Stream = stream,
                Version = recorded.Version,
            };
    }
}
