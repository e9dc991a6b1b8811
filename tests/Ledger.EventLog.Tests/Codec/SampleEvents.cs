using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.EventLog.Tests.Codec;

/// <summary>One event of every case, with fixed invented content: what the golden files are made of.</summary>
internal static class SampleEvents
{
    private static readonly Instant At = Instant.FromUtc(2026, 11, 22, 8, 15, 30).PlusNanoseconds(123_456_789);
    private static readonly LocalDate Day = new(2026, 11, 22);
    private static readonly MerchantId Bakery = new("boulangerie-1");
    private static readonly TerminalSerial Serial = new("TPE000042");
    private static readonly TransactionId Transaction = new(Id(1));
    private static readonly SaleId Sale = new(Id(2));
    private static readonly RefundId Refund = new(Id(3));
    private static readonly ExchangeId Exchange = new(Id(4));
    private static readonly DeviceId Device = new(Id(5));
    private static readonly ContactRef Contact = new(Id(6));
    private static readonly RemittanceId Remittance = new(Bakery, Day);
    private static readonly ComplaintId Complaint = new(Id(9));
    private static readonly ComplaintDeadlines Deadlines = new(
        new ComplaintDeadline(Day.PlusDays(9), Day.PlusDays(11)), new ComplaintDeadline(Day.PlusDays(17), Day.PlusDays(20)), new ComplaintDeadline(Day.PlusDays(41), Day.PlusDays(50)), "France/2026.1");
    private static readonly CardToken Token = new("tok_7f3a9c21e0");
    private static readonly Acceptor Acceptor = new("AU BON PAIN DORÉ", "06000 NICE", "1234567", "12345", "12345678200010");

    private static readonly Card Card = new(
        Token, new LastFour("4242"), CardBrand.Cb, BrandChoice.MerchantPriority, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB", "par-29f1");

    private static readonly PriceList Prices = new(
        new LocalDate(2026, 1, 1),
        99_000,
        200,
        0,
        [
            new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500),
            new Rate(CardBrand.Visa, CardCategory.Commercial, CardRegion.Elsewhere, 15_000, 900, 4_000, 500),
        ]);

