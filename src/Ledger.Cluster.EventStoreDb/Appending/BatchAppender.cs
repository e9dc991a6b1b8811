using System.Collections.Immutable;
using Ledger.Cluster.EventStoreDb.Indexing;
using Ledger.Cluster.EventStoreDb.Reading;
using Ledger.EventLog;
using Ledger.EventLog.Appending;

namespace Ledger.Cluster.EventStoreDb.Appending;

/// <summary>
/// Decides a batch on what the index has and appends it after exactly that: where another writer was first, the server refuses it, and it is decided anew with what came
/// in between. One caller at a time.
/// </summary>
internal sealed class BatchAppender(LedgerStream stream, LogIndex index, CatchUp catchUp, CommitSignal signal, BatchEvents events, SemaphoreSlim appending, EventStoreDbOptions options)
{
    /// <summary>How often other writers may be first.</summary>
    private const int RoundsMax = 256;

    /// <summary>Splits a batch where one append of the server would be too long. A unit stays whole.</summary>
    /// <exception cref="ArgumentException">A unit by itself is too long.</exception>
    public IEnumerable<IReadOnlyList<AppendUnit>> Split(IReadOnlyList<AppendUnit> units)
    {
        var parts = new List<IReadOnlyList<AppendUnit>>();
        var (part, bytes) = (new List<AppendUnit>(), 0);
        for (var number = 0; number < units.Count; number++)
        {
            var more = BatchEvents.BytesMax(units[number]);
            if (more > options.AppendBytesMax) throw new ArgumentException($"Unit {number}: up to {more} bytes, and one append takes {options.AppendBytesMax}. Start EventStoreDB with a larger --max-append-size, and open the log with as large an {nameof(EventStoreDbOptions.AppendBytesMax)}.", nameof(units));

            if (part.Count > 0 && options.AppendBytesMax - bytes < more)
            {
                parts.Add(part);
                (part, bytes) = ([], 0);
            }

            part.Add(units[number]);
            bytes += more;
        }

        parts.Add(part);
        return parts;
    }

    /// <exception cref="EventLogUnavailableException">The server did not answer, or others were always first: may be tried again.</exception>
    public async Task<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units)
    {
        using var bound = new CancellationTokenSource(options.OperationTimeout);
        for (var round = 0; round < RoundsMax && !bound.IsCancellationRequested; round++)
        {
            var (facts, end) = index.ReadFacts(units);
            var decision = new BatchDecision(facts);
            foreach (var unit in units) decision.Add(unit);

            if (decision.Commands.Count > 0 ? await WriteAsync(decision, end, bound.Token).ConfigureAwait(false) : IsFinal(decision.Results)) return decision.Results;

            await catchUp.RunAsync(CancellationToken.None).ConfigureAwait(false);
            // Nothing came in between, so what was refused was refused rightly.
            if (decision.Commands.Count == 0 && index.End == end) return decision.Results;
        }

        throw new EventLogUnavailableException($"Other writers of « {options.LogStream} » were faster {RoundsMax} times, or for {options.OperationTimeout.TotalSeconds} s. Nothing was appended; try again.");
    }

    private async Task<bool> WriteAsync(BatchDecision decision, IndexEnd end, CancellationToken bound)
    {
        var (data, stored) = events.Of(decision, end);
        await appending.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (!await stream.AppendAsync(end, data, bound).ConfigureAwait(false)) return false;

            index.Apply(stored);
            signal.Advance(index.End.Position);
            return true;
        }
        finally
        {
            appending.Release();
        }
    }

    /// <summary>A duplicate is one for ever; a conflict may be with what is out of date.</summary>
    private static bool IsFinal(ImmutableArray<AppendResult> results) => results.All(static result => result is AppendResult.DuplicateCommand);
}
