using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Domain.Terminals;

/// <summary>What may be asked of one terminal.</summary>
public abstract record TerminalCommand
{
    private TerminalCommand() { }

    /// <summary>Puts it on the list of hardware that the bank supplied (R008).</summary>
    /// <param name="TerminalNumber">Three digits on tickets, 1 to 999.</param>
    public sealed record Register(TerminalSerial Serial, string Model, AcceptanceCountry Country, int TerminalNumber, Instant Now) : TerminalCommand;

    /// <summary>Binds it to a merchant and a device; another device takes over from the one before (R098, R100).</summary>
    /// <param name="LinkedSerial">What the connected terminal said of itself over its link; null when none is connected, and then it is refused (R099).</param>
    public sealed record Activate(ContractTerms Contract, DeviceId Device, TerminalSerial? LinkedSerial, Instant Now) : TerminalCommand;

    /// <summary>Lost or stolen: assistance blocks it (R119).</summary>
    public sealed record Block(BlockReason Reason, Channel Channel, Instant Now) : TerminalCommand;

    /// <summary>Found: possible until three months after the block, by the day (R120, I25).</summary>
    public sealed record Unblock(Channel Channel, Instant Now) : TerminalCommand;

    /// <summary>The three months are over (R121). Sent by the process; refused before.</summary>
    public sealed record BlockForGood(Instant Now) : TerminalCommand;

    /// <summary>Takes it for one transaction (I12, I30). Decided in one batch with the transaction's Request.</summary>
    /// <param name="LinkedSerial">What the connected terminal said of itself over its link; null when none is connected, and then it is refused (R021).</param>
    public sealed record StartTransaction(
        TransactionId TransactionId, SaleId SaleId, ContractTerms Contract, DeviceId Device, TerminalSerial? LinkedSerial, Instant Now) : TerminalCommand;

    /// <summary>The transaction's outcome is unknown or being reversed: the terminal is free for another sale, not for the same one (I15).</summary>
    public sealed record SetTransactionAside(TransactionId TransactionId, Instant Now) : TerminalCommand;

    /// <summary>The transaction has its outcome.</summary>
    public sealed record FinishTransaction(TransactionId TransactionId, bool Paid, Instant Now) : TerminalCommand;

    /// <summary>Gives the next transaction number to a refund that is presented here.</summary>
    public sealed record TakeNumber(Guid OperationId, ContractTerms Contract, DeviceId Device, Instant Now) : TerminalCommand;
}

/// <summary>Where it may accept cards (R033): ISO 3166 numeric 250 and 492.</summary>
public enum AcceptanceCountry
{
    France = 250,
    Monaco = 492,
}

public enum BlockReason
{
    Lost = 1,
    Stolen = 2,
    Fault = 3,
}
