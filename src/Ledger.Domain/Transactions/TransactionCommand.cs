using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using NodaTime;

namespace Ledger.Domain.Transactions;

/// <summary>What may be asked of one card transaction. Time, ids and what other streams know come in with it.</summary>
public abstract record TransactionCommand
{
    private TransactionCommand() { }

    /// <summary>Starts it. Refusals: AlreadyRequested, ContractNotEffective, CurrencyNotAccepted, AmountOutOfRange, ContactMissing, ContactNotWanted.</summary>
    public sealed record Request(
        TransactionId TransactionId,
        SaleId SaleId,
        ContractTerms Contract,
        TerminalSerial Terminal,
        DeviceId Device,
        int Number,
        Money Amount,
        TicketChoice Ticket,
        ContactRef? Contact,
        Instant ReceivedAt) : TransactionCommand;

    /// <summary>Stage by stage, never back; a stage that is reached already is AlreadyDone.</summary>
    public sealed record ReportProgress(CardStage Stage, Instant Now) : TransactionCommand;

    /// <summary>Write-ahead of the question to the host.</summary>
    /// <param name="Contract">For the brands and entry modes accepted now (R030, R049, D-06).</param>
    /// <param name="CardIsOpposed">What the card's stream knows (R186).</param>
    public sealed record SendAuthorisation(Card Card, ExchangeId Exchange, ContractTerms Contract, bool CardIsOpposed, Instant Now) : TransactionCommand;

    /// <summary>The host said yes, for this amount. Any other amount than asked is reversed (E29).</summary>
    public sealed record RecordApproval(ExchangeId Exchange, Money Amount, AuthorisationCode Code, ResponseCode Response, Instant Now) : TransactionCommand;

    public sealed record RecordDecline(ExchangeId Exchange, ResponseCode Response, Instant Now) : TransactionCommand;

    /// <summary>No answer in time. <see cref="UnknownReason.CardRemoved"/> also says that nobody waits for it any more.</summary>
    public sealed record RecordNoAnswer(ExchangeId Exchange, UnknownReason Reason, Instant Now) : TransactionCommand;

    /// <summary>
    /// The host answered a status query: it never saw the question (E23). WrongState while the question is still out: record that no answer
    /// came first, so that nothing is looked up while it may be under way.
    /// </summary>
    public sealed record RecordNotFound(ExchangeId Exchange, Instant Now) : TransactionCommand;

    /// <summary>The card confirmed the approval.</summary>
    public sealed record Complete(CardConfirmation Confirmation, ContractTerms Contract, Instant Now) : TransactionCommand;

    /// <summary>Stops it: before the question, Aborted; while it is out, OutcomeUnknown with Abandoned; after an approval, ReversalRequested.</summary>
    public sealed record Abort(AbortReason Reason, Instant Now) : TransactionCommand;

    /// <summary>The host took the reversal.</summary>
    public sealed record RecordReversed(ExchangeId Exchange, bool FoundAtHost, Instant Now) : TransactionCommand;

    /// <summary>
    /// The host said something else than what is recorded (E28). WrongState when that is no contradiction: nothing was recorded yet, or the same.
    /// </summary>
    /// <param name="ApprovedAmount">Null when it declined.</param>
    public sealed record RecordContradiction(ExchangeId Exchange, ResponseCode Response, Money? ApprovedAmount, Instant Now) : TransactionCommand;

    /// <summary>The host undid the approval that contradicted the record.</summary>
    public sealed record RecordContradictionUndone(ExchangeId Exchange, bool FoundAtHost, Instant Now) : TransactionCommand;

