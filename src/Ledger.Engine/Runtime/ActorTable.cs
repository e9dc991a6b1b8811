using Ledger.Engine.Runtime.Packing;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>
/// A shard's actors: the busy ones as objects; beyond a bound those that have a packing wait as bytes, and those that have none are forgotten, which the
/// log then brings back. One thread.
/// </summary>
internal sealed class ActorTable
{
    // A set that is also asked by name: an actor bears its own.
    private readonly HashSet<Actor> _actors = new(ByStream.Instance);
    private readonly HashSet<Actor>.AlternateLookup<StreamName> _byStream;
    private readonly ActorRing _packable;
    private readonly ActorRing _others;
    private readonly PackedActors? _packed;

    public ActorTable(StreamTypes types, EngineOptions options)
    {
        _byStream = _actors.GetAlternateLookup<StreamName>();
        (_packable, _others) = (new ActorRing(options.UnpackedActorsMax), new ActorRing(options.ActorsMax));
        _packed = types.Packed is { } packed ? new PackedActors(packed, options.PackedActorBytesMax) : null;
    }

    public int Count => _packable.Count + _others.Count + (_packed?.Count ?? 0);

    public Actor? Find(StreamName stream)
    {
        if (_byStream.TryGetValue(stream, out var actor))
        {
            actor.IsRecent = true;
            return actor;
        }

        if (_packed?.Take(stream) is { } unpacked) Add(actor = unpacked);
        return actor;
    }

    public void Add(Actor actor)
    {
        _actors.Add(actor);
        RingOf(actor).Add(actor);
    }

    /// <summary>Forgets this very actor; nothing when it is not in the table any more, or another took its place.</summary>
    public void Drop(Actor actor)
    {
        if (actor.Slot < 0) return;

        RingOf(actor).Remove(actor);
        _actors.Remove(actor);
    }

    /// <summary>Passivates some idle actors while there are too many.</summary>
    public void Trim()
    {
        for (var steps = ActorRing.StepsMax; _packable.FindSurplus(ref steps) is { } actor; Drop(actor))
        {
            // One that does not exist in the log is as quickly made again.
            if (actor.Version > 0) _packed!.Put(actor);
        }

        for (var steps = ActorRing.StepsMax; _others.FindSurplus(ref steps) is { } actor;) Drop(actor);
    }

    private ActorRing RingOf(Actor actor) => _packed?.Takes(actor) == true ? _packable : _others;

    private sealed class ByStream : IEqualityComparer<Actor>, IAlternateEqualityComparer<StreamName, Actor>
    {
        public static readonly ByStream Instance = new();

        public bool Equals(Actor? x, Actor? y) => x!.Stream == y!.Stream;

        public int GetHashCode(Actor actor) => actor.Stream.GetHashCode();

        public bool Equals(StreamName stream, Actor actor) => actor.Stream == stream;

        public int GetHashCode(StreamName stream) => stream.GetHashCode();

        public Actor Create(StreamName stream) => throw new System.Diagnostics.UnreachableException("Actors are made by whoever adds them.");
    }
}
