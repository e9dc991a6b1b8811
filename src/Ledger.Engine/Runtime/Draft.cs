using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ledger.Domain;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Engine.Runtime;

/// <summary>
/// Decides one command over its streams, without touching the actors until it is whole. One per shard, used again for every command.
/// A stream that is not in memory is first taken for new: a decision that has events proves or disproves it, for the log checks the
/// version, and no stream is read that does not exist. A decision without events proves nothing, so the stream is then read, as it is when
/// the log disproved the first guess.
/// </summary>
/// <param name="hasOtherWriters">What a decision saw and does not write is then said to the log, which refuses what another writer made untrue.</param>
internal sealed class Draft(StreamTypes types, ActorTable actors, ActorLoader loader, EventCodec codec, CommittedStates committed, bool hasOtherWriters)
{
    // The first so many are in use; made once and used again.
    private readonly List<DraftStream> _pool = [];
    private int _streamCount;
    private readonly List<ILedgerEvent> _events = [];
    private int _eventCount;
    private bool _isGuess;

    /// <summary>Decides, encodes, chains, and lets the actors run ahead.</summary>
    /// <exception cref="ActorFailedException">A history, a decider or the codec broke; nothing is changed.</exception>
    public CommitUnit Decide(Shard shard, PendingCommand pending, Instant now)
    {
        var rejection = DecideParts(pending.Command, guess: pending.Attempts == 1, out var broken);
        if (_isGuess && (broken is not null || rejection is not null || HasUnprovenGuess()))
        {
            rejection = DecideParts(pending.Command, guess: false, out broken);
        }

        if (broken is not null) throw broken;
        if (rejection is not null) DropEvents();
        return Seal(shard, pending, rejection, now);
    }

    private ReadOnlySpan<DraftStream> Streams => CollectionsMarshal.AsSpan(_pool)[.._streamCount];

    private bool HasUnprovenGuess()
    {
        foreach (var stream in Streams)
        {
            if (stream.IsGuess && stream.Events.Count == 0) return true;
        }

        return false;
    }

    private CommandRejection? DecideParts(EngineCommand command, bool guess, out ActorFailedException? broken)
    {
        Clear();
        broken = null;
        var at = command.Parts[0].Stream;
        try
        {
            foreach (var part in command.Parts)
            {
                at = part.Stream;
                if (DecidePart(Open(at, guess), part.Build(_events), isReaction: false) is { } rejection) return rejection;
            }

            return null;
        }
        catch (Exception exception) when (exception is not (EventLogUnavailableException or EventLogFencedException))
        {
            // The actor's edge: this command is refused, its streams are loaded anew, everything else runs on.
            broken = exception as ActorFailedException ?? new ActorFailedException(at, exception);
            return null;
        }
    }

    private CommandRejection? DecidePart(DraftStream stream, object command, bool isReaction)
    {
        var type = stream.Actor.Type;
        var decided = type.Decide(stream.State, command);
        if (decided.Rejection is not null) return decided.Rejection;

        foreach (var @event in decided.Events)
        {
            stream.State = type.Evolve(stream.State, @event);
            stream.Events.Add(@event);
            _events.Add(@event);
        }

        _eventCount += decided.Events.Length;
        if (isReaction || decided.Events.IsEmpty || type.React(stream.State, decided.Events) is not { } reaction) return null;

        // What happened happened: a terminal that knows nothing of it does not undo it. So a refused reaction is left out.
        DecidePart(Open(reaction.Stream, guess: false), reaction.Command, isReaction: true);
        return null;
    }

    private DraftStream Open(StreamName name, bool guess)
    {
        foreach (var open in Streams)
        {
            if (open.Actor.Stream == name) return open;
        }

        var actor = actors.Find(name);
        var isGuess = actor is null && guess;
        if (actor is null)
        {
            actor = guess ? new Actor(name, types.Of(name)) : loader.Load(name, types.Of(name));
            if (!guess) actors.Add(actor);
        }

        _isGuess |= isGuess;
        if (_streamCount == _pool.Count) _pool.Add(new DraftStream());
        var stream = _pool[_streamCount++];
        stream.Begin(actor, isGuess);
        return stream;
    }

