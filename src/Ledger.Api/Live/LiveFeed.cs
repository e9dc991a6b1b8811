using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ledger.Api.Live;

/// <summary>One change of one transaction.</summary>
/// <param name="MovesMoney">Revenue changed with it.</param>
internal readonly record struct LiveItem(long Position, MerchantId Merchant, TransactionId Transaction, bool MovesMoney);

/// <param name="Items">Of one merchant, in commit order.</param>
/// <param name="Position">Everything up to here was looked at.</param>
/// <param name="IsComplete">False when older items than the feed holds were asked for.</param>
internal sealed record LiveSlice(IReadOnlyList<LiveItem> Items, long Position, bool IsComplete);

/// <summary>
/// Follows the log once for all live connections and keeps the last <see cref="ItemsMax"/> changes, from which each connection reads at its own pace:
/// no connection has a buffer. One background task writes; any thread reads.
/// </summary>
internal sealed partial class LiveFeed(IEventLog log, ILedgerEngine engine, ILogger<LiveFeed> logger) : BackgroundService
{
    /// <summary>Changes that are kept for connections that resume.</summary>
    public const int ItemsMax = 8_192;

    /// <summary>Transactions whose merchant is remembered; others are looked up.</summary>
    private const int MerchantsMax = 16_384;
    private const int PageLength = 500;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>No eye sees the difference; under load the log is read for many changes at once.</summary>
    private static readonly TimeSpan GatherFor = TimeSpan.FromMilliseconds(50);

    private readonly Lock _lock = new();
    private readonly FollowerPace _pace = new(GatherFor, TimeProvider.System);
    private readonly Queue<LiveItem> _items = new();
    private readonly Dictionary<StreamName, MerchantId> _merchants = [];
    private TaskCompletionSource _changed = NewSignal();
    private long _completeFrom = log.LastPosition;
    private long _position = log.LastPosition;

    /// <summary>Why it follows no more; null while it does.</summary>
    public string? StoppedBecause { get; private set; }

    /// <summary>Where the feed stands.</summary>
    public long Position
    {
        get
        {
            lock (_lock) return _position;
        }
    }

    public LiveSlice Read(MerchantId merchant, long after, int countMax)
    {
        lock (_lock)
        {
            if (after < _completeFrom || after > _position) return new LiveSlice([], _position, IsComplete: false);

            var items = _items.Where(i => i.Position > after && i.Merchant == merchant).Take(countMax).ToArray();
            return new LiveSlice(items, items.Length == countMax ? items[^1].Position : _position, IsComplete: true);
        }
    }

    /// <summary>Completes when the feed is past <paramref name="position"/>; at once if it is.</summary>
    public Task WaitAsync(long position, CancellationToken cancellation)
    {
        lock (_lock) return _position > position ? Task.CompletedTask : _changed.Task.WaitAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!stoppingToken.IsCancellationRequested) await FollowAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception exception)
        {
            // The task's edge: live updates end, everything else goes on, and /health/ready says so.
            StoppedBecause = exception.Message;
            LogStopped(logger, exception);
        }
    }

    private async Task FollowAsync(CancellationToken cancellation)
    {
        try
        {
            await _pace.WaitAsync(log, _position, PageLength, cancellation);
            var page = await log.ReadAllAsync(_position, PageLength, cancellation);
            var items = new List<LiveItem>(page.Length);
            foreach (var recorded in page)
            {
                if (await ItemOfAsync(recorded, cancellation) is { } item) items.Add(item);
            }

            if (!page.IsEmpty) Publish(items, page[^1].Position);
        }
        catch (EventLogUnavailableException exception)
        {
            LogUnavailable(logger, exception);
            await Task.Delay(RetryAfter, cancellation);
        }
    }

    private void Publish(List<LiveItem> items, long position)
    {
        lock (_lock)
        {
            foreach (var item in items)
            {
                if (_items.Count == ItemsMax) _completeFrom = _items.Dequeue().Position;
                _items.Enqueue(item);
            }

            _position = position;
            _changed.SetResult();
            _changed = NewSignal();
        }
    }

    private async ValueTask<LiveItem?> ItemOfAsync(RecordedEvent recorded, CancellationToken cancellation)
    {
        if (recorded.Stream.Category != Transaction.Category || !EventCodec.Default.Knows(recorded.Type)) return null;

        var @event = EventCodec.Default.Decode(recorded);
        var merchant = @event is TransactionEvent.Requested requested ? requested.MerchantId : await MerchantOfAsync(recorded.Stream, cancellation);
        Remember(recorded.Stream, merchant);
        var movesMoney = @event is TransactionEvent.Completed or TransactionEvent.Cancelled or TransactionEvent.RefundApproved or TransactionEvent.RefundCancelled;
        return new LiveItem(recorded.Position, merchant, new TransactionId(recorded.Stream.GuidId), movesMoney);
    }

    private async ValueTask<MerchantId> MerchantOfAsync(StreamName stream, CancellationToken cancellation)
    {
        if (_merchants.TryGetValue(stream, out var merchant)) return merchant;
        var transaction = await engine.ReadAsync<TransactionState>(stream, cancellation);
        return Transaction.FactsOf(transaction.State)!.MerchantId;
    }

    private void Remember(StreamName stream, MerchantId merchant)
    {
        if (_merchants.Count == MerchantsMax) _merchants.Clear();
        _merchants[stream] = merchant;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1, LogLevel.Warning, "Live updates: the log cannot be read; tried again.")]
    private static partial void LogUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "Live updates stopped.")]
    private static partial void LogStopped(ILogger logger, Exception exception);
}
