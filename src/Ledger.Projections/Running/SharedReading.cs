using System.Collections.Immutable;
using System.Threading.Channels;
using Ledger.Domain;
using Ledger.EventLog;

namespace Ledger.Projections.Running;

/// <summary>Events as they were read, in the log's order.</summary>
/// <param name="Events">What each decodes to; null where no reader folds its type, or where it cannot be decoded: whoever folds it meets the error then.</param>
internal sealed record EventPage(ImmutableArray<RecordedEvent> Recorded, ImmutableArray<ILedgerEvent?> Events);

/// <summary>
/// One reading and one decoding of the whole log for projections that are built or rebuilt together, on a task of its own, ahead of those who fold. It
/// begins when every seat is taken or left, and ends when all have left; each takes the pages at its own pace, and the reading waits for the slowest.
/// Any thread.
/// </summary>
internal sealed class SharedReading : IAsyncDisposable
{
    /// <summary>Events of one page: read, decoded and handed over while they are in the processor's cache.</summary>
    public const int PageMax = 1_024;

    /// <summary>Pages that wait for one fold, so that the reading goes on while it writes its rows: 65,536 events, about 60 MB.</summary>
    public const int PagesAheadMax = 64;

    private readonly EventSource _source;
    private readonly ImmutableArray<Seat> _seats;
    private readonly CancellationTokenSource _abandoned = new();
    private readonly Dictionary<string, bool> _isFolded = new(StringComparer.Ordinal);
    private Task _reading = Task.CompletedTask;
    private int _awaited;
    private int _present;

    public SharedReading(EventSource source, IEnumerable<IProjection> projections)
    {
        _source = source;
        _seats = [.. projections.Select(projection => new Seat(this, projection))];
        _awaited = _present = _seats.Length;
    }

    public Seat this[int index] => _seats[index];

    /// <summary>When all have left: the reading has ended then.</summary>
    public async ValueTask DisposeAsync()
    {
        Invariant.Holds(Volatile.Read(ref _present) == 0);
        await _reading.ConfigureAwait(false);
        _abandoned.Dispose();
    }

    private void Settle()
    {
        if (Interlocked.Decrement(ref _awaited) == 0) _reading = Task.Run(() => ReadAsync(_abandoned.Token));
    }

    private void Leave(bool wasTaken)
    {
        if (!wasTaken) Settle();
        if (Interlocked.Decrement(ref _present) == 0) _abandoned.Cancel();
    }

    /// <summary>Reads up to where the log ends now; what comes later is the readers' own to fetch.</summary>
    private async Task ReadAsync(CancellationToken cancellation)
    {
        try
        {
            var (position, last) = (0L, _source.Log.LastPosition);
            while (position < last)
            {
                var recorded = await _source.Log.ReadAllAsync(position, PageMax, cancellation).ConfigureAwait(false);
                if (recorded.IsEmpty) break;

                position = recorded[^1].Position;
                var page = new EventPage(recorded, [.. recorded.Select(Decode)]);
                foreach (var seat in _seats) await seat.PutAsync(page, cancellation).ConfigureAwait(false);
            }

            foreach (var seat in _seats) seat.End(null);
        }
        catch (Exception exception)
        {
            // The edge of this task: every reader meets it in its own place.
            foreach (var seat in _seats) seat.End(exception);
        }
    }

    private ILedgerEvent? Decode(RecordedEvent recorded) => IsFolded(recorded.Type) ? _source.TryDecode(recorded) : null;

    private bool IsFolded(string type)
    {
        if (!_source.Codec.Knows(type)) return false;
        if (_isFolded.TryGetValue(type, out var known)) return known;

        var eventClass = _source.Codec.ClassOf(type);
        return _isFolded[type] = _seats.Any(seat => seat.Projection.Folds(eventClass));
    }

    /// <summary>One projection's place. Who builds it takes it and takes the pages from one thread at a time, and leaves it exactly once.</summary>
    internal sealed class Seat(SharedReading reading, IProjection projection)
    {
        private readonly Channel<EventPage> _pages =
            Channel.CreateBounded<EventPage>(new BoundedChannelOptions(PagesAheadMax) { SingleReader = true, SingleWriter = true });

        private bool _isTaken;
        private volatile bool _isLeft;

        public IProjection Projection => projection;

        public void Take()
        {
            Invariant.Holds(!_isTaken && !_isLeft);
            _isTaken = true;
            reading.Settle();
        }

        /// <returns>Null after the last.</returns>
        /// <exception cref="EventLogUnavailableException">The log could not be read.</exception>
        /// <exception cref="EventLogCorruptException">The log is damaged.</exception>
        public async ValueTask<EventPage?> NextAsync(CancellationToken cancellation) =>
            await _pages.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false) && _pages.Reader.TryRead(out var page) ? page : null;

        /// <summary>Nothing when it was left before.</summary>
        public void Leave()
        {
            if (_isLeft) return;

            _isLeft = true;
            _pages.Writer.TryComplete();
            reading.Leave(_isTaken);
        }

        public async ValueTask PutAsync(EventPage page, CancellationToken cancellation)
        {
            if (_isLeft || _pages.Writer.TryWrite(page)) return;

            try
            {
                await _pages.Writer.WriteAsync(page, cancellation).ConfigureAwait(false);
            }
            catch (ChannelClosedException)
            {
                // Left: the others go on.
            }
        }

        public void End(Exception? failure) => _pages.Writer.TryComplete(failure);
    }
}
