using Ledger.Domain;
using Ledger.Domain.Accounting;
using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Projections.Journal;
using Ledger.Testing;
using NodaTime;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.Journal;

public class JournalTests
{
    [Fact]
    [Rule("I07")]
    public async Task Every_posting_is_an_entry_and_the_balance_is_their_sum()
    {
        await using var world = TwoDays();
        var journal = (await world.OpenAsync()).Journal;

        var entries = await AllPages(journal, new JournalQuery(Limit: 1));
        Assert.Equal(
            [
                (4, 1, "Debit acquirer-receivable 4200 EUR cents"),
                (4, 2, "Credit merchant-payable:boulangerie-1 4200 EUR cents"),
                (8, 1, "Debit acquirer-receivable 1000 EUR cents"),
                (8, 2, "Credit merchant-payable:fleuriste-2 1000 EUR cents"),
                (11, 1, "Debit merchant-payable:boulangerie-1 4200 EUR cents"),
                (11, 2, "Credit remittance-in-transit:boulangerie-1 4200 EUR cents"),
                (12, 1, "Debit remittance-in-transit:boulangerie-1 4200 EUR cents"),
                (12, 2, "Credit merchant-account:boulangerie-1 4200 EUR cents"),
            ],
            entries.Select(e => ((int)e.Position, e.Line, e.Posting.ToString())));

        var sheet = await journal.TrialBalanceAsync(12, World.Bounded()).Value();
        Assert.Equal(
            [("acquirer-receivable", 52_00L, 0L), ("merchant-account", 0L, 42_00L), ("merchant-payable", 42_00L, 52_00L), ("remittance-in-transit", 42_00L, 42_00L)],
            sheet.Kinds.Select(k => (k.Account, k.Debits.MinorUnits, k.Credits.MinorUnits)));
        Assert.True(sheet.IsBalanced);
    }

    [Fact]
    public async Task Entries_are_found_by_account_merchant_day_and_position()
    {
        await using var world = TwoDays();
        var journal = (await world.OpenAsync()).Journal;

        Assert.Equal([4, 11], await Positions(journal, new JournalQuery(new AccountName("merchant-payable:boulangerie-1"), Limit: 1)));
        Assert.Equal([8, 8], await Positions(journal, new JournalQuery(MerchantId: Florist)));
        Assert.Equal([4, 4, 11, 11], await Positions(journal, new JournalQuery(From: Day, To: Day, Limit: 3)));
        Assert.Equal([8, 8, 12, 12], await Positions(journal, new JournalQuery(From: Day.PlusDays(1))));
        Assert.Equal([8, 8, 11, 11], await Positions(journal, new JournalQuery(FromPosition: 5, ToPosition: 11)));
        Assert.Equal([8, 8], await Positions(journal, new JournalQuery(From: Day.PlusDays(1), FromPosition: 5, ToPosition: 11)));
        Assert.Empty(await Positions(journal, new JournalQuery(From: Day.PlusDays(30))));
        Assert.Empty(await Positions(journal, new JournalQuery(FromPosition: 12, ToPosition: 11)));
    }

    [Fact]
    public async Task Accounts_are_listed_by_name_and_kind()
    {
        await using var world = TwoDays();
        var journal = (await world.OpenAsync()).Journal;

        var (names, query) = (new List<string>(), new AccountsQuery(Limit: 2));
        do
        {
            var page = await journal.AccountsAsync(query, World.Bounded()).Value();
            names.AddRange(page.Entries.Select(a => $"{a.Account} {a.Balance.MinorUnits}"));
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);

        Assert.Equal(["acquirer-receivable 5200", "merchant-account:boulangerie-1 -4200", "merchant-payable:boulangerie-1 0", "merchant-payable:fleuriste-2 -1000", "remittance-in-transit:boulangerie-1 0"], names);
        Assert.Equal(2, (await journal.AccountsAsync(new AccountsQuery("merchant-payable"), World.Bounded()).Value()).Entries.Count);
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_its_reason()
    {
        await using var world = new World();
        var journal = (await world.OpenAsync()).Journal;

        Assert.Equal(QueryRejection.LimitOutOfRange, await journal.ListAsync(new JournalQuery(Limit: 0), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.PositionOutOfRange, await journal.ListAsync(new JournalQuery(FromPosition: -1), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.DaysInverted, await journal.ListAsync(new JournalQuery(From: Day, To: Day.PlusDays(-1)), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await journal.ListAsync(new JournalQuery(Cursor: "a"), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await journal.ListAsync(new JournalQuery(Cursor: PageCursor.Write("journal||||||", "x:y")), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.LimitOutOfRange, await journal.AccountsAsync(new AccountsQuery(Limit: 0), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await journal.AccountsAsync(new AccountsQuery(Cursor: "a"), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.PositionOutOfRange, await journal.TrialBalanceAsync(-1, World.Bounded()).Reason());
    }

    private static World TwoDays()
    {
        var world = new World();
        var (id, tomorrow) = (new RemittanceId(Bakery, Day), Day.PlusDays(1));
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Payment(1)), [.. Paid(1)]);
        writer.Append(StreamOf(Payment(2)), [.. Paid(2, tomorrow, 10_00, merchant: Florist)]);
        var line = new RemittanceLine(Payment(1), null, RemittanceSide.Debit, Money.Eur(42_00), Day);
        writer.Append(StreamOf(id), new RemittanceEvent.RemittanceOpened(id, CalendarName.T2, At(tomorrow, 0)), new RemittanceEvent.LinesAdded([line], At(tomorrow, 0)));
        writer.Append(StreamOf(id), new RemittanceEvent.RemittanceClosed(id, 1, Money.Eur(42_00), Money.Eur(0), tomorrow, "1", At(tomorrow, 0)));
        writer.Append(StreamOf(id), new RemittanceEvent.RemittanceCredited(id, Money.Eur(42_00), Money.Eur(0), tomorrow, At(tomorrow, 8)));
        return world;
    }

    private static async Task<IEnumerable<int>> Positions(IJournal journal, JournalQuery query) => (await AllPages(journal, query)).Select(e => (int)e.Position);

    private static async Task<List<JournalEntry>> AllPages(IJournal journal, JournalQuery query)
    {
        var all = new List<JournalEntry>();
        do
        {
            var page = await journal.ListAsync(query, World.Bounded()).Value();
            all.AddRange(page.Entries);
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        return all;
    }
}
