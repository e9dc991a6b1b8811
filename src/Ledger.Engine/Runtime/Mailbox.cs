namespace Ledger.Engine.Runtime;

/// <summary>
/// What waits for one shard: callers' work up to a capacity, and settled units, of which there are never more than the shard let into flight.
/// Any thread posts; the shard's takes all there is at once, by exchanging lists, so that the lock is held for a moment only. A shard that waits for the
/// first work of all may be lent to whoever brings it; its own thread sleeps on until it is given back. Work that comes alone is lent; a caller who sends more
/// before he has his answer would wait for each in turn, so now and then one is not lent, and when another comes before its answer, so are none after it.
/// </summary>
/// <param name="lends">Whether it may be.</param>
internal sealed class Mailbox(int capacity, bool lends)
{
    /// <summary>Loans after one that was not lent, and was alone.</summary>
    private const int LoansMax = 16;

    private readonly object _lock = new();
    private List<IShardWork> _work = [];
    private List<CommitUnit> _settled = [];
    private int _taken;
    private bool _isWaiting;
    private bool _isIdle;
    private bool _isLent;

    // The last work was not lent, and nothing came after it so far.
    private bool _isAlone;
    private int _loansLeft;

    // A loan left work of the shard's own behind.
    private bool _isLeftWork;
    private bool _isClosed;

    /// <summary>Work that waits, the shard's own share of it included; about now.</summary>
    public int Depth
    {
        get
        {
            lock (_lock) return _work.Count + _taken;
        }
    }

    /// <summary>No more work is taken in, and what waits is done.</summary>
    public bool IsDrained
    {
        get
        {
            lock (_lock) return _isClosed && _work.Count == 0;
        }
    }

    public PostResult Post(IShardWork work)
    {
        lock (_lock)
        {
            if (_isClosed) return PostResult.Closed;
            if (_work.Count + _taken >= capacity) return PostResult.Full;

            _work.Add(work);
            if (lends && Lends()) return PostResult.Lent;

            Wake();
        }

        return PostResult.Posted;
    }

    /// <summary>Ends a loan: what is left is for the shard's own thread.</summary>
    /// <param name="hasWork">Of what was taken from here something is.</param>
    public void GiveBack(bool hasWork)
    {
        lock (_lock)
        {
            (_isLent, _isLeftWork) = (false, hasWork);
            if (hasWork || _work.Count > 0 || _settled.Count > 0 || _isClosed) Wake();
        }
    }

    public void PostSettled(List<CommitUnit> units)
    {
        lock (_lock)
        {
            _settled.AddRange(units);
            Wake();
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Wake();
        }
    }

    /// <summary>All settled units, in the order in which they were settled; <paramref name="empty"/> takes their place.</summary>
    public List<CommitUnit> TakeSettled(List<CommitUnit> empty)
    {
        lock (_lock)
        {
            (var taken, _settled) = (_settled, empty);
            return taken;
        }
    }

    /// <summary>All work that waits, first come first; <paramref name="empty"/> takes its place. It counts as waiting until <see cref="Begun"/>.</summary>
    public List<IShardWork> TakeWork(List<IShardWork> empty)
    {
        lock (_lock)
        {
            (var taken, _work) = (_work, empty);
            _taken += taken.Count;
            return taken;
        }
    }

    /// <summary>So many of what was taken do not wait any more.</summary>
    public void Begun(int count)
    {
        lock (_lock) _taken -= count;
    }

    /// <summary>Waits until there is something that the shard can do.</summary>
    /// <param name="takesWork">False while too much is in flight: then only settled units count.</param>
    /// <param name="isIdle">Nothing is in flight: there is nothing to wait for once this is closed.</param>
    public void WaitForSomething(bool takesWork, bool isIdle)
    {
        lock (_lock)
        {
            while (_isLent || (!_isLeftWork && _settled.Count == 0 && !(takesWork && _work.Count > 0) && !(isIdle && _isClosed)))
            {
                if (isIdle && _isAlone) (_isAlone, _loansLeft) = (false, LoansMax);
                (_isWaiting, _isIdle) = (true, isIdle);
                Monitor.Wait(_lock);
                _isWaiting = false;
            }

            _isLeftWork = false;
        }
    }

    private bool Lends()
    {
        var isIdle = _isWaiting && _isIdle && !_isLent && _work.Count == 1 && _settled.Count == 0;
        _isAlone = isIdle && _loansLeft == 0;
        if (!isIdle) _loansLeft = 0;
        if (_loansLeft == 0) return false;

        _loansLeft--;
        return _isLent = true;
    }

    private void Wake()
    {
        if (_isWaiting && !_isLent) Monitor.Pulse(_lock);
    }
}

internal enum PostResult
{
    Posted = 1,
    Full = 2,
    Closed = 3,

    /// <summary>Posted, and the shard with it: who posted runs it, then gives it back.</summary>
    Lent = 4,
}
