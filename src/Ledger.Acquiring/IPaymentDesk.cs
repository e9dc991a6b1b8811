using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine;

namespace Ledger.Acquiring;

/// <summary>
/// Takes payments from request to refund: writes down what it is about to ask the host, asks, records the answer (E33).
/// Every call has a command id; repeating it gives the same reply and asks the host nothing new. Exceptions are the engine's.
/// </summary>
public interface IPaymentDesk
{
    /// <summary>Takes the terminal and opens the transaction, in one unit.</summary>
    ValueTask<DeskReply> StartAsync(CommandHeader header, StartPayment request, CancellationToken cancellation);

    ValueTask<DeskReply> ReportProgressAsync(CommandHeader header, TransactionId transaction, CardStage stage, CancellationToken cancellation);

    /// <summary>Write-ahead, host, record. Ends Approved, Declined, InDoubt or ReversalPending, or Aborted when nothing was sent.</summary>
    ValueTask<DeskReply> AuthoriseAsync(CommandHeader header, AuthorisePayment request, CancellationToken cancellation);

    ValueTask<DeskReply> CompleteAsync(CommandHeader header, TransactionId transaction, CardConfirmation confirmation, CancellationToken cancellation);

    /// <summary>Stops it; an approval is reversed at once, and by the follow-up process until acknowledged.</summary>
    ValueTask<DeskReply> AbortAsync(CommandHeader header, TransactionId transaction, AbortReason reason, CancellationToken cancellation);

    ValueTask<DeskReply> CancelAsync(CommandHeader header, CancelPayment request, CancellationToken cancellation);

    ValueTask<DeskReply> RefundAsync(CommandHeader header, RefundPayment request, CancellationToken cancellation);

    /// <summary>Annuls a refund of today (E68).</summary>
    ValueTask<DeskReply> CancelRefundAsync(CommandHeader header, CancelRefund request, CancellationToken cancellation);
}

/// <param name="Fingerprint">32 bytes: SHA-256 of the request's canonical body.</param>
public readonly record struct CommandHeader(Guid CommandId, ReadOnlyMemory<byte> Fingerprint);

/// <summary>The reply, and the transaction as it was right after it: a repeat shows the same again.</summary>
/// <param name="Transaction">Null when there is no such transaction.</param>
public sealed record DeskReply(CommandReply Reply, StreamState<TransactionState>? Transaction);

/// <param name="Terminal">The device's.</param>
/// <param name="LinkedSerial">What the connected terminal announced; null when none is connected, and then it is refused (R021).</param>
public sealed record StartPayment(
    TransactionId TransactionId,
    SaleId SaleId,
    ContractTerms Contract,
    TerminalSerial Terminal,
    DeviceId Device,
    TerminalSerial? LinkedSerial,
    Money Amount,
    TicketChoice Ticket,
    ContactRef? Contact);

public sealed record AuthorisePayment(TransactionId TransactionId, ContractTerms Contract, Card Card, EncryptedCardData CardData);

/// <param name="PresentedCard">Null on the web space (D-03).</param>
public sealed record CancelPayment(
    TransactionId TransactionId,
    ContractTerms Contract,
    Money Amount,
    PresentedCard? PresentedCard,
    SecurityCodeProof Proof,
    TicketChoice Ticket,
    ContactRef? Contact,
    Channel Channel);

public sealed record RefundPayment(
    TransactionId TransactionId,
    RefundId RefundId,
    ContractTerms Contract,
    TerminalSerial Terminal,
    DeviceId Device,
    Money Amount,
    PresentedCard PresentedCard,
    SecurityCodeProof Proof,
    TicketChoice Ticket,
    ContactRef? Contact,
    Channel Channel);

public sealed record CancelRefund(
    TransactionId TransactionId,
    RefundId RefundId,
    ContractTerms Contract,
    Money Amount,
    PresentedCard? PresentedCard,
    SecurityCodeProof Proof,
    TicketChoice Ticket,
    ContactRef? Contact,
    Channel Channel);
