using System.Collections.Immutable;

namespace Ledger.EventLog.Postgres.Appending;

/// <summary>
/// One attempt at a batch: decides its units as far as can be known here, and gathers what is to be appended with what is taken for granted about the
/// database, which then confirms all of it or refuses all of it. Used once, by one caller.
/// </summary>
/// <param name="known">What the database said of streams and command ids when it refused the attempt before; empty at first.</param>
internal sealed class AppendRound(AppendFacts known)
{
    private readonly Dictionary<StreamName, AppendHead> _heads = [];
    private readonly Dictionary<StreamName, AppendHead> _claims = [];
    private readonly Dictionary<Guid, CommandRecord> _commands = [];
    private readonly List<Verdict> _verdicts = [];
    private int _eventCount;

    /// <summary>Heads that the units were made on, one per stream: what the database is to confirm.</summary>
    public IReadOnlyDictionary<StreamName, AppendHead> Claims => _claims;

    /// <summary>Units that are appended if the database confirms.</summary>
    public List<AppendUnit> Accepted { get; } = [];

    public int EventCount => _eventCount;

    /// <summary>Whether a unit that is appended has events for the stream.</summary>
    public bool Writes(StreamName stream) => _heads.ContainsKey(stream);

    /// <summary>Takes the batch's next unit.</summary>
    public void Add(AppendUnit unit)
    {
        if (Find(unit.Command.Id) is { } existing)
        {
            _verdicts.Add(new Verdict(new AppendResult.DuplicateCommand(existing), 0));
            return;
        }

        if (Conflict(unit) is { } conflict)
        {
            _verdicts.Add(new Verdict(conflict, 0));
            return;
        }

        foreach (var read in unit.Reads) Claim(read.Stream, new AppendHead(read.Version, default));
        foreach (var write in unit.Writes) Take(write);
        _commands.Add(unit.Command.Id, unit.Command);
        Accepted.Add(unit);
        _verdicts.Add(new Verdict(null, _eventCount));
    }

    /// <summary>One result per unit, in their order.</summary>
    /// <param name="before">Position before the first event that was appended.</param>
    public ImmutableArray<AppendResult> Results(long before)
    {
        var results = ImmutableArray.CreateBuilder<AppendResult>(_verdicts.Count);
        foreach (var (refused, events) in _verdicts) results.Add(refused ?? new AppendResult.Appended(before + events));
        return results.MoveToImmutable();
    }

    private CommandRecord? Find(Guid id) => _commands.GetValueOrDefault(id) ?? known.Commands.GetValueOrDefault(id);

    private AppendResult.VersionConflict? Conflict(AppendUnit unit)
    {
        foreach (var read in unit.Reads)
        {
            if (Conflict(read.Stream, new AppendHead(read.Version, default)) is { } conflict) return conflict;
        }

        foreach (var write in unit.Writes)
        {
            if (Conflict(write.Stream, new AppendHead(write.ExpectedVersion, write.PreviousHash)) is { } conflict) return conflict;
        }

        return null;
    }

    /// <summary>A stream that nothing is known of is taken to be as the unit says.</summary>
    private AppendResult.VersionConflict? Conflict(StreamName stream, AppendHead seen)
    {
        if (!_heads.TryGetValue(stream, out var head) && !_claims.TryGetValue(stream, out head) && !known.Heads.TryGetValue(stream, out head)) return null;
        return head.Agrees(seen) ? null : new AppendResult.VersionConflict(stream, seen.Version, head.Version);
    }

    private void Take(StreamWrite write)
    {
        Claim(write.Stream, new AppendHead(write.ExpectedVersion, write.PreviousHash));
        _heads[write.Stream] = new AppendHead(write.ExpectedVersion + write.Events.Length, write.Events[^1].Hash);
        _eventCount += write.Events.Length;
    }

    /// <summary>What the database is to confirm of a stream that nothing of this round has written yet; the first who knows its hash says it.</summary>
    private void Claim(StreamName stream, AppendHead seen)
    {
        if (_heads.ContainsKey(stream)) return;
        if (!_claims.TryGetValue(stream, out var claim) || claim.Hash.IsEmpty) _claims[stream] = seen;
    }

    /// <param name="Refused">Null for a unit that is appended.</param>
    /// <param name="Events">Events of the batch up to and with the unit's own.</param>
    private readonly record struct Verdict(AppendResult? Refused, int Events);
}

/// <summary>What the database said of the streams and command ids of one batch, at one moment.</summary>
internal sealed record AppendFacts(IReadOnlyDictionary<StreamName, AppendHead> Heads, IReadOnlyDictionary<Guid, CommandRecord> Commands)
{
    public static AppendFacts None { get; } = new(ImmutableDictionary<StreamName, AppendHead>.Empty, ImmutableDictionary<Guid, CommandRecord>.Empty);
}

/// <param name="Version">0 for a stream without events.</param>
/// <param name="Hash">Of its last event, <see cref="ChainHash.Genesis"/> for a stream without events; empty where it is not said.</param>
internal readonly record struct AppendHead(long Version, ReadOnlyMemory<byte> Hash)
{
    /// <summary>They may be the same, as far as both say.</summary>
    public bool Agrees(AppendHead other) => Version == other.Version && (Hash.IsEmpty || other.Hash.IsEmpty || Hash.Span.SequenceEqual(other.Hash.Span));
}
