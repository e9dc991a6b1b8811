using Ledger.Acquiring;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Simulation.Servers;
using Ledger.Vault;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Simulation.Town;

/// <summary>
/// A merchant's phone at one till: takes payments, cancels, refunds; gives up, comes back, and tries what must not work. One thing at a time, as
/// a person does; the town's other phones go on meanwhile.
/// </summary>
internal sealed class Phone(World world, TownHall town, Shop shop, Till till, Caller caller)
{
    private const int RepeatsMax = 5;

    private static readonly Duration ThinkMin = Duration.FromMilliseconds(200);
    private static readonly Duration ThinkMax = Duration.FromSeconds(6);
    private static readonly Duration CardMax = Duration.FromSeconds(4);
    private static readonly Duration TooOldProof = Transaction.SecurityCodeAgeMax + Duration.FromSeconds(1);

    private static readonly CardConfirmation Confirmation = new("A1B2C3D4E5F60718", 66, CardholderVerification.Pin);
    private static readonly EncryptedCardData CardData = new(new byte[16]);

    private SaleId? _lastSale;

    public async Task LiveAsync(Func<bool> isClosing)
    {
        while (!isClosing())
        {
            var wait = world.Plan.WaitAt(world.Schedule.Now);
            if (wait > Duration.Zero) await world.Schedule.PauseAsync(wait);
            await world.Schedule.PauseAsync(world.Chance.Between(ThinkMin, ThinkMax));
            if (!isClosing()) await ActAsync();
        }
    }

    private Task ActAsync() => world.Chance.Below(100) switch
    {
        < 40 => PayAsync(),
        < 50 => CancelAsync(),
        < 64 => RefundAsync(),
        < 69 => CancelRefundAsync(),
        < 75 => ReissueAsync(),
        < 78 => RefundTwiceAtOnceAsync(),
        < 80 => StartOnAnotherDeviceAsync(),
        _ => RepeatAsync(),
    };

    private async Task RepeatAsync()
    {
        for (var times = world.Chance.Between(1, RepeatsMax); times > 0; times--) await caller.RepeatAsync();
    }

    private async Task PayAsync()
    {
        var client = world.Chance.Pick(town.Clients);
        var cents = world.Chance.OneIn(20) ? world.Chance.Pick(new long[] { 1, Transaction.AmountMaxCents }) : world.Chance.Between(2, (int)Transaction.AmountMaxCents);
        // An impatient merchant tries the sale again whose last attempt has no outcome yet (I15), or had one.
        var sale = _lastSale is { } last && world.Chance.OneIn(5) ? last : new SaleId(world.Chance.NextGuid());
        _lastSale = sale;
        if (await StartAsync(till.Device, sale, cents) is not { } transaction) return;
        if (!await ReadCardAsync(transaction)) return;

        var state = (await AuthoriseAsync(transaction, client.Card))?.Transaction?.State;
        // The answer never reached the phone, or the host said nothing: the merchant looks, waits, or leaves.
        for (var look = 0; look < 4 && state is null or InDoubt or AuthorisationPending; look++)
        {
            await PauseAsync(Duration.FromSeconds(5));
            state = await LookAsync(transaction);
        }

        if (world.Chance.OneIn(14)) await AbortAsync(transaction, world.Chance.OneIn(2) ? AbortReason.CardRemovedEarly : AbortReason.CancelledByClient);
        else if (!world.Chance.OneIn(20) && state is Approved) await CompleteAsync(new Sold(transaction, cents, client));
    }

    private async Task<TransactionId?> StartAsync(DeviceId device, SaleId sale, long cents)
    {
        var (header, ticket) = (caller.NewHeader(), world.Chance.OneIn(12) ? TicketChoice.Email : TicketChoice.Paper);
        var contact = ticket == TicketChoice.Email ? new ContactRef(world.Chance.NextGuid()) : (ContactRef?)null;
        if (contact is { } reference) await world.Contacts.KeepAsync(reference, new Contact(ContactKind.Email, "client@example.org"), world.Schedule.Now, CancellationToken.None);

        var entropy = world.Chance.NextGuid().ToByteArray().AsSpan(0, 8).ToArray();
        var transaction = TransactionId.Create(world.Schedule.Now, entropy, till.Serial);
        var reply = await caller.AskAsync(header, async server => await server.Desk.StartAsync(
            header, new StartPayment(transaction, sale, await server.TermsAsync(shop.Merchant), till.Serial, device, till.Serial, Money.Eur(cents), ticket, contact), CancellationToken.None));
        return reply is { Reply.IsAccepted: true } ? transaction : null;
    }

