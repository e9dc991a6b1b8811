using Ledger.Acquiring;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using NodaTime;

namespace Ledger.Api.Switch;

/// <summary>A command of a bulk request that is well formed: what must be known before it can be decided, and how it is made then.</summary>
/// <param name="Header">Its id in the engine, and SHA-256 of its canonical form.</param>
/// <param name="Merchant">Whose terms it needs; null when none.</param>
/// <param name="Terminal">Whose device it needs; null when none.</param>
/// <param name="Card">Whether this one is opposed; null when that does not matter.</param>
internal sealed record SwitchPlan(
    CommandHeader Header,
    TransactionId Transaction,
    MerchantId? Merchant,
    TerminalSerial? Terminal,
    CardToken? Card,
    Func<SwitchFacts, CommandHeader, EngineCommand> Build);

/// <summary>What the server knows and the switch is not asked.</summary>
/// <param name="Terms">Of the plan's merchant; null when it needs none.</param>
/// <param name="Device">The one bound to the plan's terminal; all zeros when none is, and the terminal refuses that by itself.</param>
/// <param name="Now">By the server's clock, which decides the business day.</param>
internal readonly record struct SwitchFacts(ContractTerms? Terms, DeviceId Device, bool CardIsOpposed, Instant Now);
