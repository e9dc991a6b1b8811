using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;

namespace Ledger.Domain.Tests.Transactions;

/// <summary>An invented merchant, card and day (Tuesday 2026-03-10), and commands that are accepted as they are.</summary>
internal static class Sample
{
    public static readonly MerchantId Bakery = new("boulangerie-1");
    public static readonly TerminalSerial Terminal = new("T0000001");
    public static readonly DeviceId Device = new(Id(900));
    public static readonly LocalDate Day = new(2026, 3, 10);
    public static readonly Instant Start = At(Day, 14, 5, 9);
    public static readonly TransactionId PaymentId = TransactionId.Create(Start, [1, 2, 3, 4, 5, 6, 7, 8], Terminal);
    public static readonly SaleId Sale = new(Id(901));
    public static readonly ContactRef Contact = new(Id(902));
    public static readonly Money Amount = Money.Eur(42_00);
    public static readonly Money PartOfIt = Money.Eur(10_00);
    public static readonly ExchangeId Authorisation = new(Id(1));
    public static readonly ExchangeId Cancellation = new(Id(2));
    public static readonly ExchangeId OtherCancellation = new(Id(3));
    public static readonly ExchangeId UnknownExchange = new(Id(999));
    public static readonly RefundId FirstRefund = new(Id(11));
    public static readonly RefundId SecondRefund = new(Id(12));
    public static readonly RemittanceId DaysRemittance = new(Bakery, Day);
    public static readonly AuthorisationCode Code = new("123456");
    public static readonly ResponseCode Refused = new("05");
    public static readonly CardConfirmation ChipConfirmation = new("A1B2C3D4E5F60718", 42, CardholderVerification.Pin);

    public static readonly Card OriginalCard = new(
        new CardToken("tok_original"),
        new LastFour("1234"),
        CardBrand.Cb,
        BrandChoice.MerchantPriority,
        CardCategory.ConsumerDebit,
        CardRegion.France,
        EntryMode.Chip,
        "A0000000421010",
        "CB",
        "PAR0000000000000000000000001");

    public static readonly PriceList Prices = new(
        new LocalDate(2026, 1, 1),
        MonthlyFee: 99_000,
        SubscriptionVatPerMille: 200,
        CommissionVatPerMille: 0,
        [.. from brand in Enum.GetValues<CardBrand>()
            from category in Enum.GetValues<CardCategory>()
            from region in Enum.GetValues<CardRegion>()
            select new Rate(brand, category, region, category == CardCategory.ConsumerCredit ? 3000 : 2000, 500, 10_000, 100)]);

    public static readonly ContractTerms Contract = new(
        Bakery, 1, At(new LocalDate(2026, 1, 1), 0), null, StripeAccepted: true, [CardBrand.Cb, CardBrand.Visa, CardBrand.Mastercard], Prices);

    public static PresentedCard SameCard => new(OriginalCard.Token, OriginalCard.Brand, null);

    public static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    public static Instant At(LocalDate day, int hour, int minute = 0, int second = 0) =>
        ParisTime.Zone.AtLeniently(day.At(new LocalTime(hour, minute, second))).ToInstant();

    public static SecurityCodeProof Proof(Instant verified) => new(Id(800), Id(800), verified);

    public static ExchangeId ExchangeOf(RefundId refund) => new(new Guid(100, 0, 0, refund.Value.ToByteArray()[..8]));

    public static Request Request(Money? amount = null, Instant? at = null) =>
        new(PaymentId, Sale, Contract, Terminal, Device, 42, amount ?? Amount, TicketChoice.Paper, null, at ?? Start);

    public static SendAuthorisation Send(Card? card = null) =>
        new(card ?? OriginalCard, Authorisation, Contract, CardIsOpposed: false, Start.Plus(Duration.FromSeconds(20)));

    public static RecordApproval Approve(Money? amount = null) =>
        new(Authorisation, amount ?? Amount, Code, ResponseCode.Ok, Start.Plus(Duration.FromSeconds(25)));

