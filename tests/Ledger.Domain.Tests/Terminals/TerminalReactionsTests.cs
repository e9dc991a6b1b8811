using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Merchants.ContractSamples;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Domain.Tests.Terminals;

public class TerminalReactionsTests
{
    private static readonly ExchangeId Exchange = new(new Guid(1, 9, 0, new byte[8]));
    private static readonly DeviceId Phone = new(new Guid(1, 0, 0, new byte[8]));
    private static readonly TerminalSerial Serial = new("D150A00001");

    private static readonly TransactionEvent Approved = new Approved(Exchange, Money.Eur(1), new AuthorisationCode("A1"), ResponseCode.Ok, Noon);
    private static readonly TransactionEvent Declined = new Declined(Exchange, new ResponseCode("05"), Noon);
    private static readonly TransactionEvent Unknown = new OutcomeUnknown(Exchange, UnknownReason.AnswerTimedOut, false, Noon);
    private static readonly TransactionEvent Reversing = new ReversalRequested(Exchange, ReversalReason.CompletionTimedOut, Money.Eur(1), Noon);
    private static readonly TransactionEvent Reversed = new Reversed(Exchange, true, Noon);
    private static readonly TransactionEvent Aborted = new Aborted(AbortReason.PinEntryTimedOut, Noon);
    private static readonly TransactionEvent Completed =
        new Completed(Bakery, Money.Eur(1), new LocalDate(2026, 11, 22), new CardConfirmation(null, null, CardholderVerification.Pin), ServiceCharge.Zero, Noon);

    private static readonly TransactionEvent AwaitingPin = new Progressed(CardStage.AwaitingPin, Noon);
    private static readonly TransactionEvent Cancelling = new CancellationRequested(Exchange, true, Channel.MobileApp, Noon);

    /// <summary>Lives of transactions (domain.md 2.3), decision by decision.</summary>
    private static readonly ImmutableArray<ImmutableArray<ImmutableArray<TransactionEvent>>> Lives =
    [
        [[AwaitingPin], [Approved], [Completed], [Cancelling]],
        [[Declined]],
        [[AwaitingPin], [Aborted]],
        [[Approved], [Reversing], [Reversed]],
        [[Reversing], [Reversed]],
        [[Unknown], [Approved], [Completed]],
        [[Unknown], [Approved], [Reversing], [Reversed]],
        [[Unknown], [Declined]],
        [[Unknown], [Aborted]],
        [[Unknown], [Reversing], [Reversed]],
        [[Approved, Reversing], [Reversed]],
        [[Unknown, Reversing], [Reversed]],
    ];

    private static TransactionId Tx(int n) => new(new Guid(n, 1, 0, new byte[8]));

    [Fact]
    [Rule("I15")]
    public void An_outcome_frees_the_terminal_and_a_doubt_sets_the_sale_aside()
    {
        var aside = new TerminalCommand.SetTransactionAside(Tx(1), Noon);

        Assert.Equal(aside, TerminalReactions.After(Tx(1), [Unknown]));
        Assert.Equal(aside, TerminalReactions.After(Tx(1), [Reversing]));
        Assert.Equal(new TerminalCommand.FinishTransaction(Tx(1), true, Noon), TerminalReactions.After(Tx(1), [Completed]));
        foreach (var failed in new[] { Declined, Aborted, Reversed })
        {
            Assert.Equal(new TerminalCommand.FinishTransaction(Tx(1), false, Noon), TerminalReactions.After(Tx(1), [failed]));
        }
    }

    [Fact]
    public void What_does_not_concern_the_terminal_gives_nothing()
    {
        Assert.Null(TerminalReactions.After(Tx(1), []));
        Assert.Null(TerminalReactions.After(Tx(1), [AwaitingPin]));
        Assert.Null(TerminalReactions.After(Tx(1), [Approved]));
        Assert.Null(TerminalReactions.After(Tx(1), [Cancelling]));
    }