    /// <returns>False when it ends here: the card is taken away, or the phone goes dark.</returns>
    private async Task<bool> ReadCardAsync(TransactionId transaction)
    {
        foreach (var stage in new[] { CardStage.CardRead, CardStage.AwaitingPin })
        {
            await PauseAsync(CardMax);
            if (world.Chance.OneIn(30)) return false;
            if (world.Chance.OneIn(30))
            {
                await AbortAsync(transaction, AbortReason.PinEntryTimedOut);
                return false;
            }

            var header = caller.NewHeader();
            await caller.AskAsync(header, server => server.Desk.ReportProgressAsync(header, transaction, stage, CancellationToken.None));
        }

        return true;
    }

    private Task<DeskReply?> AuthoriseAsync(TransactionId transaction, Card card)
    {
        var header = caller.NewHeader();
        return caller.AskAsync(header, async server => await server.Desk.AuthoriseAsync(
            header, new AuthorisePayment(transaction, await server.TermsAsync(shop.Merchant), card, CardData), CancellationToken.None));
    }

    private async Task<TransactionState?> LookAsync(TransactionId transaction)
    {
        var read = await world.Phones.AskAsync(Guid.Empty, server => server.Engine.ReadAsync<TransactionState>(transaction.Stream, CancellationToken.None));
        return read?.State;
    }

    private async Task CompleteAsync(Sold sold)
    {
        await PauseAsync(CardMax);
        var header = caller.NewHeader();
        var reply = await caller.AskAsync(header, server => server.Desk.CompleteAsync(header, sold.Transaction, Confirmation, CancellationToken.None));
        if (reply is { Transaction.State: Completed }) shop.Remember(sold);
    }

    private Task<DeskReply?> AbortAsync(TransactionId transaction, AbortReason reason)
    {
        var header = caller.NewHeader();
        return caller.AskAsync(header, server => server.Desk.AbortAsync(header, transaction, reason, CancellationToken.None));
    }

    private async Task CancelAsync()
    {
        if (PickSold() is not { } sold) return;

        var (header, card) = (caller.NewHeader(), DrawCard(sold, out var isWrong));
        var makeProof = DrawProof(header, out var isStale);
        if (isWrong) world.Oracle.MustRefuse(header.CommandId, "I35");
        if (isStale) world.Oracle.MustRefuse(header.CommandId, "I34");
        var cents = world.Chance.OneIn(20) ? sold.Cents + 1 : sold.Cents;
        if (cents != sold.Cents) world.Oracle.MustRefuse(header.CommandId, "I05");
        await caller.AskAsync(header, async server => await server.Desk.CancelAsync(
            header, new CancelPayment(sold.Transaction, await server.TermsAsync(shop.Merchant), Money.Eur(cents), card, makeProof(), TicketChoice.Paper, null, Channel.MobileApp), CancellationToken.None));
    }

    private async Task RefundAsync()
    {
        if (PickSold() is not { } sold) return;

        var (header, card, refund) = (caller.NewHeader(), DrawCard(sold, out var isWrong), new RefundId(world.Chance.NextGuid()));
        var makeProof = DrawProof(header, out var isStale);
        var cents = world.Chance.OneIn(12) ? sold.Cents + world.Chance.Between(1, 500) : 1 + world.Chance.Below((int)sold.Cents);
        if (isWrong) world.Oracle.MustRefuse(header.CommandId, "I35");
        if (isStale) world.Oracle.MustRefuse(header.CommandId, "I34");
        if (cents > sold.Cents) world.Oracle.MustRefuse(header.CommandId, "I03");
        var reply = await caller.AskAsync(header, async server => await server.Desk.RefundAsync(header, await RequestAsync(server, sold, refund, cents, card, makeProof()), CancellationToken.None));
        if (reply is { Reply.IsAccepted: true }) sold.Refunds.Add((refund, cents));
    }

    private async ValueTask<RefundPayment> RequestAsync(Server server, Sold sold, RefundId refund, long cents, PresentedCard card, SecurityCodeProof proof) => new(
        sold.Transaction, refund, await server.TermsAsync(shop.Merchant), till.Serial, till.Device, Money.Eur(cents), card, proof, TicketChoice.Paper, null, Channel.MobileApp);

