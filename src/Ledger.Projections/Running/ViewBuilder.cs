using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Ledger.Domain;
using Ledger.EventLog;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Running;

/// <summary>
/// Folds the log into one store, batch after batch; rows and checkpoint are committed together, so that a crash anywhere repeats nothing and loses nothing.
/// For one caller at a time.
/// </summary>
internal sealed class ViewBuilder
{
    /// <summary>Rows that may wait in memory; a batch ends early when there are more.</summary>
    private const int ChangesMax = 50_000;

    /// <summary>
    /// The same for a build from pages. Larger, because a row that several events change within it is written once and never looked up: about
    /// 100 MB for the widest rows.
    /// </summary>
    private const int PagesChangesMax = 131_072;

    private readonly EventSource _source;
    private readonly EventChoice _choice;
    private readonly ViewBatch _batch = new();
    private readonly IFold _fold;
    private IViewTransaction? _open;
    private RecordedEvent? _last;
    private long _skipped;

    public ViewBuilder(IProjection projection, IViewStore store, EventSource source)
    {
        (Store, _source) = (store, source);
        _choice = new EventChoice(projection, source.Codec, source.Skippable);
        _fold = projection.Start(_batch);
    }

    public IViewStore Store { get; }

    /// <summary>Of the last event taken in; after <see cref="TakeIn"/>, not of what is committed.</summary>
    public long Position => _last?.Position ?? Store.Checkpoint.Position;

    /// <summary>Takes in at most <paramref name="countMax"/> events after the checkpoint; none when the log has none.</summary>
    /// <returns>Null when all went well; else the event that could not be taken in. Those before it are in.</returns>
    /// <exception cref="ViewStoreException">Nothing of the batch took effect.</exception>
    /// <exception cref="EventLogUnavailableException">The log could not be read.</exception>
    public async ValueTask<ProjectionStop?> StepAsync(int countMax, CancellationToken cancellation)
    {
        Invariant.Holds(_open is null);
        if (await TryStepAsync(countMax, cancellation).ConfigureAwait(false) is not { } stop) return null;

        // The batch was undone. What stands before the bad event is taken in again, by itself.
        var before = (int)(stop.Position - Position - 1);
        return before <= 0 ? stop : await TryStepAsync(before, cancellation).ConfigureAwait(false) ?? stop;
    }

    /// <summary>The transaction comes first: where others take events in too, only it tells which are next.</summary>
    private async ValueTask<ProjectionStop?> TryStepAsync(int countMax, CancellationToken cancellation)
    {
        using var transaction = Store.Begin();
        var events = await _source.Log.ReadAllAsync(Position, countMax, cancellation).ConfigureAwait(false);
        return events.IsEmpty ? null : TryFold(transaction, events);
    }

    /// <summary>
    /// Takes in those events of a page that come after <see cref="Position"/>, up to <paramref name="lastPosition"/>. They are committed when many
    /// rows wait, and by <see cref="Commit"/>; until then there is no other way to take in events.
    /// </summary>
    /// <returns>Null when all went well; else the event that could not be taken in. What was not committed is undone.</returns>
    /// <exception cref="ViewStoreException">What was not committed is lost.</exception>
    public ProjectionStop? TakeIn(EventPage page, long lastPosition)
    {
        if (_open is { IsFar: true }) ReadAhead(page.Recorded, page.Events, lastPosition);
        for (var index = 0; index < page.Recorded.Length && page.Recorded[index].Position <= lastPosition; index++)
        {
            if (_open is null)
            {
                Begin();
                if (_open.IsFar) ReadAhead(page.Recorded, page.Events, lastPosition);
            }

            if (Take(page.Recorded[index], page.Events[index], Position + 1, ref _skipped) is { } stop)
            {
                End();
                return stop;
            }

            _last = page.Recorded[index];
            if (_batch.Changes >= PagesChangesMax) Commit();
        }

        return null;
    }

    /// <summary>Commits what was taken in from pages.</summary>
    /// <exception cref="ViewStoreException">It is lost.</exception>
    public void Commit()
    {
        if (_open is null) return;

        try
        {
            var last = _last!;
            _batch.Commit(new ViewCheckpoint(last.Position, last.Hash.ToArray(), last.RecordedAt, _skipped));
        }
        finally
        {
            End();
        }
    }

