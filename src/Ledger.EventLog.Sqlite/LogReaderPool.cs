using System.Collections.Concurrent;

namespace Ledger.EventLog.Sqlite;

/// <summary>At most <c>readersMax</c> reading connections, made when first needed and kept open. Safe for any thread.</summary>
internal sealed class LogReaderPool(Func<LogReader> open, int readersMax) : IDisposable
{
    private readonly SemaphoreSlim _free = new(readersMax, readersMax);
    private readonly ConcurrentStack<LogReader> _idle = new();
    private volatile bool _disposed;

    public async ValueTask<TResult> ReadAsync<TArguments, TResult>(
        TArguments arguments, Func<LogReader, TArguments, TResult> read, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation).ConfigureAwait(false);
        return ReadAndRelease(arguments, read);
    }

    public TResult Read<TArguments, TResult>(TArguments arguments, Func<LogReader, TArguments, TResult> read)
    {
        _free.Wait();
        return ReadAndRelease(arguments, read);
    }

    /// <summary>Those in use are closed when they come back.</summary>
    public void Dispose()
    {
        _disposed = true;
        CloseIdle();
    }

    private TResult ReadAndRelease<TArguments, TResult>(TArguments arguments, Func<LogReader, TArguments, TResult> read)
    {
        LogReader? reader = null;
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteEventLog));
            reader = _idle.TryPop(out var idle) ? idle : open();
            return read(reader, arguments);
        }
        finally
        {
            if (reader is not null) _idle.Push(reader);
            _free.Release();
            if (_disposed) CloseIdle();
        }
    }

    private void CloseIdle()
    {
        while (_idle.TryPop(out var reader)) reader.Dispose();
    }
}
