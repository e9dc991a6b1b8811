namespace Ledger.Hosting.Composition;

/// <summary>What was opened, closed in the opposite order. One caller at a time.</summary>
internal sealed class Closers : IAsyncDisposable
{
    private readonly Stack<object> _opened = [];

    /// <param name="opened">Disposable, one way or the other.</param>
    public T Add<T>(T opened)
        where T : class
    {
        _opened.Push(opened);
        return opened;
    }

    /// <summary>Closes all, also after one that fails; then throws the first failure.</summary>
    public async ValueTask DisposeAsync()
    {
        Exception? first = null;
        while (_opened.TryPop(out var opened))
        {
            try
            {
                if (opened is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
                else ((IDisposable)opened).Dispose();
            }
            catch (Exception fault)
            {
                first ??= fault;
            }
        }

        if (first is not null) throw new AggregateException(first);
    }
}
