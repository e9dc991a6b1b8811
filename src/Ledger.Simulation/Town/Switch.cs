using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using NodaTime;

namespace Ledger.Simulation.Town;

/// <summary>
/// A payments switch that feeds the engine many commands in one message: new ones, the same ones again, and what must be refused, on the streams
/// that the phones work on at the same time.
/// </summary>
internal sealed class Switch(World world, TownHall town, Caller caller)
{
    private const int BulkMin = 20;

    /// <summary>The largest bulk of a run is drawn between <see cref="BulkMin"/> and this: in some runs the phones have the engine almost to themselves.</summary>
    private const int BulkMax = 250;

    private const int RememberedMax = 2_000;

    private static readonly Duration ThinkMin = Duration.FromMilliseconds(100);
    private static readonly Duration ThinkMax = Duration.FromSeconds(3);

    private readonly List<EngineCommand> _sent = [];
    private readonly int _bulkMax = world.Chance.Between(BulkMin, BulkMax);

    private Instant Now => world.Clock.GetCurrentInstant();

    public async Task LiveAsync(Func<bool> isClosing)
    {
        while (!isClosing())
        {
            var wait = world.Plan.WaitAt(world.Schedule.Now);
            if (wait > Duration.Zero) await world.Schedule.PauseAsync(wait);
            await world.Schedule.PauseAsync(world.Chance.Between(ThinkMin, ThinkMax));
            if (!isClosing()) await caller.AskAsync(NextBulk());
        }
    }

    private List<EngineCommand> NextBulk()
    {
        var bulk = new List<EngineCommand>();
        for (var count = world.Chance.Between(BulkMin, _bulkMax); count > 0; count--)
        {
            var command = _sent.Count > 0 && world.Chance.OneIn(3) ? world.Chance.Pick(_sent) : Next();
            if (command is not null) bulk.Add(command);
        }

        return bulk;
    }

    /// <returns>Null when nothing was sold yet in the shop that chance picked.</returns>
    private EngineCommand? Next()
    {
        var shop = world.Chance.Pick(town.Shops);
        if (shop.Sold.Count == 0) return null;

        var sold = world.Chance.Pick(shop.Sold);
        var command = world.Chance.Below(20) switch
        {
            < 9 => caller.NewCommand(sold.Transaction.Stream, new TransactionCommand.ReportProgress(CardStage.AwaitingPin, Now)),
            < 14 => AnswerUnasked(sold),
            < 17 => StartOnNobodysDevice(shop),
            _ => caller.NewCommand(sold.Transaction.Stream, new TransactionCommand.ReissueTicket(TicketKind.Payment, null, TicketCopy.Merchant, Channel.WebSpace, Now)),
        };
        if (_sent.Count < RememberedMax) _sent.Add(command);
        else _sent[world.Chance.Below(RememberedMax)] = command;
        return command;
    }

    /// <summary>An answer to a refund that was never asked.</summary>
    private EngineCommand AnswerUnasked(Sold sold)
    {
        var unknown = new RefundId(world.Chance.NextGuid());
        var command = caller.NewCommand(sold.Transaction.Stream, new TransactionCommand.RecordRefundApproved(unknown, new ExchangeId(unknown.Value), null, Now));
        world.Oracle.MustRefuse(command.Id, "I16");
        return command;
    }

    private EngineCommand StartOnNobodysDevice(Shop shop)
    {
        var (till, transaction) = (world.Chance.Pick(shop.Tills), world.Chance.NextGuid());
        var command = caller.NewCommand(
            till.Serial.Stream, new TerminalCommand.StartTransaction(new TransactionId(transaction), new SaleId(transaction), Terms(shop), new DeviceId(transaction), till.Serial, Now));
        world.Oracle.MustRefuse(command.Id, "I30");
        return command;
    }

    /// <summary>Good for ever: what is refused here is refused for its device.</summary>
    private static ContractTerms Terms(Shop shop) => new(shop.Merchant, 1, NodaConstants.UnixEpoch, null, false, [CardBrand.Cb], TownHall.PricesOf(0));
}
