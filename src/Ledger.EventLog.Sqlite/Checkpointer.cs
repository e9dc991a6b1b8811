using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// Takes SQLite's write-ahead log into the file on a thread and a connection of its own, while transactions go on: none pays for it but for the
/// few pages that were written meanwhile, which the applier takes in itself, so that SQLite begins the write-ahead log anew.
/// The applier calls it; one thread of its own works.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>Pages that the writer may take in between two commits: a few milliseconds.</summary>
    private const int PagesLeftMax = 128;

    /// <summary>Rounds, each over what the round before left, until the rest is that small or the disk is no faster than the writer.</summary>
    private const int RoundsMax = 6;

    private readonly object _lock = new();
    private readonly SqliteConnection _connection;
    private readonly Thread _thread;
    private State _state = State.Idle;
    private Exception? _failure;

    /// <param name="connection">For writing, and its own from here on.</param>
    public Checkpointer(SqliteConnection connection)
    {
        _connection = connection;
        _thread = new Thread(Work) { Name = "ledger-checkpoint", IsBackground = true };
        _thread.Start();
    }

    private enum State
    {
        Idle = 1,
        Wanted = 2,
        Working = 3,

        /// <summary>All but a few pages are in the file.</summary>
        Done = 4,

        Closed = 5,
    }

    /// <summary>What it met that must stop the writer: a failed sync, or damage. Null while all is well; a full disk is tried again later.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>Asks for a round; at once back.</summary>
    /// <returns>True, once, when one has ended: the writer takes in the rest now.</returns>
    public bool AskOrFinish()
    {
        lock (_lock)
        {
            if (_state == State.Done)
            {
                _state = State.Idle;
                return true;
            }

            if (_state == State.Idle) _state = State.Wanted;
            Monitor.PulseAll(_lock);
            return false;
        }
    }

    /// <summary>Waits until no round is wanted or under way: where the write-ahead log grows faster than it can be taken in.</summary>
    public void WaitForRound()
    {
        lock (_lock)
        {
            while (_state is State.Wanted or State.Working) Monitor.Wait(_lock);
        }
    }

    /// <summary>Ends the round under way, and the thread.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _state = State.Closed;
            Monitor.PulseAll(_lock);
        }

        _thread.Join();
        _connection.Dispose();
    }

    private void Work()
    {
        while (WaitUntilWanted())
        {
            try
            {
                TakeIn();
            }
            catch (EventLogUnavailableException exception) when (!SqliteFailure.IsFsync(exception))
            {
                // A full disk or another program's lock: the write-ahead log stays as it is, and the next round tries again.
            }
            catch (Exception exception)
            {
                // The thread's edge: after a failed sync nobody knows what is in the file, and the writer must not go on.
                Volatile.Write(ref _failure, exception);
            }

            lock (_lock)
            {
                if (_state == State.Working) _state = State.Done;
                Monitor.PulseAll(_lock);
            }
        }
    }

    private bool WaitUntilWanted()
    {
        lock (_lock)
        {
            while (_state is not (State.Wanted or State.Closed)) Monitor.Wait(_lock);
            if (_state == State.Closed) return false;

            _state = State.Working;
            return true;
        }
    }

    private void TakeIn()
    {
        var before = int.MaxValue;
        for (var round = 1; round <= RoundsMax; round++)
        {
            var left = _connection.Checkpoint();
            if (left <= PagesLeftMax || left >= before) return;
            before = left;
        }
    }
}