    /// <summary>Two tills ask most of a payment back at the same time: at most one gets it (I09).</summary>
    private async Task RefundTwiceAtOnceAsync()
    {
        if (PickSold() is not { Cents: > 2 } sold) return;

        var cents = (sold.Cents / 2) + 1;
        var terms = (await world.Phones.AskAsync(Guid.Empty, server => server.Engine.ReadAsync<MerchantState>(shop.Merchant.Stream, CancellationToken.None)))?.State;
        if (terms is null) return;

        await Task.WhenAll(AskOneAsync(), AskOneAsync());

        Task<CommandReply?> AskOneAsync()
        {
            var (refund, proof) = (new RefundId(world.Chance.NextGuid()), world.Chance.NextGuid());
            var now = world.Clock.GetCurrentInstant();
            return caller.AskAsync(sold.Transaction.Stream, new TransactionCommand.RequestRefund(
                refund, new ExchangeId(refund.Value), Money.Eur(cents), Client.Present(sold.Client.Card), new SecurityCodeProof(proof, proof, now),
                terms.Terms!, till.Serial, 1, TicketChoice.Paper, null, Channel.MobileApp, now));
        }
    }

    private async Task CancelRefundAsync()
    {
        if (PickSold() is not { Refunds.Count: > 0 } sold) return;

        var (id, cents) = world.Chance.Pick(sold.Refunds);
        var (header, card) = (caller.NewHeader(), DrawCard(sold, out var isWrong));
        var makeProof = DrawProof(header, out var isStale);
        if (isWrong) world.Oracle.MustRefuse(header.CommandId, "I35");
        if (isStale) world.Oracle.MustRefuse(header.CommandId, "I34");
        await caller.AskAsync(header, async server => await server.Desk.CancelRefundAsync(
            header, new CancelRefund(sold.Transaction, id, await server.TermsAsync(shop.Merchant), Money.Eur(cents), card, makeProof(), TicketChoice.Paper, null, Channel.MobileApp), CancellationToken.None));
    }

    private async Task ReissueAsync()
    {
        if (PickSold() is not { } sold) return;
        await caller.AskAsync(
            sold.Transaction.Stream, new TransactionCommand.ReissueTicket(TicketKind.Payment, null, TicketCopy.Client, Channel.MobileApp, world.Clock.GetCurrentInstant()));
    }

    private async Task StartOnAnotherDeviceAsync()
    {
        var (stranger, sale) = (new DeviceId(world.Chance.NextGuid()), new SaleId(world.Chance.NextGuid()));
        if (await StartAsync(stranger, sale, 100) is { } transaction) world.Oracle.Broken("I30", $"{till.Serial}: {transaction} was started on a device that was never activated");
    }

    /// <summary>The newest most of the time: of today, where there is one.</summary>
    private Sold? PickSold()
    {
        if (shop.Sold.Count == 0) return null;
        return world.Chance.OneIn(2) ? shop.Sold[shop.Sold.Count - 1 - world.Chance.Below(Math.Min(shop.Sold.Count, 12))] : world.Chance.Pick(shop.Sold);
    }

    private PresentedCard DrawCard(Sold sold, out bool isWrong)
    {
        var card = world.Chance.Below(12) switch
        {
            0 => sold.Client.Renewed,
            1 => world.Chance.Pick(town.Clients).Card,
            _ => sold.Client.Card,
        };
        isWrong = card.Token != sold.Client.Card.Token && (card.Account is null || card.Account != sold.Client.Card.Account);
        return Client.Present(card);
    }

    /// <summary>The code is typed when the server asks for it, so each delivery of a message has its own instant.</summary>
    private Func<SecurityCodeProof> DrawProof(CommandHeader header, out bool isWrong)
    {
        var (isStale, isForAnother) = (world.Chance.OneIn(25), world.Chance.OneIn(25));
        isWrong = isStale || isForAnother;
        var verifiedFor = isForAnother ? world.Chance.NextGuid() : header.CommandId;
        return () => new SecurityCodeProof(header.CommandId, verifiedFor, world.Clock.GetCurrentInstant() - (isStale ? TooOldProof : Duration.Zero));
    }

    private Task PauseAsync(Duration max) => world.Schedule.PauseAsync(world.Chance.Between(Duration.Zero, max));
}
