using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Simulation.Oracle;

/// <summary>
/// Every stream as the committed events make it: versions, chain (I38), state; and whether each unit is what the deciders say on the state that
/// it was appended to (I20), as if one command came after another.
/// </summary>
internal sealed class StreamBook(Judge judge)
{
    private readonly Dictionary<StreamName, Entry> _streams = [];
    private readonly List<(StreamName Stream, object State, List<ILedgerEvent> Events)> _again = [];
    private long _position;

    public long VersionOf(StreamName stream) => _streams.TryGetValue(stream, out var entry) ? entry.Version : 0;

    /// <summary>Checks place and chain of what was committed.</summary>
    public ILedgerEvent[] Chain(ReadOnlySpan<RecordedEvent> recorded)
    {
        var events = new ILedgerEvent[recorded.Length];
        for (var index = 0; index < recorded.Length; index++)
        {
            var one = recorded[index];
            var entry = Open(one.Stream);
            if (one.Position != ++_position) judge.Broken("I38", $"position {_position} is missing");
            if (one.Version != ++entry.Version) judge.Broken("I38", $"{one.Stream}: version {one.Version} follows {entry.Version - 1}");
            if (!ChainHash.Matches(entry.Hash.Span, one)) judge.Broken("I38", $"{one.Stream}: the chain is broken at version {one.Version}");
            entry.Hash = one.Hash;
            events[index] = EventCodec.Default.Decode(one);
        }

        return events;
    }

    /// <summary>Decides the command once more, on the states before it, and takes the events in.</summary>
    public void DecideAgain(Asking? asking, ReadOnlySpan<RecordedEvent> recorded, ReadOnlySpan<ILedgerEvent> events)
    {
        var isSame = false;
        for (var asked = asking; asked is not null && !isSame; asked = asked.Before) isSame = Decide(asked.Command) && AreDecided(recorded, events);
        if (!isSame) judge.Broken("I20", $"command {recorded[0].CommandId:N} on {recorded[0].Stream}: its events are not what the deciders say on version {recorded[0].Version - 1}");

        for (var index = 0; index < events.Length; index++)
        {
            var entry = Open(recorded[index].Stream);
            try
            {
                entry.State = entry.Rules.Evolve(entry.State, events[index]);
            }
            catch (InvariantException exception)
            {
                judge.Broken("I20", $"{recorded[index].Stream}: the history cannot be folded: {exception.Message}");
            }
        }
    }

    private bool Decide(EngineCommand command)
    {
        _again.Clear();
        var before = new List<ILedgerEvent>();
        foreach (var part in command.Parts)
        {
            if (!Decide(part.Stream, part.Build(before), before)) return false;
        }

        return true;
    }

    private bool Decide(StreamName stream, object command, List<ILedgerEvent>? before)
    {
        var place = _again.FindIndex(one => one.Stream == stream);
        if (place < 0)
        {
            place = _again.Count;
            _again.Add((stream, Open(stream).State, []));
        }

        var (_, state, own) = _again[place];
        var rules = Open(stream).Rules;
        if (rules.Decide(state, command) is not { } decided) return before is null;

        foreach (var @event in decided)
        {
            state = rules.Evolve(state, @event);
            own.Add(@event);
            before?.Add(@event);
        }

        _again[place] = (stream, state, own);
        if (before is null || decided.IsEmpty || state is not TransactionState transaction || Transaction.FactsOf(transaction) is not { } facts) return true;
        return TerminalReactions.After(facts.TransactionId, [.. decided.Cast<TransactionEvent>()]) is not { } reaction || Decide(facts.Terminal.Stream, reaction, null);
    }

    private bool AreDecided(ReadOnlySpan<RecordedEvent> recorded, ReadOnlySpan<ILedgerEvent> events)
    {
        var count = 0;
        foreach (var (stream, _, own) in _again)
        {
            var next = 0;
            for (var index = 0; index < events.Length; index++)
            {
                if (recorded[index].Stream == stream && (next >= own.Count || !own[next++].Equals(events[index]))) return false;
            }

            if (next != own.Count) return false;
            count += next;
        }

        return count == events.Length;
    }

    private Entry Open(StreamName stream)
    {
        if (!_streams.TryGetValue(stream, out var entry)) _streams[stream] = entry = new Entry(Rules.Of(stream));
        return entry;
    }

    private sealed class Entry(Rules rules)
    {
        public Rules Rules { get; } = rules;

        public long Version { get; set; }

        public ReadOnlyMemory<byte> Hash { get; set; } = ChainHash.Genesis;

        public object State { get; set; } = rules.Initial;
    }
}
