namespace Ledger.Vault;

/// <summary>
/// Lets few hash at once and few wait: a hash costs a core for about a tenth of a second on purpose, and payments need the cores too.
/// Safe for any number of callers.
/// </summary>
internal sealed class HashingTurns : IDisposable
{
    /// <summary>At once.</summary>
    public const int RunningMax = 2;

    /// <summary>Who waits for a turn; more are refused. At about 20 hashes a second the last one waits some three seconds.</summary>
    public const int WaitingMax = 64;

    private readonly SemaphoreSlim _turns = new(RunningMax);
    private int _taken;

    public void Dispose() => _turns.Dispose();

    /// <exception cref="HashingBusyException"><see cref="WaitingMax"/> wait already.</exception>
    public async ValueTask<T> RunAsync<T>(Func<T> hash, CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref _taken) > RunningMax + WaitingMax) throw new HashingBusyException();

            await _turns.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                return hash();
            }
            finally
            {
                _turns.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _taken);
        }
    }
}
