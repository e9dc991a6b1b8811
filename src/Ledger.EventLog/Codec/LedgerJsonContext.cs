using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;

namespace Ledger.EventLog.Codec;

/// <summary>Source-generated readers and writers of all payloads; see <see cref="LedgerJsonOptions"/> for what it takes from options.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    Converters =
    [
        typeof(InstantConverter),
        typeof(LocalDateConverter),
        typeof(MoneyConverter),
        typeof(GuidConverter),
        typeof(RemittanceIdConverter),
        typeof(TransactionIdConverter),
        typeof(SaleIdConverter),
        typeof(RefundIdConverter),
        typeof(ExchangeIdConverter),
        typeof(DeviceIdConverter),
        typeof(ContactRefConverter),
        typeof(ComplaintIdConverter),
        typeof(MerchantIdConverter),
        typeof(TerminalSerialConverter),
        typeof(CardTokenConverter),
        typeof(LastFourConverter),
        typeof(AuthorisationCodeConverter),
        typeof(ResponseCodeConverter),
        typeof(SettlementAccountConverter),
        typeof(ValueListConverter<CardBrand>),
        typeof(ValueListConverter<Rate>),
        typeof(ValueListConverter<RemittanceLine>),
        typeof(EnumNameConverter<CardBrand>),
        typeof(EnumNameConverter<BrandChoice>),
        typeof(EnumNameConverter<CardCategory>),
        typeof(EnumNameConverter<CardRegion>),
        typeof(EnumNameConverter<EntryMode>),
        typeof(EnumNameConverter<CardholderVerification>),
        typeof(EnumNameConverter<OppositionReason>),
        typeof(EnumNameConverter<CredentialLetter>),
        typeof(EnumNameConverter<Credential>),
        typeof(EnumNameConverter<CalendarName>),
        typeof(EnumNameConverter<AcceptanceCountry>),
        typeof(EnumNameConverter<BlockReason>),
        typeof(EnumNameConverter<RemittanceSide>),
        typeof(EnumNameConverter<CardStage>),
        typeof(EnumNameConverter<AbortReason>),
        typeof(EnumNameConverter<UnknownReason>),
        typeof(EnumNameConverter<ReversalReason>),
        typeof(EnumNameConverter<Channel>),
        typeof(EnumNameConverter<TicketChoice>),
        typeof(EnumNameConverter<TicketKind>),
        typeof(EnumNameConverter<TicketCopy>),
        typeof(EnumNameConverter<TicketFailure>),
        typeof(EnumNameConverter<ComplaintReason>),
        typeof(EnumNameConverter<ComplaintChannel>),
        typeof(EnumNameConverter<ComplaintOutcome>),
        typeof(EnumNameConverter<MediationOutcome>),
    ])]
[JsonSerializable(typeof(TransactionEvent.Requested))]
[JsonSerializable(typeof(TransactionEvent.Progressed))]
[JsonSerializable(typeof(TransactionEvent.AuthorisationSent))]
[JsonSerializable(typeof(TransactionEvent.Approved))]
[JsonSerializable(typeof(TransactionEvent.Declined))]
[JsonSerializable(typeof(TransactionEvent.OutcomeUnknown))]
[JsonSerializable(typeof(TransactionEvent.ReversalRequested))]
[JsonSerializable(typeof(TransactionEvent.Reversed))]
[JsonSerializable(typeof(TransactionEvent.Aborted))]
[JsonSerializable(typeof(TransactionEvent.Completed))]
[JsonSerializable(typeof(TransactionEvent.CancellationRequested))]
[JsonSerializable(typeof(TransactionEvent.CancellationRefused))]
[JsonSerializable(typeof(TransactionEvent.Cancelled))]
[JsonSerializable(typeof(TransactionEvent.RefundRequested))]
[JsonSerializable(typeof(TransactionEvent.RefundApproved))]
[JsonSerializable(typeof(TransactionEvent.RefundDeclined))]
[JsonSerializable(typeof(TransactionEvent.RefundOutcomeUnknown))]
[JsonSerializable(typeof(TransactionEvent.RefundCancellationRequested))]
[JsonSerializable(typeof(TransactionEvent.RefundCancellationRefused))]
[JsonSerializable(typeof(TransactionEvent.RefundCancelled))]
[JsonSerializable(typeof(TransactionEvent.Remitted))]
[JsonSerializable(typeof(TransactionEvent.RefundRemitted))]
[JsonSerializable(typeof(TransactionEvent.TicketSent))]
[JsonSerializable(typeof(TransactionEvent.TicketFailed))]
[JsonSerializable(typeof(TransactionEvent.TicketReissued))]
[JsonSerializable(typeof(TransactionEvent.AnswerContradicted))]
[JsonSerializable(typeof(TransactionEvent.ContradictionUndone))]
[JsonSerializable(typeof(TerminalEvent.TerminalRegistered))]
[JsonSerializable(typeof(TerminalEvent.TerminalActivated))]
[JsonSerializable(typeof(TerminalEvent.TerminalBlocked))]
[JsonSerializable(typeof(TerminalEvent.TerminalUnblocked))]
[JsonSerializable(typeof(TerminalEvent.TerminalBlockedForGood))]
[JsonSerializable(typeof(TerminalEvent.TransactionStarted))]
[JsonSerializable(typeof(TerminalEvent.TransactionSetAside))]
[JsonSerializable(typeof(TerminalEvent.TransactionFinished))]
[JsonSerializable(typeof(TerminalEvent.NumberTaken))]
[JsonSerializable(typeof(MerchantEvent.ContractRequested))]
[JsonSerializable(typeof(MerchantEvent.ContractAccepted))]
[JsonSerializable(typeof(MerchantEvent.ContractRefused))]
[JsonSerializable(typeof(MerchantEvent.PricesChanged))]
[JsonSerializable(typeof(MerchantEvent.AcceptorChanged))]
[JsonSerializable(typeof(MerchantEvent.AccountChanged))]
[JsonSerializable(typeof(MerchantEvent.ContractTerminated))]
[JsonSerializable(typeof(MerchantEvent.LetterSent))]
[JsonSerializable(typeof(MerchantEvent.CredentialAccepted))]
[JsonSerializable(typeof(MerchantEvent.CredentialRejected))]
[JsonSerializable(typeof(MerchantEvent.CredentialLocked))]
[JsonSerializable(typeof(MerchantEvent.CredentialUnlocked))]
[JsonSerializable(typeof(RemittanceEvent.RemittanceOpened))]
[JsonSerializable(typeof(RemittanceEvent.LinesAdded))]
[JsonSerializable(typeof(RemittanceEvent.RemittanceClosed))]
[JsonSerializable(typeof(RemittanceEvent.RemittanceCredited))]
[JsonSerializable(typeof(CardEvent.CardOpposed))]
[JsonSerializable(typeof(CardEvent.CardRenewed))]
[JsonSerializable(typeof(ComplaintEvent.ComplaintOpened))]
[JsonSerializable(typeof(ComplaintEvent.ConfirmedInWriting))]
[JsonSerializable(typeof(ComplaintEvent.ComplaintAcknowledged))]
[JsonSerializable(typeof(ComplaintEvent.HoldingReplySent))]
[JsonSerializable(typeof(ComplaintEvent.ComplaintAnswered))]
[JsonSerializable(typeof(ComplaintEvent.ComplaintEscalated))]
[JsonSerializable(typeof(ComplaintEvent.MediationEnded))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class LedgerJsonContext : JsonSerializerContext;