    public static IReadOnlyList<ILedgerEvent> All { get; } =
    [
        new TransactionEvent.Requested(Transaction, Sale, Bakery, 1, Serial, Device, 17, Money.Eur(1500), Day, TicketChoice.Email, Contact, At),
        new TransactionEvent.Progressed(CardStage.AwaitingPin, At),
        new TransactionEvent.AuthorisationSent(Card, Exchange, At),
        new TransactionEvent.Approved(Exchange, Money.Eur(1500), new AuthorisationCode("A1B2C3"), ResponseCode.Ok, At),
        new TransactionEvent.Declined(Exchange, new ResponseCode("51"), At),
        new TransactionEvent.OutcomeUnknown(Exchange, UnknownReason.AnswerTimedOut, Abandoned: false, At),
        new TransactionEvent.ReversalRequested(Exchange, ReversalReason.CardRemovedEarly, Money.Eur(1500), At),
        new TransactionEvent.Reversed(Exchange, FoundAtHost: true, At),
        new TransactionEvent.Aborted(AbortReason.PinEntryTimedOut, At),
        new TransactionEvent.Completed(
            Bakery, Money.Eur(1500), Day, new CardConfirmation("A1B2C3D4E5F60718", 301, CardholderVerification.Pin), new ServiceCharge(3_000, 450, 6_500), At),
        new TransactionEvent.CancellationRequested(Exchange, CardPresented: true, Channel.MobileApp, At),
        new TransactionEvent.CancellationRefused(Exchange, new ResponseCode("12"), At),
        new TransactionEvent.Cancelled(Exchange, Bakery, Money.Eur(1500), Day, At),
        new TransactionEvent.RefundRequested(Refund, Exchange, Money.Eur(400), Day.PlusDays(1), Serial, 18, TicketChoice.Sms, Contact, At),
        new TransactionEvent.RefundApproved(Refund, Exchange, Bakery, Money.Eur(400), Day.PlusDays(1), new AuthorisationCode("9Z8Y"), At),
        new TransactionEvent.RefundDeclined(Refund, Exchange, new ResponseCode("05"), At),
        new TransactionEvent.RefundOutcomeUnknown(Refund, Exchange, UnknownReason.ServerRestarted, At),
        new TransactionEvent.RefundCancellationRequested(Refund, Exchange, CardPresented: false, Channel.WebSpace, At),
        new TransactionEvent.RefundCancellationRefused(Refund, Exchange, new ResponseCode("12"), At),
        new TransactionEvent.RefundCancelled(Refund, Exchange, Bakery, Money.Eur(400), Day.PlusDays(1), At),
        new TransactionEvent.Remitted(Remittance, At),
        new TransactionEvent.RefundRemitted(Refund, Remittance, At),
        new TransactionEvent.TicketSent(TicketKind.Refund, Refund, TicketChoice.Sms, "drop-000017", At),
        new TransactionEvent.TicketFailed(TicketKind.Refund, Refund, TicketFailure.CarrierFailed, At),
        new TransactionEvent.TicketReissued(TicketKind.Refund, Refund, TicketCopy.Client, Channel.WebSpace, At),

        new TerminalEvent.TerminalRegistered(Serial, "Move 3500", AcceptanceCountry.France, 42, At),
        new TerminalEvent.TerminalActivated(Serial, Bakery, Device, At),
        new TerminalEvent.TerminalBlocked(Serial, BlockReason.Lost, Channel.Assistance, Day.PlusMonths(3), At),
        new TerminalEvent.TerminalUnblocked(Serial, Channel.Assistance, At),
        new TerminalEvent.TerminalBlockedForGood(Serial, At),
        new TerminalEvent.TransactionStarted(Transaction, Sale, Device, 17, At),
        new TerminalEvent.TransactionSetAside(Transaction, Sale, At),
        new TerminalEvent.TransactionFinished(Transaction, Sale, Paid: true, At),
        new TerminalEvent.NumberTaken(Id(7), 18, At),

        new MerchantEvent.ContractRequested(
            Bakery, "Boulangerie Doré SARL", Acceptor, new SettlementAccount("FRTEST0001"), CalendarName.FranceAndT2, Prices, StripeAccepted: true,
            [CardBrand.Cb, CardBrand.Visa], At),
        new MerchantEvent.ContractAccepted("agence-06", At),
        new MerchantEvent.ContractRefused("agence-06", "pièces manquantes", At),
        new MerchantEvent.PricesChanged(Prices, At),
        new MerchantEvent.AcceptorChanged(Acceptor with { TradeName = "LE PAIN D'ANTAN" }, 2, At),
        new MerchantEvent.AccountChanged(new SettlementAccount("FRTEST0002"), At),
        new MerchantEvent.ContractTerminated("lrar-2026-001", At, Instant.FromUtc(2026, 11, 30, 23, 0), At),
        new MerchantEvent.CredentialAccepted(Credential.SecurityCode, Id(8), At),
        new MerchantEvent.CredentialRejected(Credential.Password, Id(8), 2, At),
        new MerchantEvent.CredentialLocked(Credential.SecurityCode, At),
        new MerchantEvent.CredentialUnlocked(Credential.SecurityCode, "assistance-3", At),

        new RemittanceEvent.RemittanceOpened(Remittance, CalendarName.Monaco, At),
        new RemittanceEvent.LinesAdded(
            [
                new RemittanceLine(Transaction, null, RemittanceSide.Debit, Money.Eur(1500), Day),
                new RemittanceLine(Transaction, Refund, RemittanceSide.Credit, Money.Eur(400), Day.PlusDays(-1)),
            ],
            At),
        new RemittanceEvent.RemittanceClosed(Remittance, 2, Money.Eur(1500), Money.Eur(400), Day.PlusDays(1), "2026.1", At),
        new RemittanceEvent.RemittanceCredited(Remittance, Money.Eur(1500), Money.Eur(400), Day.PlusDays(1), At),

        new CardEvent.CardOpposed(Token, OppositionReason.Stolen, At),
        new CardEvent.CardRenewed(Token, new CardToken("tok_8d51b7f4aa"), At),

        // Newer types come last: SampleLog fills its logs with those above.
        new MerchantEvent.LetterSent(CredentialLetter.Identifier, At),
        new TransactionEvent.AnswerContradicted(Exchange, ResponseCode.Ok, Money.Eur(1500), At),
        new TransactionEvent.ContradictionUndone(Exchange, FoundAtHost: true, At),
        new ComplaintEvent.ComplaintOpened(
            Complaint,
            new ComplaintFacts(Bakery, ComplaintReason.MissingCredit, ComplaintChannel.RegisteredPost, new ComplaintSubject(Transaction, TicketKind.Refund, Refund), "REC-2026-0042", Day.PlusDays(-3), Day),
            Deadlines,
            "agence-06",
            At),
        new ComplaintEvent.ConfirmedInWriting("REC-2026-0043", Day.PlusDays(-3), Day, Deadlines, "agence-06", At),
        new ComplaintEvent.ComplaintAcknowledged("agence-06", At),
        new ComplaintEvent.HoldingReplySent("REP-2026-0007", Day.PlusDays(20), "agence-06", At),
        new ComplaintEvent.ComplaintAnswered(ComplaintOutcome.PartlyUpheld, "REP-2026-0008", "agence-06", At),
        new ComplaintEvent.ComplaintEscalated("MED-2026-0001", "agence-06", At),
        new ComplaintEvent.MediationEnded(MediationOutcome.ProposalAccepted, "MED-2026-0002", "agence-06", At),
    ];

