using Ledger.Domain;
using Ledger.Projections.History;
using Ledger.Testing;
using NodaTime;
using static Ledger.Projections.Tests.Sample;

namespace Ledger.Projections.Tests;

public class SmokeTests
{
    [Fact]
    public async Task A_payment_is_in_every_view()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        var models = await world.OpenAsync();
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);

        var page = Assert.IsType<Answer<HistoryPage>.Reflected>(
            await models.History.QueryAsync(new HistoryQuery { MerchantId = Bakery, Today = Day, AtLeastPosition = 4 }, World.Bounded()));
        Assert.Equal((4, Money.Eur(42_00)), (page.Position, Assert.Single(page.Value.Entries).Amount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Random_lives_fold(int seed)
    {
        await using var world = new World();
        _ = new TradingLife(seed, world.Log, new LocalDate(2026, 3, 27)).Live(400);
        var models = await world.OpenAsync();
        foreach (var status in models.Statuses) Assert.Null(status.Stop);
        var sheet = await models.Journal.TrialBalanceAsync(world.Log.LastPosition, World.Bounded()).Value();
        Assert.True(sheet.IsBalanced);
        foreach (var name in new[] { "history", "revenue", "remittances", "journal", "terminals" })
        {
            var report = await models.RebuildAsync(name, new RebuildOptions(), null, World.Bounded());
            Assert.True(report.Comparison!.IsEqual);
        }
        foreach (var status in models.Statuses) Assert.Equal((null, world.Log.LastPosition), (status.Stop, status.Position));
    }
}
