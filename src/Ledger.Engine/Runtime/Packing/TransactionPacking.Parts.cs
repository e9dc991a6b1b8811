using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Engine.Runtime.Packing;

/// <summary>What states are made of: each part's writing above its reading.</summary>
internal sealed partial class TransactionPacking
{
    private static void Write(ref PackWriter to, TransactionFacts facts)
    {
        to.Guid(facts.TransactionId.Value);
        to.Guid(facts.SaleId.Value);
        to.Text(facts.MerchantId.Value);
        to.Signed(facts.ContractVersion);
        to.Text(facts.Terminal.Value);
        to.Guid(facts.Device.Value);
        to.Signed(facts.Number);
        Write(ref to, facts.Amount);
        to.Date(facts.BusinessDay);
        to.Byte((int)facts.Ticket);
        to.Guid(facts.Contact?.Value);
        to.Instant(facts.RequestedAt);
    }

    private static TransactionFacts Facts(ref PackReader from) => new(
        new TransactionId(from.Guid()), new SaleId(from.Guid()), Merchant(ref from), from.Int32(), Terminal(ref from), new DeviceId(from.Guid()), from.Int32(),
        Amount(ref from), from.Date(), (TicketChoice)from.Byte(), Contact(ref from), from.Instant());

    private static void Write(ref PackWriter to, Card card)
    {
        to.Text(card.Token.Value);
        to.Text(card.LastFour.Value);
        to.Byte((int)card.Brand);
        to.Byte((int)card.BrandChosenBy);
        to.Byte((int)card.Category);
        to.Byte((int)card.Region);
        to.Byte((int)card.EntryMode);
        to.Text(card.ApplicationId);
        to.Text(card.ApplicationLabel);
        to.Text(card.Account);
    }

    private static Card CardOf(ref PackReader from) => new(
        new CardToken(from.Text()), new LastFour(from.Text()), (CardBrand)from.Byte(), (BrandChoice)from.Byte(), (CardCategory)from.Byte(),
        (CardRegion)from.Byte(), (EntryMode)from.Byte(), from.Text(), from.Text(), from.TextOrNull());

    private static void Write(ref PackWriter to, Completed s)
    {
        Write(ref to, s.Facts);
        Write(ref to, s.Card);
        to.Text(s.Code.Value);
        Write(ref to, s.Confirmation);
        to.Signed(s.Charge.Interchange);
        to.Signed(s.Charge.Scheme);
        to.Signed(s.Charge.Margin);
        to.Instant(s.CompletedAt);
        Write(ref to, s.Remittance);
        to.Signed(s.Refunds.Count);
        foreach (var refund in s.Refunds.Values) Write(ref to, refund);
        to.Signed(s.Exchanges.Count);
        foreach (var exchange in s.Exchanges) to.Guid(exchange.Value);
    }

    private static Completed Payment(ref PackReader from) => new(
        Facts(ref from), CardOf(ref from), new AuthorisationCode(from.Text()), Confirmation(ref from), new ServiceCharge(from.Signed(), from.Signed(), from.Signed()),
        from.Instant(), Remittance(ref from), Refunds(ref from), Exchanges(ref from));

    private static void Write(ref PackWriter to, CardConfirmation confirmation)
    {
        to.Text(confirmation.Cryptogram);
        to.Flag(confirmation.ApplicationCounter is not null);
        if (confirmation.ApplicationCounter is { } counter) to.Signed(counter);
        to.Byte((int)confirmation.Verification);
        to.Flag(confirmation.TerminalDate is not null);
        if (confirmation.TerminalDate is { } date) to.Date(date);
    }

    private static CardConfirmation Confirmation(ref PackReader from) =>
        new(from.TextOrNull(), from.Flag() ? from.Int32() : null, (CardholderVerification)from.Byte()) { TerminalDate = from.Flag() ? from.Date() : null };

