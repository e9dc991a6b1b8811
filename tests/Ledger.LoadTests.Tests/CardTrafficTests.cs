using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Tests;

public class CardTrafficTests
{
    [Fact]
    public void Numbers_give_distinct_transactions_and_commands_also_far_apart()
    {
        var traffic = new CardTraffic(seed: 1);
        long[] starts = [0, 1 << 22, CardTraffic.WarmUpFirst, CardTraffic.NextDayFirst];
        var numbers = starts.SelectMany(static start => Enumerable.Range(0, 3_000).Select(offset => start + (offset * 4096L))).Distinct().ToList();

        Assert.Equal(numbers.Count, numbers.Select(traffic.IdOf).Distinct().Count());
        Assert.Equal(numbers.Count * 2, numbers.SelectMany(number => new[] { traffic.Step(number, 0).Id, traffic.Step(number, 1).Id }).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_gives_the_same_ids_and_another_seed_others()
    {
        Assert.Equal(new CardTraffic(3).Request(42).Id, new CardTraffic(3).Request(42).Id);
        Assert.Equal(new CardTraffic(3).IdOf(42), new CardTraffic(3).IdOf(42));
        Assert.NotEqual(new CardTraffic(3).Request(42).Id, new CardTraffic(4).Request(42).Id);
        Assert.NotEqual(new CardTraffic(3).IdOf(42), new CardTraffic(4).IdOf(42));
    }

    [Fact]
    public void Shared_out_numbers_are_each_given_once()
    {
        var sources = CommandSource.Share(1_001, 3, new CardTraffic(1).Request);
        sources[1].Prepare(countMax: 10);
        var given = new List<Guid>();
        foreach (var source in sources)
        {
            while (source.Next() is { } command) given.Add(command.Id);
        }

        Assert.Equal(1_001, given.Count);
        Assert.Equal(given.Count, given.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 1_001).Select(static number => new CardTraffic(1).Request(number).Id).Order(), given.Order());
    }
}