    /// <summary>Undoes what was taken in from pages and not committed; nothing when there is none.</summary>
    public void Abandon()
    {
        if (_open is not null) End();
    }

    [MemberNotNull(nameof(_open))]
    private void Begin()
    {
        _open = Store.Begin();
        _batch.Begin(_open);
        _skipped = Store.Checkpoint.Skipped;
    }

    private void End()
    {
        _batch.Clear();
        _open?.Dispose();
        (_open, _last) = (null, null);
    }

    private ProjectionStop? TryFold(IViewTransaction transaction, ImmutableArray<RecordedEvent> events)
    {
        _batch.Begin(transaction);
        var decoded = transaction.IsFar ? Decode(events) : default;
        if (transaction.IsFar) ReadAhead(events, decoded, events[^1].Position);
        var skipped = Store.Checkpoint.Skipped;
        var taken = 0;
        while (taken < events.Length && _batch.Changes < ChangesMax)
        {
            if (Take(events[taken], decoded.IsDefault ? null : decoded[taken], Position + taken + 1, ref skipped) is { } stop)
            {
                _batch.Clear();
                return stop;
            }

            taken++;
        }

        var last = events[taken - 1];
        _batch.Commit(new ViewCheckpoint(last.Position, last.Hash, last.RecordedAt, skipped));
        return null;
    }

    private ImmutableArray<ILedgerEvent?> Decode(ImmutableArray<RecordedEvent> events) => [.. events.Select(recorded => _choice.Of(recorded) == EventUse.Fold ? _source.TryDecode(recorded) : null)];

    /// <summary>Has the rows read that the events after <see cref="Position"/> will look for.</summary>
    /// <param name="decoded">Of each; null where it is not folded.</param>
    private void ReadAhead(ImmutableArray<RecordedEvent> events, ImmutableArray<ILedgerEvent?> decoded, long lastPosition)
    {
        for (var index = 0; index < events.Length; index++)
        {
            var recorded = events[index];
            if (recorded.Position <= Position || recorded.Position > lastPosition || decoded[index] is not { } @event || _choice.Of(recorded) != EventUse.Fold) continue;
            try
            {
                _fold.Expect(recorded, @event);
            }
            catch (Exception)
            {
                // A bad event: the taking in meets it in its place, after those before it.
            }
        }

        _batch.ReadAhead();
    }

    /// <param name="decoded">Null: it is decoded here when it is folded.</param>
    private ProjectionStop? Take(RecordedEvent recorded, ILedgerEvent? decoded, long expectedPosition, ref long skipped)
    {
        try
        {
            Invariant.Holds(recorded.Position == expectedPosition);
            switch (_choice.Of(recorded))
            {
                case EventUse.Fold:
                    _fold.Apply(recorded, decoded ?? _source.Codec.Decode(recorded));
                    return null;
                case EventUse.PassOver:
                    return null;
                case EventUse.Skip:
                    skipped++;
                    return null;
                case EventUse.Unknown:
                    return Unknown(recorded);
            }

            return null;
        }
        catch (ViewStoreException)
        {
            throw;
        }
        catch (Exception exception)
        {
            // The edge of this projection: whatever a bad event does stops it, and it alone.
            return new ProjectionStop(StopKind.PoisonEvent, expectedPosition, recorded.Type, $"{recorded.Stream} version {recorded.Version}: {exception.Message}");
        }
    }

    private static ProjectionStop Unknown(RecordedEvent recorded) => new(
        StopKind.UnknownEventType,
        recorded.Position,
        recorded.Type,
        $"{recorded.Stream} version {recorded.Version} has a type that this program does not know: use the version that wrote it or a newer one, "
        + "or declare the type skippable if it says nothing to this view.");
}

/// <summary>Where projections take events from.</summary>
/// <param name="Skippable">Unknown stored type names that are passed over and counted.</param>
internal sealed record EventSource(IEventLog Log, EventCodec Codec, IReadOnlySet<string> Skippable)
{
    /// <returns>Null for one that cannot be decoded: whoever takes it in meets the error then.</returns>
    public ILedgerEvent? TryDecode(RecordedEvent recorded)
    {
        try
        {
            return Codec.Decode(recorded);
        }
        catch (EventLogCorruptException)
        {
            return null;
        }
    }
}