    public static RecordDecline Decline() => new(Authorisation, Refused, Start.Plus(Duration.FromSeconds(25)));

    public static RecordNoAnswer NoAnswer(UnknownReason reason = UnknownReason.AnswerTimedOut) =>
        new(Authorisation, reason, Start.Plus(Duration.FromSeconds(60)));

    public static RecordNotFound NotFound() => new(Authorisation, Start.Plus(Duration.FromSeconds(90)));

    public static Complete Complete(CardConfirmation? confirmation = null) =>
        new(confirmation ?? ChipConfirmation, Contract, Start.Plus(Duration.FromSeconds(30)));

    public static Abort Abort(AbortReason reason = AbortReason.CardRemovedEarly) => new(reason, Start.Plus(Duration.FromSeconds(28)));

    public static RecordReversed Reversed(bool found = true) => new(Authorisation, found, Start.Plus(Duration.FromMinutes(10)));

    public static RecordContradiction Contradict(Money? approved) => new(Authorisation, approved is null ? Refused : ResponseCode.Ok, approved, Start.Plus(Duration.FromSeconds(120)));

    public static RecordContradictionUndone ContradictionUndone(bool found = true) => new(Authorisation, found, Start.Plus(Duration.FromMinutes(10)));

    public static RequestCancellation Cancel(Instant? at = null) =>
        new(Cancellation, Amount, SameCard, Proof(at ?? At(Day, 15)), Contract, TicketChoice.Paper, null, Channel.MobileApp, at ?? At(Day, 15));

    public static RecordCancelled Cancelled() => new(Cancellation, At(Day, 15, 1));

    public static RecordCancellationRefused CancellationRefused() => new(Cancellation, Refused, At(Day, 15, 1));

    public static RequestRefund Refund(RefundId? id = null, Money? amount = null, Instant? at = null)
    {
        var now = at ?? At(Day.PlusDays(1), 9);
        var refund = id ?? FirstRefund;
        return new(
            refund, ExchangeOf(refund), amount ?? PartOfIt, SameCard, Proof(now), Contract, Terminal, 43, TicketChoice.Email, Contact, Channel.MobileApp, now);
    }

    public static RecordRefundApproved RefundApproved(RefundId? id = null) =>
        new(id ?? FirstRefund, ExchangeOf(id ?? FirstRefund), new AuthorisationCode("654321"), At(Day.PlusDays(1), 9, 1));

    public static RecordRefundDeclined RefundDeclined(RefundId? id = null) =>
        new(id ?? FirstRefund, ExchangeOf(id ?? FirstRefund), Refused, At(Day.PlusDays(1), 9, 1));

    public static RecordRefundNoAnswer RefundNoAnswer(RefundId? id = null) =>
        new(id ?? FirstRefund, ExchangeOf(id ?? FirstRefund), UnknownReason.AnswerTimedOut, At(Day.PlusDays(1), 9, 1));

    public static RequestRefundCancellation CancelRefund(RefundId? id = null, Instant? at = null)
    {
        var now = at ?? At(Day.PlusDays(1), 10);
        return new(id ?? FirstRefund, Cancellation, Money.Eur(10_00), SameCard, Proof(now), Contract, TicketChoice.Paper, null, Channel.MobileApp, now);
    }

    public static RecordRefundCancelled RefundCancelled(RefundId? id = null) => new(id ?? FirstRefund, Cancellation, At(Day.PlusDays(1), 10, 1));

    public static RecordRefundCancellationRefused RefundCancellationRefused(RefundId? id = null) =>
        new(id ?? FirstRefund, Cancellation, Refused, At(Day.PlusDays(1), 10, 1));

    public static Remit Remit(RemittanceId? remittance = null, Instant? at = null) => new(remittance ?? DaysRemittance, at ?? At(Day.PlusDays(1), 0, 5));

    public static RemitRefund RemitRefund(RefundId? id = null) =>
        new(id ?? FirstRefund, new RemittanceId(Bakery, Day.PlusDays(1)), At(Day.PlusDays(2), 0, 5));
}
