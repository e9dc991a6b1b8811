using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Projections.History;
using Ledger.Testing;
using NodaTime;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.History;

public class HistoryQueryTests
{
    private static HistoryQuery Everything => new() { MerchantId = Bakery, Today = Day, Statuses = HistoryStatuses.All, Kinds = Enum.GetValues<HistoryKind>() };

    [Theory]
    [InlineData("2026-05-31", "2025-02-28")]
    [InlineData("2028-05-29", "2027-02-28")]
    [InlineData("2028-05-31", "2027-02-28")]
    [InlineData("2029-05-31", "2028-02-29")]
    [InlineData("2026-11-22", "2025-08-22")]
    [InlineData("2026-03-31", "2024-12-31")]
    [Rule("R088"), Rule("I24"), Rule("E10")]
    public async Task The_window_opens_fifteen_calendar_months_ago_clamped_to_the_month_s_end(string today, string first)
    {
        var (todayDate, firstDay) = (Parse(today), Parse(first));
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1, firstDay.PlusDays(-1))]);
        writer.Append(StreamOf(Payment(2)), [.. Paid(2, firstDay)]);
        writer.Append(StreamOf(Payment(3)), [.. Paid(3, todayDate)]);
        var models = await world.OpenAsync();

        var page = await models.History.QueryAsync(new HistoryQuery { MerchantId = Bakery, Today = todayDate, From = new LocalDate(2001, 1, 1) }, World.Bounded()).Value();

        Assert.Equal([Payment(3), Payment(2)], page.Entries.Select(e => e.TransactionId));
        Assert.Equal((firstDay, todayDate), (page.From, page.To));
    }

    [Fact]
    [Rule("I24"), Rule("R088")]
    public async Task Any_payment_is_shown_exactly_when_its_day_is_in_the_window()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        var first = new LocalDate(2024, 1, 1);
        for (var day = 0; day < 1_000; day++) writer.Append(StreamOf(Payment(day)), [.. Paid(day, first.PlusDays(day))]);
        var models = await world.OpenAsync();

        Prop.ForAll(Gen.Choose(0, 1_200).ToArbitrary(), offset =>
        {
            var today = first.PlusDays(offset);
            var shown = AllPages(models, new HistoryQuery { MerchantId = Bakery, Today = today, Limit = 200 }).GetAwaiter().GetResult().Select(e => e.BusinessDay);
            Assert.Equal(Enumerable.Range(0, 1_000).Select(first.PlusDays).Where(day => day >= today.PlusMonths(-15) && day <= today).Reverse(), shown);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    [Rule("E97")]
    public async Task What_is_older_is_hidden_from_the_merchant_and_found_by_an_auditor()
    {
        await using var world = new World();
        var old = Day.PlusMonths(-15).PlusDays(-1);
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1, old)]);
        var history = (await world.OpenAsync()).History;

        Assert.Empty((await history.QueryAsync(Everything, World.Bounded()).Value()).Entries);
        Assert.Null(await history.FindAsync(new HistoryLookup(Payment(1), Bakery, Day), World.Bounded()).Value());
        Assert.Single((await history.QueryAsync(Everything with { Archive = true }, World.Bounded()).Value()).Entries);
        Assert.NotNull(await history.FindAsync(new HistoryLookup(Payment(1), null, null), World.Bounded()).Value());
    }

    [Fact]
    [Rule("R028")]
    public async Task Without_filters_validated_payments_are_listed_and_failed_ones_on_request()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);
        writer.Append(StreamOf(Payment(2)), [.. Paid(2)[..2], new TransactionEvent.Declined(new ExchangeId(Id(60_002)), new ResponseCode("51"), At(Day, 12, 2))]);
        writer.Append(StreamOf(Payment(3)), [.. Paid(3)[..2]]);
        writer.Append(StreamOf(Payment(4)), [.. Paid(4, Day.PlusDays(-1)), RefundRequested(9, Day, 10_00), RefundApproved(9, Day, 10_00)]);
        var history = (await world.OpenAsync()).History;

        Assert.Equal([Payment(1), Payment(4)], await Ids(history, new HistoryQuery { MerchantId = Bakery, Today = Day }));
        Assert.Equal([Payment(2)], await Ids(history, new HistoryQuery { MerchantId = Bakery, Today = Day, Statuses = HistoryStatuses.Failed }));
        Assert.Equal([Payment(4)], await Ids(history, new HistoryQuery { MerchantId = Bakery, Today = Day, Kinds = [HistoryKind.Refund] }));
        Assert.Empty(await Ids(history, new HistoryQuery { MerchantId = Bakery, Today = Day, Statuses = [] }));
    }

    [Fact]
    [Rule("I46")]
    public async Task A_merchant_never_sees_another_s()
    {
        await using var world = new World();
        new LogWriter(world.Log).Append(StreamOf(Payment(1)), [.. Paid(1)]);
        var history = (await world.OpenAsync()).History;

        Assert.Empty((await history.QueryAsync(Everything with { MerchantId = Florist, Archive = true }, World.Bounded()).Value()).Entries);
        Assert.Null(await history.FindAsync(new HistoryLookup(Payment(1), Florist, Day), World.Bounded()).Value());
    }

    [Fact]
    [Rule("E61"), Rule("E63")]
    public async Task The_original_of_a_refund_is_found_by_card_amount_and_day()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1, card: CardOf(1))]);
        writer.Append(StreamOf(Payment(2)), [.. Paid(2, card: CardOf(2))]);
        writer.Append(StreamOf(Payment(3)), [.. Paid(3, cents: 43_00, card: CardOf(1))]);
        writer.Append(StreamOf(Payment(4)), [.. Paid(4, card: CardOf(1))]);
        writer.Append(StreamOf(Payment(5)), [.. Paid(5, card: CardOf(1) with { Token = new CardToken("tok_renewed") })]);
        var history = (await world.OpenAsync()).History;
        var byCard = new HistoryQuery { MerchantId = Bakery, Today = Day, CardToken = CardOf(1).Token, AmountMin = Money.Eur(42_00), AmountMax = Money.Eur(42_00), From = Day, To = Day };

        Assert.Equal([Payment(4), Payment(1)], await Ids(history, byCard));
        Assert.Equal([Payment(5), Payment(4), Payment(1)], await Ids(history, byCard with { CardAccount = "PAR1" }));
        Assert.Equal([Payment(5)], await Ids(history, byCard with { CardToken = new CardToken("tok_renewed") }));
        Assert.Equal([Payment(2)], await Ids(history, new HistoryQuery { MerchantId = Bakery, Today = Day, CardLastFour = CardOf(2).LastFour }));
        Assert.Empty(await Ids(history, new HistoryQuery { MerchantId = Bakery, Today = Day, Terminal = new TerminalSerial("T0000009") }));
    }

    [Fact]
    [Rule("R089")]
    public async Task Pages_are_stable_while_entries_are_inserted()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        for (var number = 0; number < 30; number++) writer.Append(StreamOf(Payment(number)), [.. Paid(number, Day.PlusDays(-number / 7))]);
        var history = (await world.OpenAsync()).History;
        var before = (await history.QueryAsync(Everything with { Limit = 200 }, World.Bounded()).Value()).Entries.Select(e => e.TransactionId).ToArray();

        var seen = new List<TransactionId>();
        string? cursor = null;
        for (var page = 0; page == 0 || cursor is not null; page++)
        {
            var answer = await history.QueryAsync(Everything with { Limit = 4, Cursor = cursor, AtLeastPosition = world.Log.LastPosition }, World.Bounded()).Value();
            seen.AddRange(answer.Entries.Select(e => e.TransactionId));
            cursor = answer.Next;
            writer.Append(StreamOf(Payment(100 + page)), [.. Paid(100 + page)]);
            writer.Append(StreamOf(Payment(200 + page)), [.. Paid(200 + page, Day.PlusDays(-100))]);
        }

        Assert.Equal(30, before.Length);
        Assert.Equal(before, seen.Where(before.Contains));
        Assert.Equal(seen.Count, seen.Distinct().Count());
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_its_reason()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        for (var number = 0; number < 3; number++) writer.Append(StreamOf(Payment(number)), [.. Paid(number)]);
        var history = (await world.OpenAsync()).History;
        var next = (await history.QueryAsync(Everything with { Limit = 1 }, World.Bounded()).Value()).Next!;

        Assert.Equal(QueryRejection.LimitOutOfRange, await history.QueryAsync(Everything with { Limit = 0 }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.LimitOutOfRange, await history.QueryAsync(Everything with { Limit = 201 }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.PositionOutOfRange, await history.QueryAsync(Everything with { AtLeastPosition = -1 }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.PositionOutOfRange, await history.FindAsync(new HistoryLookup(Payment(1), null, null, -1), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.DaysInverted, await history.QueryAsync(Everything with { From = Day, To = Day.PlusDays(-1) }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.AmountsInverted, await history.QueryAsync(Everything with { AmountMin = Money.Eur(2), AmountMax = Money.Eur(1) }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CurrencyNotKept, await history.QueryAsync(Everything with { AmountMin = new Money(2, new Currency("USD")) }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await history.QueryAsync(Everything with { Cursor = "x" }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await history.QueryAsync(Everything with { Cursor = next + "AA" }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await history.QueryAsync(Everything with { Cursor = next, MerchantId = Florist }, World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await history.QueryAsync(Everything with { Cursor = next, AmountMin = Money.Eur(1) }, World.Bounded()).Reason());
        Assert.Empty((await history.QueryAsync(Everything with { From = Day.PlusDays(3) }, World.Bounded()).Value()).Entries);
    }

    [Fact]
    public async Task A_cursor_goes_on_over_midnight()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        for (var number = 0; number < 3; number++) writer.Append(StreamOf(Payment(number)), [.. Paid(number)]);
        var history = (await world.OpenAsync()).History;

        var next = (await history.QueryAsync(Everything with { Limit = 1 }, World.Bounded()).Value()).Next;
        Assert.Equal([Payment(1), Payment(0)], await Ids(history, Everything with { Today = Day.PlusDays(1), Cursor = next }));
    }

    private static LocalDate Parse(string text) => NodaTime.Text.LocalDatePattern.Iso.Parse(text).Value;

    private static async Task<IEnumerable<TransactionId>> Ids(IMerchantHistory history, HistoryQuery query) =>
        (await history.QueryAsync(query, World.Bounded()).Value()).Entries.Select(e => e.TransactionId);

    internal static async Task<List<HistoryEntry>> AllPages(ReadModels models, HistoryQuery query)
    {
        var all = new List<HistoryEntry>();
        do
        {
            var page = await models.History.QueryAsync(query, World.Bounded()).Value();
            all.AddRange(page.Entries);
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        return all;
    }
}
