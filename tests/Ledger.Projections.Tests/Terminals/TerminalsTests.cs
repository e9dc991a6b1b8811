using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Projections.Terminals;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Terminals.TerminalEvent;
using static Ledger.Projections.Conformance.Sample;

namespace Ledger.Projections.Tests.Terminals;

public class TerminalsTests
{
    private static readonly SaleId Sale = new(Id(5));

    [Fact]
    [Rule("I12"), Rule("I15")]
    public async Task A_terminal_shows_what_it_works_on_and_what_is_set_aside()
    {
        var open = await After(new TransactionStarted(Payment(1), Sale, Device, 17, At(Day, 12)));
        Assert.Equal(new TerminalSale(Payment(1), Sale, 17, At(Day, 12)), open.Open);
        Assert.Equal((17, TerminalCondition.Active, At(Day, 12)), (open.LastNumber, open.Condition, open.LastActivityAt));

        var aside = await After(new TransactionStarted(Payment(1), Sale, Device, 17, At(Day, 12)), new TransactionSetAside(Payment(1), Sale, At(Day, 13)));
        Assert.Equal(((TerminalSale?)null, 1), (aside.Open, aside.SetAside));

        var done = await After(
            new TransactionStarted(Payment(1), Sale, Device, 17, At(Day, 12)),
            new TransactionSetAside(Payment(1), Sale, At(Day, 13)),
            new TransactionStarted(Payment(2), new SaleId(Id(6)), Device, 18, At(Day, 14)),
            new TransactionFinished(Payment(1), Sale, true, At(Day, 15)));
        Assert.Equal((0, Payment(2)), (done.SetAside, done.Open!.TransactionId));
    }

    [Fact]
    [Rule("R119"), Rule("R120"), Rule("R121")]
    public async Task A_block_says_until_when_it_can_be_undone()
    {
        var blocked = await After(new TerminalBlocked(Reader, BlockReason.Stolen, Channel.Assistance, Day.PlusMonths(3), At(Day, 12)));
        Assert.Equal((TerminalCondition.Blocked, (BlockReason?)BlockReason.Stolen, (LocalDate?)Day.PlusMonths(3)), (blocked.Condition, blocked.BlockedBecause, blocked.UnblockableUntil));

        var unblocked = await After(new TerminalBlocked(Reader, BlockReason.Lost, Channel.Assistance, Day.PlusMonths(3), At(Day, 12)), new TerminalUnblocked(Reader, Channel.Assistance, At(Day, 13)));
        Assert.Equal((TerminalCondition.Active, (BlockReason?)null), (unblocked.Condition, unblocked.BlockedBecause));

        var forGood = await After(new TerminalBlocked(Reader, BlockReason.Lost, Channel.Assistance, Day, At(Day, 12)), new TerminalBlockedForGood(Reader, At(Day.PlusDays(1), 0)));
        Assert.Equal(TerminalCondition.BlockedForGood, forGood.Condition);
    }

    [Fact]
    [Rule("R117")]
    public async Task The_warranty_runs_from_the_first_activation_and_another_phone_does_not_prolong_it()
    {
        var changed = await After(new TerminalActivated(Reader, Bakery, new DeviceId(Id(77)), At(Day.PlusMonths(5), 10)));

        Assert.Equal((Day.PlusMonths(12), new DeviceId(Id(77))), (changed.WarrantyUntil, changed.Device));
    }

    [Fact]
    public async Task Terminals_are_listed_by_serial_merchant_and_condition_in_pages()
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        for (var number = 0; number < 5; number++)
        {
            var serial = new TerminalSerial($"T000000{number}");
            writer.Append(StreamOf(serial), new TerminalRegistered(serial, "Reader 1", AcceptanceCountry.Monaco, number + 1, At(Day, 9)));
            if (number != 2) writer.Append(StreamOf(serial), new TerminalActivated(serial, number < 4 ? Bakery : Florist, Device, At(Day, 10)));
        }

        var terminals = (await world.OpenAsync()).Terminals;
        Assert.Equal(["T0000000", "T0000001", "T0000002", "T0000003", "T0000004"], await All(terminals, new TerminalsQuery(Limit: 2)));
        Assert.Equal(["T0000000", "T0000001", "T0000003"], await All(terminals, new TerminalsQuery(Bakery, Limit: 1)));
        Assert.Equal(["T0000002"], await All(terminals, new TerminalsQuery(Condition: TerminalCondition.Registered)));
        Assert.Null(await terminals.FindAsync(new TerminalSerial("T0000009"), null, World.Bounded()).Value());
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_its_reason()
    {
        await using var world = new World();
        var terminals = (await world.OpenAsync()).Terminals;

        Assert.Equal(QueryRejection.LimitOutOfRange, await terminals.ListAsync(new TerminalsQuery(Limit: 0), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.PositionOutOfRange, await terminals.ListAsync(new TerminalsQuery(AtLeastPosition: -1), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.CursorInvalid, await terminals.ListAsync(new TerminalsQuery(Cursor: "?"), World.Bounded()).Reason());
        Assert.Equal(QueryRejection.PositionOutOfRange, await terminals.FindAsync(Reader, -1, World.Bounded()).Reason());
    }

    private static async Task<TerminalEntry> After(params TerminalEvent[] events)
    {
        await using var world = new World();
        var writer = new LogWriter(world.Log);
        writer.Append(StreamOf(Reader), new TerminalRegistered(Reader, "Reader 1", AcceptanceCountry.France, 1, At(Day, 9)), new TerminalActivated(Reader, Bakery, Device, At(Day, 10)));
        writer.Append(StreamOf(Reader), [.. events]);
        return (await (await world.OpenAsync()).Terminals.FindAsync(Reader, world.Log.LastPosition, World.Bounded()).Value())!;
    }

    private static async Task<List<string>> All(ITerminals terminals, TerminalsQuery query)
    {
        var all = new List<string>();
        do
        {
            var page = await terminals.ListAsync(query, World.Bounded()).Value();
            all.AddRange(page.Entries.Select(t => t.Serial.Value));
            query = query with { Cursor = page.Next };
        }
        while (query.Cursor is not null);
        return all;
    }
}
