using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Terminals.TerminalCommand;
using static Ledger.Domain.Terminals.TerminalEvent;
using static Ledger.Domain.Tests.Merchants.ContractSamples;

namespace Ledger.Domain.Tests.Terminals;

/// <summary>A terminal's histories and commands, and the two ways in which a test says what follows.</summary>
internal static class TerminalStory
{
    public static readonly TerminalSerial Serial = new("D150A00001");
    public static readonly DeviceId Phone = new(new Guid(1, 0, 0, new byte[8]));
    public static readonly DeviceId Tablet = new(new Guid(2, 0, 0, new byte[8]));
    public static readonly LocalDate Until = new(2027, 2, 22);

    public static readonly TerminalRegistered IsRegistered = new(Serial, "PAX D150", AcceptanceCountry.France, 1, Noon);
    public static readonly TerminalActivated IsActivated = new(Serial, Bakery, Phone, Noon);
    public static readonly TerminalBlocked IsBlocked = new(Serial, BlockReason.Stolen, Channel.Assistance, Until, Noon);
    public static readonly TransactionStarted IsStarted = new(Tx(1), Sale(1), Phone, 1, Noon);
    public static readonly TransactionSetAside IsSetAside = new(Tx(1), Sale(1), Noon);
    public static readonly TransactionFinished IsPaid = new(Tx(1), Sale(1), true, Noon);

    public static readonly Register RegisterIt = new(Serial, "PAX D150", AcceptanceCountry.France, 1, Noon);
    public static readonly Block BlockIt = new(BlockReason.Stolen, Channel.Assistance, Noon);

    public static TransactionId Tx(int n) => new(new Guid(n, 1, 0, new byte[8]));

    public static SaleId Sale(int n) => new(new Guid(n, 2, 0, new byte[8]));

    public static StartTransaction Start(int tx, int sale) => new(Tx(tx), Sale(sale), Terms, Phone, Serial, Noon);

    public static TakeNumber Take(int operation) => new(new Guid(operation, 3, 0, new byte[8]), Terms, Phone, Noon);

    public static TerminalState Given(params TerminalEvent[] history) => history.Aggregate(Terminal.Initial, Terminal.Evolve);

    public static void Gives(TerminalState state, TerminalCommand command, params TerminalEvent[] expected)
    {
        var decision = Terminal.Decide(state, command);
        Assert.Null(decision.Rejection);
        Assert.Equal(expected, decision.Events);
        expected.Aggregate(state, Terminal.Evolve);
    }

    public static void Refuses(TerminalRejection expected, TerminalState state, TerminalCommand command)
    {
        var decision = Terminal.Decide(state, command);
        Assert.Equal(expected, decision.Rejection);
        Assert.Empty(decision.Events);
    }
}
