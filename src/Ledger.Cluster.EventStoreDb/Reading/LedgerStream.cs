using EventStore.Client;
using Ledger.Cluster.EventStoreDb.Indexing;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb.Reading;

/// <summary>The one stream in EventStoreDB that holds the log: asked and appended to with a bound on each call. Any number of callers.</summary>
internal sealed class LedgerStream(EventStoreClient client, EventStoreDbOptions options)
{
    /// <summary>Tries of one append with the same event ids: the next finds what the first had done when only its answer was lost.</summary>
    private const int TriesMax = 4;

    /// <summary>The client needs a moment to make a connection anew.</summary>
    private static readonly TimeSpan PauseBetweenTries = TimeSpan.FromMilliseconds(25);

    /// <summary>Whether it may be another server, or an older copy, that answers from now on.</summary>
    private volatile bool _isSuspect;

    /// <summary>From a revision on, in order; fewer than asked for only at the stream's end. Without events: it does not exist, or ends before.</summary>
    public Task<List<StoredEvent>> ReadAsync(long fromRevision, long countMax, CancellationToken cancellation) => EventStoreDbFaults.GuardAsync(
        async () =>
        {
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            bound.CancelAfter(options.OperationTimeout);
            var result = client.ReadStreamAsync(Direction.Forwards, options.LogStream, StreamPosition.FromInt64(fromRevision), countMax, cancellationToken: bound.Token);
            var events = new List<StoredEvent>();
            try
            {
                await foreach (var message in result.Messages.WithCancellation(bound.Token).ConfigureAwait(false))
                {
                    if (message is StreamMessage.Event(var resolved)) events.Add(StoredEvent.Of(resolved.Event));
                }
            }
            catch (Exception exception) when (!cancellation.IsCancellationRequested && IsLost(exception))
            {
                throw;
            }

            return events;
        },
        cancellation);

    /// <summary>Appends all of them after a revision, or none. Not given up half-way but by the bound: whether it took effect would then not be known.</summary>
    /// <param name="after">What is known to be the stream's end.</param>
    /// <returns>False when the stream has another last revision.</returns>
    /// <exception cref="EventLogFencedException">After a lost connection: the server does not have that end.</exception>
    public Task<bool> AppendAsync(IndexEnd after, IReadOnlyList<EventData> events, CancellationToken bound) => EventStoreDbFaults.GuardAsync(
        async () =>
        {
            for (var tries = 1; ; tries++)
            {
                try
                {
                    if (_isSuspect) await CheckAsync(after, bound).ConfigureAwait(false);
                    return await AppendOnceAsync(after.Revision, events, bound).ConfigureAwait(false) is not WrongExpectedVersionResult;
                }
                catch (Exception exception) when (IsLost(exception) && tries < TriesMax && !bound.IsCancellationRequested)
                {
                    // Again with the same ids: what is there already is found by them and not appended twice.
                    await Task.Delay(PauseBetweenTries, bound).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        },
        CancellationToken.None);

    /// <summary>Events after a revision as they are committed, for as long as the connection holds.</summary>
    public EventStoreClient.StreamSubscriptionResult Subscribe(long afterRevision, CancellationToken cancellation) =>
        client.SubscribeToStream(options.LogStream, afterRevision < 0 ? FromStream.Start : FromStream.After(StreamPosition.FromInt64(afterRevision)), cancellationToken: cancellation);

    /// <summary>The connection was lost.</summary>
    public void Suspect() => _isSuspect = true;

    /// <param name="page">What stands at the known end and after it.</param>
    /// <exception cref="EventLogFencedException">That end is not there.</exception>
    public static void Check(IndexEnd known, List<StoredEvent> page)
    {
        if (known.Revision < 0 || (page.Count > 0 && page[0].Revision == known.Revision && page[0].EventId == known.EventId)) return;
        throw new EventLogFencedException(
            $"This EventStoreDB server lacks acknowledged events, or has others: the log was read from it up to position {known.Position}, and that event is not there now. It is a stale copy or another server. Stop, and bring back the one that has them; where it was restored on purpose, delete the index file.");
    }

    private async Task CheckAsync(IndexEnd known, CancellationToken bound)
    {
        _isSuspect = false;
        Check(known, await ReadAsync(Math.Max(0, known.Revision), 1, bound).ConfigureAwait(false));
    }

    private bool IsLost(Exception exception)
    {
        if (exception is not EventLogUnavailableException && !EventStoreDbFaults.IsAway(exception)) return false;

        Suspect();
        return true;
    }

    /// <summary>The client keeps waiting for an answer whatever becomes of its token.</summary>
    private async Task<IWriteResult> AppendOnceAsync(long afterRevision, IReadOnlyList<EventData> events, CancellationToken bound)
    {
        try
        {
            var append = afterRevision < 0
                ? client.AppendToStreamAsync(options.LogStream, StreamState.NoStream, events, deadline: options.OperationTimeout, cancellationToken: bound)
                : client.AppendToStreamAsync(options.LogStream, StreamRevision.FromInt64(afterRevision), events, deadline: options.OperationTimeout, cancellationToken: bound);
            return await append.WaitAsync(bound).ConfigureAwait(false);
        }
        catch (InvalidOperationException exception) when (exception is not ObjectDisposedException)
        {
            // So the client says that it has no name for what the server answered.
            throw new IOException("EventStoreDB's answer to an append is none that its client knows.", exception);
        }
    }
}
