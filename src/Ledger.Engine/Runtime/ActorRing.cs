namespace Ledger.Engine.Runtime;

/// <summary>Actors in the order in which a hand passes over them: the ones not used since it last passed go first (second chance). One thread.</summary>
internal sealed class ActorRing(int countMax)
{
    /// <summary>Steps of the hand after a turn: more than a turn of the shard brings in, so that the ring comes back to its bound, and few where all are in flight.</summary>
    public const int StepsMax = 512;

    private readonly List<Actor> _slots = [];
    private int _hand;

    public int Count => _slots.Count;

    public void Add(Actor actor)
    {
        actor.Slot = _slots.Count;
        actor.IsRecent = true;
        _slots.Add(actor);
    }

    public void Remove(Actor actor)
    {
        var last = _slots[^1];
        _slots[actor.Slot] = last;
        last.Slot = actor.Slot;
        _slots.RemoveAt(_slots.Count - 1);
        actor.Slot = -1;
    }

    /// <summary>An idle actor beyond the bound, for the caller to remove; what is in flight stays.</summary>
    /// <param name="steps">How many the hand may still make.</param>
    /// <returns>Null when there is none, or the steps are used up.</returns>
    public Actor? FindSurplus(ref int steps)
    {
        for (; steps > 0 && _slots.Count > countMax; steps--)
        {
            if (_hand >= _slots.Count) _hand = 0;
            var actor = _slots[_hand];
            if (actor.InFlight == 0 && !actor.IsRecent) return actor;

            actor.IsRecent = false;
            _hand++;
        }

        return null;
    }
}