    private static void Write(ref PackWriter to, Refund refund)
    {
        to.Guid(refund.Id.Value);
        Write(ref to, refund.Amount);
        to.Date(refund.BusinessDay);
        to.Byte((int)refund.Status);
        to.Guid(refund.Exchange.Value);
        to.Text(refund.Terminal.Value);
        to.Signed(refund.Number);
        to.Byte((int)refund.Ticket);
        to.Guid(refund.Contact?.Value);
        to.Text(refund.Code?.Value);
        Write(ref to, refund.Remittance);
        to.Instant(refund.RequestedAt);
        to.Guid(refund.Cancellation?.Value);
        Write(ref to, refund.CancellationTicket);
        to.Instant(refund.CancellationRequestedAt);
    }

    private static Refund RefundOf(ref PackReader from) => new(
        new RefundId(from.Guid()), Amount(ref from), from.Date(), (RefundStatus)from.Byte(), Exchange(ref from), Terminal(ref from), from.Int32(), (TicketChoice)from.Byte(),
        Contact(ref from), from.TextOrNull() is { } code ? new AuthorisationCode(code) : null, Remittance(ref from), from.Instant(), ExchangeOrNull(ref from),
        TicketOrNull(ref from), from.InstantOrNull());

    private static ImmutableDictionary<RefundId, Refund> Refunds(ref PackReader from)
    {
        var count = from.Int32();
        if (count == 0) return ImmutableDictionary<RefundId, Refund>.Empty;

        var refunds = ImmutableDictionary.CreateBuilder<RefundId, Refund>();
        for (; count > 0; count--)
        {
            var refund = RefundOf(ref from);
            refunds.Add(refund.Id, refund);
        }

        return refunds.ToImmutable();
    }

    private static ValueList<ExchangeId> Exchanges(ref PackReader from)
    {
        var exchanges = ImmutableArray.CreateBuilder<ExchangeId>(from.Int32());
        while (exchanges.Count < exchanges.Capacity) exchanges.Add(Exchange(ref from));
        return new(exchanges.MoveToImmutable());
    }

    private static void Write(ref PackWriter to, Money amount)
    {
        to.Signed(amount.MinorUnits);
        to.Text(amount.Currency.Code);
    }

    private static Money Amount(ref PackReader from) => new(from.Signed(), CurrencyOf(from.TextOrNull()));

    /// <summary>One text for the one currency there is.</summary>
    private static Currency CurrencyOf(string? code) => code == Currency.Eur.Code ? Currency.Eur : new Currency(code!);

    private static void Write(ref PackWriter to, LateApproval? late)
    {
        to.Byte(late switch { null => 0, { IsUndone: false } => 1, _ => 2 });
        if (late is not null) Write(ref to, late.Amount);
    }

    private static LateApproval? Late(ref PackReader from) => from.Byte() switch
    {
        0 => null,
        var kind => new LateApproval(Amount(ref from), IsUndone: kind == 2),
    };

    private static void Write(ref PackWriter to, ChosenTicket? ticket)
    {
        to.Byte(ticket is null ? 0 : (int)ticket.Choice);
        if (ticket is not null) to.Guid(ticket.Contact?.Value);
    }

    private static ChosenTicket Ticket(ref PackReader from) => TicketOrNull(ref from)!;

    private static ChosenTicket? TicketOrNull(ref PackReader from) => from.Byte() switch
    {
        0 => null,
        var choice => new ChosenTicket((TicketChoice)choice, Contact(ref from)),
    };

    private static void Write(ref PackWriter to, RemittanceId? remittance)
    {
        to.Text(remittance?.MerchantId.Value);
        if (remittance is { } some) to.Date(some.Day);
    }

    private static RemittanceId? Remittance(ref PackReader from) => from.TextOrNull() is { } merchant ? new RemittanceId(new MerchantId(merchant), from.Date()) : null;

    private static MerchantId Merchant(ref PackReader from) => new(from.Text());

    private static TerminalSerial Terminal(ref PackReader from) => new(from.Text());

    private static ContactRef? Contact(ref PackReader from) => from.GuidOrNull() is { } id ? new ContactRef(id) : null;

    private static ExchangeId Exchange(ref PackReader from) => new(from.Guid());

    private static ExchangeId? ExchangeOrNull(ref PackReader from) => from.GuidOrNull() is { } id ? new ExchangeId(id) : null;
}
