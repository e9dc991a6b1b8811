using Ledger.Contracts.V1;

namespace Ledger.Host.Demo;

/// <summary>A payment that came through, with all that a cancellation or a refund needs.</summary>
internal sealed record PaidSale(DemoPhone Phone, TransactionView Payment, CardInput Card);