    /// <summary>Annulation (R070-R072, R075-R078).</summary>
    /// <param name="Amount">As typed: must be the whole amount.</param>
    /// <param name="PresentedCard">Null on the web space, where the transaction is picked by number (D-03).</param>
    /// <param name="Ticket">Of the cancellation itself; the payment's choice says nothing about it (R078).</param>
    /// <param name="Contact">For an electronic ticket only.</param>
    public sealed record RequestCancellation(
        ExchangeId Exchange,
        Money Amount,
        PresentedCard? PresentedCard,
        SecurityCodeProof Proof,
        ContractTerms Contract,
        TicketChoice Ticket,
        ContactRef? Contact,
        Channel Channel,
        Instant Now) : TransactionCommand;

    public sealed record RecordCancelled(ExchangeId Exchange, Instant Now) : TransactionCommand;

    public sealed record RecordCancellationRefused(ExchangeId Exchange, ResponseCode Response, Instant Now) : TransactionCommand;

    /// <summary>Remboursement, whole or in part (R071, R073, R075-R078). App only, card presented (R080).</summary>
    public sealed record RequestRefund(
        RefundId RefundId,
        ExchangeId Exchange,
        Money Amount,
        PresentedCard PresentedCard,
        SecurityCodeProof Proof,
        ContractTerms Contract,
        TerminalSerial Terminal,
        int Number,
        TicketChoice Ticket,
        ContactRef? Contact,
        Channel Channel,
        Instant Now) : TransactionCommand;

    public sealed record RecordRefundApproved(RefundId RefundId, ExchangeId Exchange, AuthorisationCode? Code, Instant Now) : TransactionCommand;

    public sealed record RecordRefundDeclined(RefundId RefundId, ExchangeId Exchange, ResponseCode Response, Instant Now) : TransactionCommand;

    public sealed record RecordRefundNoAnswer(RefundId RefundId, ExchangeId Exchange, UnknownReason Reason, Instant Now) : TransactionCommand;

    /// <summary>Annuls a refund on its own day (E68), with a ticket of its own (R078).</summary>
    public sealed record RequestRefundCancellation(
        RefundId RefundId,
        ExchangeId Exchange,
        Money Amount,
        PresentedCard? PresentedCard,
        SecurityCodeProof Proof,
        ContractTerms Contract,
        TicketChoice Ticket,
        ContactRef? Contact,
        Channel Channel,
        Instant Now) : TransactionCommand;

    public sealed record RecordRefundCancelled(RefundId RefundId, ExchangeId Exchange, Instant Now) : TransactionCommand;

    public sealed record RecordRefundCancellationRefused(RefundId RefundId, ExchangeId Exchange, ResponseCode Response, Instant Now) : TransactionCommand;

    /// <summary>
    /// Takes it into the remittance of its own day or, when it came late, of a later one (I37). Refused while it is not settled money:
    /// WrongState, OutcomeUnknown, CancellationPending, AlreadyCancelled, DayNotOver.
    /// </summary>
    public sealed record Remit(RemittanceId Remittance, Instant Now) : TransactionCommand;

    /// <summary>The same for one of its approved refunds.</summary>
    public sealed record RemitRefund(RefundId RefundId, RemittanceId Remittance, Instant Now) : TransactionCommand;

    public sealed record RecordTicketSent(TicketKind Kind, RefundId? Refund, TicketChoice Channel, string CarrierMessageId, Instant Now) : TransactionCommand;

    public sealed record RecordTicketFailed(TicketKind Kind, RefundId? Refund, TicketFailure Reason, Instant Now) : TransactionCommand;

    public sealed record ReissueTicket(TicketKind Kind, RefundId? Refund, TicketCopy Copy, Channel Channel, Instant Now) : TransactionCommand;
}

/// <summary>The card that the client inserted for a cancel or a refund (R076, I35).</summary>
public sealed record PresentedCard(CardToken Token, CardBrand Brand, string? Account);

/// <summary>The security code was checked, for this one command (R075, I34).</summary>
/// <param name="CommandId">The command that is being decided.</param>
/// <param name="VerifiedFor">The command that the code was typed for; single use, so it must be the same.</param>
public sealed record SecurityCodeProof(Guid CommandId, Guid VerifiedFor, Instant VerifiedAt);
