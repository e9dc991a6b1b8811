using Ledger.Domain.Transactions;

namespace Ledger.Acquiring;

/// <summary>The host gave two answers to one question; the first one recorded counts (E28). An operator should look.</summary>
/// <param name="Recorded">What the ledger holds.</param>
/// <param name="Later">What came afterwards. An approval of what the ledger holds for refused was reversed at the host, once.</param>
/// <param name="IsUndone">Whether the host acknowledged that reversal; when not, the acquirer must be called.</param>
public sealed record HostContradiction(TransactionId Transaction, ExchangeId Exchange, TransactionStatus Recorded, HostAnswer Later, bool IsUndone);