    [Fact]
    public void The_last_event_of_a_decision_that_concerns_the_terminal_decides()
    {
        Assert.IsType<TerminalCommand.FinishTransaction>(TerminalReactions.After(Tx(1), [Reversing, Reversed]));
        Assert.IsType<TerminalCommand.SetTransactionAside>(TerminalReactions.After(Tx(1), [Approved, Reversing, AwaitingPin]));
    }

    /// <summary>
    /// Any lives of many transactions, interleaved as the terminal lets them start, with blocks, unblocks and a change of device in between:
    /// no reaction is refused, each transaction is set aside and finished at most once, and in the end the terminal is free.
    /// </summary>
    [Fact]
    [Rule("I31")]
    [Rule("E85")]
    public void No_reaction_to_a_transaction_of_the_terminal_is_ever_refused() =>
        Prop.ForAll(Gen.Choose(0, 10_000).ListOf(200).ToArbitrary(), static choices =>
        {
            var state = Run(Run(Terminal.Initial, new TerminalCommand.Register(Serial, "PAX D150", AcceptanceCountry.France, 1, Noon)), new TerminalCommand.Activate(Terms, Phone, Serial, Noon));
            var running = new Dictionary<TransactionId, Queue<ImmutableArray<TransactionEvent>>>();
            var next = 0;
            foreach (var choice in choices)
            {
                if (choice % 5 == 0) state = Run(state, Disturbance(choice / 5));
                else if (choice % 5 == 1 || running.Count == 0) state = TryStart(state, ++next, choice / 5, running);
                else state = Step(state, running, choice / 5);
            }

            while (running.Count > 0) state = Step(state, running, 0);
            return state.Work.Open is null && state.Work.SetAside.IsEmpty;
        }).QuickCheckThrowOnFailure();

    private static TerminalState TryStart(TerminalState state, int n, int choice, Dictionary<TransactionId, Queue<ImmutableArray<TransactionEvent>>> running)
    {
        var decision = Terminal.Decide(state, new TerminalCommand.StartTransaction(Tx(n), new SaleId(new Guid(n, 2, 0, new byte[8])), Terms, Phone, Serial, Noon));
        if (decision.Rejection is null) running[Tx(n)] = new(Lives[choice % Lives.Length]);
        return decision.Events.Aggregate(state, Terminal.Evolve);
    }

    private static TerminalState Step(TerminalState state, Dictionary<TransactionId, Queue<ImmutableArray<TransactionEvent>>> running, int choice)
    {
        var (id, life) = running.ElementAt(choice % running.Count);
        var command = TerminalReactions.After(id, life.Dequeue());
        if (life.Count == 0) running.Remove(id);
        if (command is null) return state;

        var decision = Terminal.Decide(state, command);
        Assert.Null(decision.Rejection);
        var after = decision.Events.Aggregate(state, Terminal.Evolve);
        Assert.Null(Terminal.Decide(after, command).Rejection);
        Assert.Empty(Terminal.Decide(after, command).Events);
        return after;
    }

    private static TerminalCommand Disturbance(int choice) => (choice % 8) switch
    {
        0 => new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, Noon),
        1 or 2 or 3 => new TerminalCommand.Unblock(Channel.Assistance, Noon),
        4 => new TerminalCommand.Activate(Terms, new DeviceId(new Guid(2, 0, 0, new byte[8])), Serial, Noon),
        5 or 6 => new TerminalCommand.Activate(Terms, Phone, Serial, Noon),
        _ => choice % 64 == 7 ? new TerminalCommand.BlockForGood(Noon + Duration.FromDays(100)) : new TerminalCommand.Unblock(Channel.Assistance, Noon),
    };

    private static TerminalState Run(TerminalState state, TerminalCommand command) => Terminal.Decide(state, command).Events.Aggregate(state, Terminal.Evolve);
}
