using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Projections.Terminals;

/// <summary>Every terminal that the bank supplied, in order of serial.</summary>
public interface ITerminals
{
    /// <summary>Refusals: LimitOutOfRange, PositionOutOfRange, CursorInvalid.</summary>
    ValueTask<Answer<Page<TerminalEntry>>> ListAsync(TerminalsQuery query, CancellationToken cancellation);

    /// <summary>Null when the bank supplied no such terminal. Refusals: PositionOutOfRange.</summary>
    ValueTask<Answer<TerminalEntry?>> FindAsync(TerminalSerial serial, long? atLeastPosition, CancellationToken cancellation);
}

/// <param name="MerchantId">Null for all merchants, and terminals that nobody activated yet (assistance).</param>
public sealed record TerminalsQuery(
    MerchantId? MerchantId = null,
    TerminalCondition? Condition = null,
    string? Cursor = null,
    int Limit = QueryLimits.PageDefault,
    long? AtLeastPosition = null);

/// <param name="MerchantId">Null before the first activation.</param>
/// <param name="Device">The device activated last; null before the first activation.</param>
/// <param name="BlockedBecause">Null unless it is blocked, for good or not.</param>
/// <param name="UnblockableUntil">Last Paris day on which it may be unblocked (I25); null unless it is blocked.</param>
/// <param name="WarrantyUntil">Last Paris day of the warranty (R117); null before the first activation.</param>
/// <param name="LastActivityAt">When anything was last said about it.</param>
/// <param name="Open">What it works on now; null when it is free.</param>
/// <param name="SetAside">Sales whose last attempt has no outcome yet (I15).</param>
public sealed record TerminalEntry(
    TerminalSerial Serial,
    string Model,
    AcceptanceCountry Country,
    int TerminalNumber,
    TerminalCondition Condition,
    MerchantId? MerchantId,
    DeviceId? Device,
    BlockReason? BlockedBecause,
    LocalDate? UnblockableUntil,
    LocalDate? WarrantyUntil,
    Instant LastActivityAt,
    TerminalSale? Open,
    int SetAside,
    int LastNumber,
    long ChangedAtPosition);

public sealed record TerminalSale(TransactionId TransactionId, SaleId SaleId, int Number, Instant StartedAt);

/// <summary>Stored and on the wire: append, never reuse.</summary>
public enum TerminalCondition
{
    Registered = 1,
    Active = 2,
    Blocked = 3,
    BlockedForGood = 4,
}
