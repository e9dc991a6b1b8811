using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Postgres;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;

namespace Ledger.Cluster.Wolverine.Outbound;

/// <summary>
/// Follows the log in commit order and puts the messages in the outbox, each in the transaction that moves its track. So a process that dies at any point leaves neither a gap nor a double there.
/// One <see cref="RunAsync"/> at a time in a process; of many processes the lease lets one run it, and should two, the track's own position refuses the second.
/// </summary>
internal sealed partial class Relay(IEventLog log, EventCodec codec, NpgsqlDataSource source, Outbox outbox, MessagingOptions options, TimeProvider timers, ILogger logger)
{
    /// <summary>Between two tries where the database does not answer: doubled from the first to the last.</summary>
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(100), PauseMax = TimeSpan.FromSeconds(5);

    private readonly MessagingPlaces _places = MessagingPlaces.Of(options);
    private readonly TerminalLookup _terminals = new(log, codec);
    private bool _isHeldBack;

    /// <summary>Until cancelled. Ends by nothing else than what no repeat mends: a damaged log, or a bug.</summary>
    /// <exception cref="EventLogCorruptException">The log is damaged: the message says where. Nothing after it is told.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        // Whoever ran it before may have died with messages in its hands.
        var isDoubtful = true;
        var failures = 0;
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                if (isDoubtful) await outbox.ReleaseAsync(_places.Events, cancellation).ConfigureAwait(false);
                isDoubtful = false;
                var live = await RoundAsync(cancellation).ConfigureAwait(false);
                failures = 0;
                if (live is { } position) await WaitAsync(position, cancellation).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is RelayOvertakenException or EventLogUnavailableException || PostgresFaults.Translate(exception) is EventLogUnavailableException)
            {
                // Whether the last commit took effect is read anew; its messages may be in nobody's hands.
                isDoubtful = true;
                LogTrouble(logger, (PostgresFaults.Translate(exception) ?? exception).Message);
                await Task.Delay(PauseAfter(failures++), timers, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One batch of each track.</summary>
    /// <returns>The live track's position when there is nothing to do before something happens; null when there is more.</returns>
    internal async Task<long?> RoundAsync(CancellationToken cancellation)
    {
        var tracks = await RelayTrack.ReadAllAsync(source, cancellation).ConfigureAwait(false);
        Invariant.Holds(tracks.Count > 0 && tracks[0] is { Name: RelayTrack.Live, Last: null });
        var wasHeldBack = _isHeldBack;
        _isHeldBack = await CountWaitingAsync(cancellation).ConfigureAwait(false) >= options.WaitingMax;
        if (_isHeldBack)
        {
            if (!wasHeldBack) LogHeldBack(logger, options.WaitingMax);
            await Task.Delay(options.LookEvery, timers, cancellation).ConfigureAwait(false);
            return null;
        }

        var moved = false;
        foreach (var track in tracks) moved |= await AdvanceAsync(track, cancellation).ConfigureAwait(false);
        return moved ? null : tracks[0].Position;
    }

    private async Task<bool> AdvanceAsync(RelayTrack track, CancellationToken cancellation)
    {
        var page = await log.ReadAllAsync(track.Position, options.EventsPerBatchMax, cancellation).ConfigureAwait(false);
        if (track.Last is { } last) page = [.. page.Where(recorded => recorded.Position <= last)];
        if (page.IsEmpty) return false;

        Invariant.Holds(page[0].Position == track.Position + 1 && page[^1].Position == track.Position + page.Length);
        var envelopes = await MapAsync(page, cancellation).ConfigureAwait(false);
        IReadOnlyList<Envelope> written;
        await using (var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            await track.MoveAsync(transaction, page[^1].Position, cancellation).ConfigureAwait(false);
            written = await outbox.WriteAsync(transaction, envelopes, cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        }

        if (_places.EventsTable is { } queue) await outbox.MoveAsync(written, queue, cancellation).ConfigureAwait(false);
        else await outbox.SendAsync(written).ConfigureAwait(false);
        return true;
    }

    private async ValueTask<List<Envelope>> MapAsync(ImmutableArray<RecordedEvent> page, CancellationToken cancellation)
    {
        var envelopes = new List<Envelope>();
        foreach (var recorded in page)
        {
            var @event = codec.Decode(recorded);
            _terminals.Take(recorded.Stream, @event);
            var terminal = @event is TransactionEvent.Completed ? await _terminals.FindAsync(recorded.Stream, cancellation).ConfigureAwait(false) : null;
            if (IntegrationMapping.Map(recorded, @event, terminal) is { } message) envelopes.Add(Outbox.EnvelopeOf(message.Origin.MessageId, message, _places.Events));
        }

        return envelopes;
    }

    private async Task<long> CountWaitingAsync(CancellationToken cancellation)
    {
        // No more than the bound are looked at.
        var parts = _places.Waiting.Select(static table => $"SELECT count(*) AS waiting FROM (SELECT FROM {table} LIMIT $1) AS rows");
        await using var command = source.CreateCommand($"SELECT sum(waiting)::bigint FROM ({string.Join(" UNION ALL ", parts)}) AS counts");
        command.Parameters.Add(Parameter.Number(options.WaitingMax));
        return (long)(await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
    }

    private async Task WaitAsync(long position, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(options.LookEvery, timers);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            await log.WaitForAsync(position, limited.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // It is time to look by itself.
        }
    }

    private static TimeSpan PauseAfter(int failures)
    {
        const int doublingsMax = 6;
        var pause = PauseMin * (1 << Math.Min(failures, doublingsMax));
        return pause < PauseMax ? pause : PauseMax;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Messages wait in the log, tried again: {Reason}")]
    private static partial void LogTrouble(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Waiting} messages wait for the broker or their consumer; what comes after them waits in the log.")]
    private static partial void LogHeldBack(ILogger logger, int waiting);
}
