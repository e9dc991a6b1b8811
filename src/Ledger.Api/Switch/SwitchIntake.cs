using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Api.Switch;

/// <summary>
/// The one door of a bulk request to the engine. Where the engine says that too much is waiting, the door stays shut until something of this request is
/// done and has made room; where nothing of it is under way, nobody knows when there will be, and the rest of the request is refused at once.
/// One instance serves one request; any of its tasks may call it.
/// </summary>
internal sealed class SwitchIntake(ILedgerEngine engine) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _lock = new();
    private TaskCompletionSource? _room;
    private int _underWay;
    private int _takenIn;
    private volatile bool _isShut;

    /// <summary>Nothing more is taken in.</summary>
    public bool IsShut => _isShut;

    /// <summary>No command of the request has reached the engine. Does not change any more once it <see cref="IsShut"/>.</summary>
    public bool TookNothingIn => Volatile.Read(ref _takenIn) == 0;

    /// <summary>From here on nothing more is taken in; what is under way ends as it would.</summary>
    public void Shut() => _isShut = true;

    /// <returns>Null when it is shut; nothing was done then.</returns>
    public ValueTask<CommandReply?> ExecuteAsync(Func<EngineCommand> command) => PostAsync(
        () =>
        {
            var posted = engine.ExecuteAsync(command(), CancellationToken.None).AsTask();
            if (!IsFull(posted)) Interlocked.Increment(ref _takenIn);
            return posted;
        });

    /// <returns>Null when it is shut.</returns>
    public ValueTask<StreamState<TState>?> ReadAsync<TState>(StreamName stream)
        where TState : class => PostAsync(() => engine.ReadAsync<TState>(stream, CancellationToken.None).AsTask());

    public void Dispose() => _turn.Dispose();

    private async ValueTask<T?> PostAsync<T>(Func<Task<T>> post)
        where T : class
    {
        if (await EnterAsync(post) is not { } posted) return null;
        try
        {
            return await posted;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>One after another, so that what waits for room waits in the order in which it came. Each wait ends with something of this request: that is the loop's bound.</summary>
    private async ValueTask<Task<T>?> EnterAsync<T>(Func<Task<T>> post)
        where T : class
    {
        await _turn.WaitAsync();
        try
        {
            while (!_isShut)
            {
                lock (_lock) _underWay++;
                var posted = Posted(post);
                if (!IsFull(posted)) return posted;
                if (RoomToCome() is not { } room) return null;

                await room;
            }

            return null;
        }
        finally
        {
            _turn.Release();
        }
    }

    private Task<T> Posted<T>(Func<Task<T>> post)
    {
        try
        {
            return post();
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <returns>Null when nothing of this request is under way, so that none will come: then it is shut.</returns>
    private Task? RoomToCome()
    {
        lock (_lock)
        {
            _underWay--;
            if (_underWay == 0)
            {
                _isShut = true;
                return null;
            }

            _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _underWay--;
            _room?.TrySetResult();
            _room = null;
        }
    }

    private static bool IsFull(Task posted) => posted.IsFaulted && posted.Exception.InnerException is MailboxFullException;
}
