using Ledger.Domain.Transactions;

namespace Ledger.Acquiring;

/// <summary>The host gave two answers to one question; the first one recorded counts (E28). It stands in the transaction's stream; an operator should look.</summary>
/// <param name="Recorded">What the ledger holds.</param>
/// <param name="Later">What came afterwards. An approval of what the ledger holds for refused is reversed at the host until that is acknowledged.</param>
/// <param name="IsUndone">Whether the host acknowledged that reversal at once; when not, the follow-up process goes on, and raises alarms.</param>
public sealed record HostContradiction(TransactionId Transaction, ExchangeId Exchange, TransactionStatus Recorded, HostAnswer Later, bool IsUndone);
