using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>A shard's actors, at most so many that are idle: the ones not used since the hand last passed go first (second chance). One thread.</summary>
internal sealed class ActorTable
{
    private readonly int _actorsMax;

    // A set that is also asked by name: an actor bears its own.
    private readonly HashSet<Actor> _actors = new(ByStream.Instance);
    private readonly HashSet<Actor>.AlternateLookup<StreamName> _byStream;
    private readonly List<Actor> _slots = [];
    private int _hand;

    public ActorTable(int actorsMax)
    {
        _actorsMax = actorsMax;
        _byStream = _actors.GetAlternateLookup<StreamName>();
    }

    public int Count => _slots.Count;

    public Actor? Find(StreamName stream)
    {
        if (!_byStream.TryGetValue(stream, out var actor)) return null;

        actor.IsRecent = true;
        return actor;
    }

    public void Add(Actor actor)
    {
        _actors.Add(actor);
        actor.Slot = _slots.Count;
        actor.IsRecent = true;
        _slots.Add(actor);
    }

    /// <summary>Forgets this very actor; nothing when it is not in the table any more, or another took its place.</summary>
    public void Drop(Actor actor)
    {
        if (actor.Slot < 0) return;

        var last = _slots[^1];
        _slots[actor.Slot] = last;
        last.Slot = actor.Slot;
        _slots.RemoveAt(_slots.Count - 1);
        _actors.Remove(actor);
        actor.Slot = -1;
    }

    /// <summary>Passivates idle actors while there are too many. At most two rounds of the hand; what is in flight stays.</summary>
    public void Trim()
    {
        var stepsMax = 2 * _slots.Count;
        for (var step = 0; step < stepsMax && _slots.Count > _actorsMax; step++)
        {
            if (_hand >= _slots.Count) _hand = 0;
            var actor = _slots[_hand];
            if (actor.InFlight > 0 || actor.IsRecent)
            {
                actor.IsRecent = false;
                _hand++;
                continue;
            }

            Drop(actor);
        }
    }

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
