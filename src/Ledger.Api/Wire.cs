using V1 = Ledger.Contracts.V1;

namespace Ledger.Api;

/// <summary>
/// Between the domain's enums and the wire's. They have the same names and numbers; a test holds that, and this file says which belongs to which.
/// </summary>
internal static class Wire
{
    public static Domain.Tickets.TicketChoice ToDomain(V1.TicketChoice value) => (Domain.Tickets.TicketChoice)value;

    public static Domain.Tickets.TicketKind ToDomain(V1.TicketKind value) => (Domain.Tickets.TicketKind)value;

    public static Domain.Tickets.TicketCopy ToDomain(V1.TicketCopy value) => (Domain.Tickets.TicketCopy)value;

    public static Domain.Transactions.CardStage ToDomain(V1.CardStage value) => (Domain.Transactions.CardStage)value;

    public static Domain.Transactions.AbortReason ToDomain(V1.AbortReason value) => (Domain.Transactions.AbortReason)value;

    public static Domain.Transactions.UnknownReason ToDomain(V1.UnknownReason value) => (Domain.Transactions.UnknownReason)value;

    public static Domain.Transactions.TransactionStatus ToDomain(V1.TransactionStatus value) => (Domain.Transactions.TransactionStatus)value;

    public static Domain.Cards.CardBrand ToDomain(V1.CardBrand value) => (Domain.Cards.CardBrand)value;

    public static Domain.Cards.BrandChoice ToDomain(V1.BrandChoice value) => (Domain.Cards.BrandChoice)value;

    public static Domain.Cards.CardCategory ToDomain(V1.CardCategory value) => (Domain.Cards.CardCategory)value;

    public static Domain.Cards.CardRegion ToDomain(V1.CardRegion value) => (Domain.Cards.CardRegion)value;

    public static Domain.Cards.EntryMode ToDomain(V1.EntryMode value) => (Domain.Cards.EntryMode)value;

    public static Domain.Cards.CardholderVerification ToDomain(V1.CardholderVerification value) => (Domain.Cards.CardholderVerification)value;

    public static Domain.Cards.OppositionReason ToDomain(V1.OppositionReason value) => (Domain.Cards.OppositionReason)value;

    public static Domain.Terminals.AcceptanceCountry ToDomain(V1.AcceptanceCountry value) => (Domain.Terminals.AcceptanceCountry)value;

    public static Domain.Terminals.BlockReason ToDomain(V1.BlockReason value) => (Domain.Terminals.BlockReason)value;

    public static Domain.Calendars.CalendarName ToDomain(V1.CalendarName value) => (Domain.Calendars.CalendarName)value;

    public static Domain.Merchants.CredentialLetter ToDomain(V1.CredentialLetter value) => (Domain.Merchants.CredentialLetter)value;

    public static Domain.Merchants.Credential ToDomain(V1.Credential value) => (Domain.Merchants.Credential)value;

    public static Domain.Complaints.ComplaintReason ToDomain(V1.ComplaintReason value) => (Domain.Complaints.ComplaintReason)value;

    public static Domain.Complaints.ComplaintChannel ToDomain(V1.ComplaintChannel value) => (Domain.Complaints.ComplaintChannel)value;

    public static Domain.Complaints.ComplaintOutcome ToDomain(V1.ComplaintOutcome value) => (Domain.Complaints.ComplaintOutcome)value;

    public static Domain.Complaints.MediationOutcome ToDomain(V1.MediationOutcome value) => (Domain.Complaints.MediationOutcome)value;

    public static V1.TransactionStatus Of(Domain.Transactions.TransactionStatus value) => (V1.TransactionStatus)value;

    public static V1.RefundStatus Of(Domain.Transactions.RefundStatus value) => (V1.RefundStatus)value;

    public static V1.AbortReason Of(Domain.Transactions.AbortReason value) => (V1.AbortReason)value;

    public static V1.TicketChoice Of(Domain.Tickets.TicketChoice value) => (V1.TicketChoice)value;

    public static V1.TicketKind Of(Domain.Tickets.TicketKind value) => (V1.TicketKind)value;

    public static V1.TicketCopy Of(Domain.Tickets.TicketCopy value) => (V1.TicketCopy)value;

    public static V1.CardBrand Of(Domain.Cards.CardBrand value) => (V1.CardBrand)value;

    public static V1.BrandChoice Of(Domain.Cards.BrandChoice value) => (V1.BrandChoice)value;

    public static V1.CardCategory Of(Domain.Cards.CardCategory value) => (V1.CardCategory)value;

    public static V1.EntryMode Of(Domain.Cards.EntryMode value) => (V1.EntryMode)value;

    public static V1.RemittanceSide Of(Domain.Remittances.RemittanceSide value) => (V1.RemittanceSide)value;

    public static V1.ComplaintReason Of(Domain.Complaints.ComplaintReason value) => (V1.ComplaintReason)value;

    public static V1.ComplaintChannel Of(Domain.Complaints.ComplaintChannel value) => (V1.ComplaintChannel)value;

    public static V1.ComplaintOutcome Of(Domain.Complaints.ComplaintOutcome value) => (V1.ComplaintOutcome)value;

    public static V1.MediationOutcome Of(Domain.Complaints.MediationOutcome value) => (V1.MediationOutcome)value;

    public static V1.Money Of(Domain.Money value) => new(value.MinorUnits, value.Currency.Code);

    public static DateTimeOffset Of(NodaTime.Instant value) => value.ToDateTimeOffset();

    public static DateOnly Of(NodaTime.LocalDate value) => value.ToDateOnly();
}
