using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Projections.Remittances;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Remittances.RemittanceEvent;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.Remittances;

public class RemittancesTests
{
    [Fact]
    [Rule("R086"), Rule("R090"), Rule("I36")]
    public async Task A_remittance_has_its_lines_totals_and_credit_date()
    {
        await using var world = new World();
        var (id, tomorrow) = (new RemittanceId(Bakery, Day), Day.PlusDays(1));
        RemittanceLine[] lines =
        [
            new(Payment(1), null, RemittanceSide.Debit, Money.Eur(100_00), Day),
            new(Payment(2), new(Id(7)), RemittanceSide.Credit, Money.Eur(130_00), Day),
            new(Payment(3), null, RemittanceSide.Debit, Money.Eur(5_00), Day.PlusDays(-1)),
        ];
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(id), new RemittanceOpened(id, CalendarName.Monaco, At(tomorrow, 0)), new LinesAdded([.. lines[..2]], At(tomorrow, 0)), new LinesAdded([lines[2]], At(tomorrow, 0, 1)));
        var remittances = (await world.OpenAsync()).Remittances;
        var open = (await remittances.FindAsync(new RemittanceLookup(id), World.Bounded()).Value())!;
        Assert.Equal((RemittanceCondition.Open, (LocalDate?)null, 3), (open.Summary.Condition, open.Summary.CreditDate, open.Summary.LineCount));

        writer.Append(StreamOf(id), new RemittanceClosed(id, 3, Money.Eur(105_00), Money.Eur(130_00), Day.PlusDays(2), "2026.1", At(tomorrow, 0, 2)));
        writer.Append(StreamOf(id), new RemittanceCredited(id, Money.Eur(105_00), Money.Eur(130_00), Day.PlusDays(2), At(Day.PlusDays(2), 7)));
        var detail = (await remittances.FindAsync(new RemittanceLookup(id, AtLeastPosition: 5), World.Bounded()).Value())!;

        Assert.Equal(lines, detail.Lines);
        Assert.Equal(
            new RemittanceSummary(id, RemittanceCondition.Credited, CalendarName.Monaco, 3, Money.Eur(105_00), Money.Eur(130_00), Day.PlusDays(2), "2026.1", At(tomorrow, 0), At(tomorrow, 0, 2), At(Day.PlusDays(2), 7), 5),
            detail.Summary);
        Assert.Equal(-25_00, detail.Summary.Net.MinorUnits);
    }

    [Fact]
    [Rule("I36")]
    public async Task A_closing_whose_totals_are_not_those_of_its_lines_stops_the_projection()
    {
        var id = new RemittanceId(Bakery, Day);
        await using var world = new World();
        new LogWriter(world.Log).Append(
            StreamOf(id),
            new RemittanceOpened(id, CalendarName.T2, At(Day, 23)),
            new LinesAdded([new(Payment(1), null, RemittanceSide.Debit, Money.Eur(100_00), Day)], At(Day, 23)),
            new RemittanceClosed(id, 1, Money.Eur(100_01), Money.Eur(0), Day.PlusDays(1), "1", At(Day, 23)));
        using var driven = new HandDriven(new RemittancesProjection(), world.Log);

        var stop = await driven.Builder.StepAsync(10, CancellationToken.None);
        Assert.Equal((StopKind.PoisonEvent, 3, 2), (stop!.Kind, stop.Position, driven.Builder.Position));
    }

    [Fact]
    [Rule("R086")]
    public async Task Lists_are_by_day_newest_first_and_lines_in_order_both_in_pages()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        for (var number = 0; number < 7; number++) Open(writer, new RemittanceId(Bakery, Day.PlusDays(number)), 1);
        Open(writer, new RemittanceId(Florist, Day.PlusDays(3)), 450);
        var remittances = (await world.OpenAsync()).Remittances;

        Assert.Equal(Enumerable.Range(0, 7).Reverse().Select(Day.PlusDays), (await AllPages(remittances, new RemittanceQuery(Bakery, Limit: 3))).Select(r => r.Remittance.Day));
        Assert.Equal(8, (await AllPages(remittances, new RemittanceQuery(null, Limit: 2))).Count);
        Assert.Equal([Day.PlusDays(2), Day.PlusDays(1)], (await AllPages(remittances, new RemittanceQuery(Bakery, Day.PlusDays(1), Day.PlusDays(2)))).Select(r => r.Remittance.Day));
        Assert.Equal(Enumerable.Range(1, 450), (await AllLines(remittances, new RemittanceId(Florist, Day.PlusDays(3)))).Select(l => (int)l.Amount.MinorUnits));
        Assert.Null(await remittances.FindAsync(new RemittanceLookup(new RemittanceId(Florist, Day)), World.Bounded()).Value());
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_its_reason()
    {
        await using var world = new World();
        var remittances = (await world.OpenAsync()).Remittances;

        Assert.Equal(QueryRejection.LimitOutOfRange, await remittances.ListAsync(new RemittanceQuery(null, Limit: 0), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.PositionOutOfRange, await remittances.ListAsync(new RemittanceQuery(null, AtLeastPosition: -1), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.DaysInverted, await remittances.ListAsync(new RemittanceQuery(null, Day, Day.PlusDays(-1)), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await remittances.ListAsync(new RemittanceQuery(null, Cursor: "zz"), World.Bounded()).Reason());
        var id = new RemittanceId(Bakery, Day);
        Assert.Equal(QueryRejection.LimitOutOfRange, await remittances.FindAsync(new RemittanceLookup(id, Limit: 201), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.PositionOutOfRange, await remittances.FindAsync(new RemittanceLookup(id, AtLeastPosition: -1), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await remittances.FindAsync(new RemittanceLookup(id, Cursor: "zz"), World.Bounded()).Reason());
    }

    private static void Open(LogWriter writer, RemittanceId id, int lines)
    {
        var all = Enumerable.Range(1, lines).Select(n => new RemittanceLine(Payment(n), null, RemittanceSide.Debit, Money.Eur(n), id.Day));
        writer.Append(StreamOf(id), new RemittanceOpened(id, CalendarName.T2, At(id.Day, 23)), new LinesAdded([.. all], At(id.Day, 23)));
    }

    private static async Task<List<RemittanceSummary>> AllPages(IRemittances remittances, RemittanceQuery query)
    {
        var all = new List<RemittanceSummary>();
        do
        {
            var page = await remittances.ListAsync(query, World.Bounded()).Value();
            all.AddRange(page.Entries);
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        return all;
    }

    private static async Task<List<RemittanceLine>> AllLines(IRemittances remittances, RemittanceId id)
    {
        var (all, lookup) = (new List<RemittanceLine>(), new RemittanceLookup(id));
        do
        {
            var detail = (await remittances.FindAsync(lookup, World.Bounded()).Value())!;
            all.AddRange(detail.Lines);
            lookup = lookup with { Cursor = detail.Next };
        }
        while (lookup.Cursor is not null);
        return all;
    }
}
