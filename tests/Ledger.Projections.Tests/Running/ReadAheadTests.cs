using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.EventLog;
using Ledger.Projections.Conformance;
using Ledger.Projections.Running;
using Ledger.Projections.Storage.Sqlite;
using NodaTime;

namespace Ledger.Projections.Tests.Running;

/// <summary>Where a look at a row is a way to a server, a fold says beforehand which rows it will look for.</summary>
public class ReadAheadTests
{
    private const int Steps = 200;
    private const int Batch = 7;

    private static readonly LocalDate Day = new(2026, 3, 27);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_row_that_a_fold_looks_for_was_expected_and_the_rows_are_the_same(bool fromPages)
    {
        await using var log = new InMemoryEventLog();
        new TradingLife(17, log, Day).Live(Steps);
        foreach (var projection in World.AllProjections)
        {
            using var folder = new TemporaryFolder();
            var storage = new FailingStorage(new SqliteViewStorage(folder.Path)) { IsFar = true };
            using var store = storage.Create(projection.Schema, 1, building: false);
            var builder = new ViewBuilder(projection, store, new EventSource(log, EventCodec.Default, ImmutableHashSet<string>.Empty));
            while (builder.Position < log.LastPosition)
            {
                if (fromPages) await TakePageInAsync(builder, log);
                else Assert.Null(await builder.StepAsync(Batch, default));
            }

            Assert.NotEmpty(storage.LookedUp);
            Assert.Empty(storage.Unexpected);
            using var near = await new HandDriven(projection, log).FoldAsync();
            using var snapshot = await store.OpenSnapshotAsync(default);
            Assert.Equal(await near.DigestAsync(), ViewComparer.DigestOf(projection.Schema, snapshot));
        }
    }

    private static async Task TakePageInAsync(ViewBuilder builder, IEventLog log)
    {
        var recorded = await log.ReadAllAsync(builder.Position, Batch, default);
        Assert.Null(builder.TakeIn(new EventPage(recorded, [.. recorded.Select(static one => (ILedgerEvent?)EventCodec.Default.Decode(one))]), long.MaxValue));
        builder.Commit();
    }
}
