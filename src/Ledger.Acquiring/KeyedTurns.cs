using Ledger.Domain;
using Ledger.Engine;

namespace Ledger.Acquiring;

/// <summary>
/// Lets one piece of work at a time run for each key, to its end even when its caller has left. Safe for any number of callers.
/// </summary>
internal sealed class KeyedTurns<TKey>
    where TKey : notnull
{
    /// <summary>Pieces of work that run or wait; more are refused, so that a slow host does not pile up callers without end.</summary>
    public const int CountMax = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, Turn> _turns = [];
    private int _count;

    /// <param name="cancellation">Stops the waiting for the result, not the work.</param>
    /// <exception cref="MailboxFullException">There are <see cref="CountMax"/> already; the work was not begun.</exception>
    public async Task<T> RunAsync<T>(TKey key, Func<Task<T>> work, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return await InTurnAsync(Enter(key), key, work).WaitAsync(cancellation);
    }

    private async Task<T> InTurnAsync<T>(Turn turn, TKey key, Func<Task<T>> work)
    {
        await turn.Gate.WaitAsync(CancellationToken.None);
        try
        {
            return await work();
        }
        finally
        {
            turn.Gate.Release();
            Leave(key, turn);
        }
    }

    private Turn Enter(TKey key)
    {
        lock (_lock)
        {
            if (_count >= CountMax) throw new MailboxFullException();
            if (!_turns.TryGetValue(key, out var turn)) _turns[key] = turn = new Turn();
            turn.Users++;
            _count++;
            return turn;
        }
    }

    private void Leave(TKey key, Turn turn)
    {
        lock (_lock)
        {
            Invariant.Holds(turn.Users > 0 && _count > 0);
            _count--;
            if (--turn.Users > 0) return;
            _turns.Remove(key);
            turn.Gate.Dispose();
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }
    }
}