    /// <summary>The same cases with what may be left out left out.</summary>
    public static IReadOnlyList<ILedgerEvent> WithNulls { get; } =
    [
        new TransactionEvent.Requested(Transaction, Sale, Bakery, 1, Serial, Device, 17, Money.Eur(1500), Day, TicketChoice.Paper, null, At),
        new TransactionEvent.AuthorisationSent(Card with { Account = null }, Exchange, At),
        new TransactionEvent.Completed(Bakery, Money.Eur(1500), Day, new CardConfirmation(null, null, CardholderVerification.SignatureOnScreen), ServiceCharge.Zero, At),
        new TransactionEvent.RefundRequested(Refund, Exchange, Money.Eur(400), Day, Serial, 18, TicketChoice.Paper, null, At),
        new TransactionEvent.RefundApproved(Refund, Exchange, Bakery, Money.Eur(400), Day, null, At),
        new TransactionEvent.TicketSent(TicketKind.Payment, null, TicketChoice.Sms, "drop-000018", At),
        new TransactionEvent.TicketFailed(TicketKind.Payment, null, TicketFailure.ContactErased, At),
        new TransactionEvent.TicketReissued(TicketKind.Payment, null, TicketCopy.Merchant, Channel.MobileApp, At),
        new RemittanceEvent.LinesAdded([], At),
        new ComplaintEvent.ComplaintOpened(
            Complaint,
            new ComplaintFacts(null, ComplaintReason.Ticket, ComplaintChannel.Phone, new ComplaintSubject(Transaction, null, null), "REC-2026-0042", Day, Day),
            Deadlines with { Acknowledge = null },
            "agence-06",
            At),
        new TransactionEvent.AnswerContradicted(Exchange, new ResponseCode("05"), null, At),
        new TransactionEvent.CancellationRequested(Exchange, CardPresented: true, Channel.MobileApp, At) { Ticket = TicketChoice.Email, Contact = Contact },
        new TransactionEvent.RefundCancellationRequested(Refund, Exchange, CardPresented: true, Channel.MobileApp, At) { Ticket = TicketChoice.Paper },
        new TransactionEvent.Completed(
            Bakery, Money.Eur(1500), Day, new CardConfirmation("A1B2C3D4E5F60718", 301, CardholderVerification.Pin) { TerminalDate = new LocalDate(2000, 1, 1) }, ServiceCharge.Zero, At),
    ];

    /// <summary>A recognisable id: no chance in tests.</summary>
    private static Guid Id(byte last) => new([0x01, 0x92, 0xA7, 0xB4, 0xC5, 0xD6, 0x8E, 0x7F, 0xA8, 0xB9, 0xCA, 0xDB, 0xEC, 0xFD, 0xAE, last], bigEndian: true);
}
