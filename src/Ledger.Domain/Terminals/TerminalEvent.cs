using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Domain.Terminals;

/// <summary>What happened to one terminal. Names are stored, so never renamed.</summary>
public abstract record TerminalEvent : ILedgerEvent
{
    private TerminalEvent() { }

    public abstract Instant At { get; init; }

    public sealed record TerminalRegistered(TerminalSerial Serial, string Model, AcceptanceCountry Country, int TerminalNumber, Instant At) : TerminalEvent;

    public sealed record TerminalActivated(TerminalSerial Serial, MerchantId MerchantId, DeviceId Device, Instant At) : TerminalEvent;

    /// <param name="UnblockableUntil">Last Paris day on which it may be unblocked (I25).</param>
    public sealed record TerminalBlocked(TerminalSerial Serial, BlockReason Reason, Channel Channel, LocalDate UnblockableUntil, Instant At) : TerminalEvent;

    public sealed record TerminalUnblocked(TerminalSerial Serial, Channel Channel, Instant At) : TerminalEvent;

    public sealed record TerminalBlockedForGood(TerminalSerial Serial, Instant At) : TerminalEvent;

    /// <param name="Number">1 to 999999, then 1 again (E30).</param>
    public sealed record TransactionStarted(TransactionId TransactionId, SaleId SaleId, DeviceId Device, int Number, Instant At) : TerminalEvent;

    public sealed record TransactionSetAside(TransactionId TransactionId, SaleId SaleId, Instant At) : TerminalEvent;

    public sealed record TransactionFinished(TransactionId TransactionId, SaleId SaleId, bool Paid, Instant At) : TerminalEvent;

    public sealed record NumberTaken(Guid OperationId, int Number, Instant At) : TerminalEvent;
}