    private CommitUnit Seal(Shard shard, PendingCommand pending, CommandRejection? rejection, Instant now)
    {
        var outcome = rejection is not null ? CommandOutcome.Rejected : _eventCount > 0 ? CommandOutcome.Accepted : CommandOutcome.AlreadyDone;
        var versions = new StreamVersion[_streamCount];
        for (var index = 0; index < versions.Length; index++) versions[index] = Streams[index].Reached;

        var command = pending.Command;
        var reply = new ReplyDraft(outcome, rejection, ImmutableCollectionsMarshal.AsImmutableArray(versions));
        var writes = _eventCount > 0 ? EncodeWrites(command.Id, now) : [];
        var record = new CommandRecord(command.Id, command.Fingerprint, ReplyCodec.Encode(outcome, rejection, reply.Versions), now);
        var append = new AppendUnit(record, writes) { Reads = hasOtherWriters ? FindReads() : [] };
        var unit = new CommitUnit(shard, pending, append, reply, WrittenActors(writes.Length), FindDependencies());
        RunAhead(unit, writes);
        return unit;
    }

    private ImmutableArray<StreamWrite> EncodeWrites(Guid commandId, Instant now)
    {
        var count = 0;
        foreach (var stream in Streams) count += stream.Events.Count > 0 ? 1 : 0;

        var writes = new StreamWrite[count];
        var next = 0;
        foreach (var stream in Streams)
        {
            if (stream.Events.Count > 0) writes[next++] = Encode(stream, commandId, now);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(writes);
    }

    private StreamWrite Encode(DraftStream stream, Guid commandId, Instant now)
    {
        var actor = stream.Actor;
        try
        {
            var write = EventEncoder.Write(
                codec, actor.Stream, actor.Version, actor.Version == 0 ? ChainHash.Genesis : actor.Hash.ToArray(), now, commandId, CollectionsMarshal.AsSpan(stream.Events));
            foreach (var @event in write.Events) Invariant.Holds(@event.Payload.Length <= AppendCheck.PayloadLengthMax);
            return write;
        }
        catch (Exception exception)
        {
            // The actor's edge, as in DecideParts.
            throw new ActorFailedException(actor.Stream, exception);
        }
    }

    private ImmutableArray<StreamRead> FindReads()
    {
        var reads = ImmutableArray.CreateBuilder<StreamRead>();
        foreach (var stream in Streams)
        {
            if (stream.Events.Count == 0) reads.Add(new StreamRead(stream.Actor.Stream, stream.Actor.Version));
        }

        return reads.DrainToImmutable();
    }

    private ImmutableArray<UnitDependency> FindDependencies()
    {
        ImmutableArray<UnitDependency>.Builder? found = null;
        foreach (var stream in Streams)
        {
            if (stream.Actor.LastUnit is not { } unit) continue;
            found ??= ImmutableArray.CreateBuilder<UnitDependency>();
            found.Add(new UnitDependency(unit, IsChained: stream.Events.Count > 0));
        }

        return found?.DrainToImmutable() ?? [];
    }

    private Actor[] WrittenActors(int count)
    {
        if (count == 0) return [];

        var written = new Actor[count];
        var next = 0;
        foreach (var stream in Streams)
        {
            if (stream.Events.Count > 0) written[next++] = stream.Actor;
        }

        return written;
    }

    private void RunAhead(CommitUnit unit, ImmutableArray<StreamWrite> writes)
    {
        var next = 0;
        foreach (var stream in Streams)
        {
            if (stream.Events.Count == 0) continue;

            var actor = stream.Actor;
            if (actor.Slot < 0) actors.Add(actor);
            committed.Withdraw(actor);
            actor.State = stream.State;
            actor.Version += stream.Events.Count;
            actor.Hash = writes[next++].Events[^1].Hash.Span;
            actor.LastUnit = unit;
            actor.InFlight++;
        }
    }

    private void DropEvents()
    {
        foreach (var stream in Streams) stream.Events.Clear();
        _eventCount = 0;
    }

    private void Clear()
    {
        foreach (var stream in Streams) stream.End();
        _streamCount = 0;
        _events.Clear();
        _eventCount = 0;
        _isGuess = false;
    }

    private sealed class DraftStream
    {
        public Actor Actor { get; private set; } = null!;

        /// <summary>Not read: taken for a stream without events.</summary>
        public bool IsGuess { get; private set; }

        public object State { get; set; } = null!;

        public List<ILedgerEvent> Events { get; } = [];

        public StreamVersion Reached => new(Actor.Stream, Actor.Version + Events.Count);

        public void Begin(Actor actor, bool isGuess) => (Actor, IsGuess, State) = (actor, isGuess, actor.State);

        /// <summary>Lets go of what it held.</summary>
        public void End()
        {
            Events.Clear();
            (Actor, State) = (null!, null!);
        }
    }
}
