using System.Reflection;
using Ledger.Domain.Merchants;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

/// <summary>Stands in for the compiler: every state answers every command, and no case is forgotten here.</summary>
public class TransactionTotalityTests
{
    private static readonly Story[] Stories =
    [
        Story.New, Story.Open, Story.Asked, Story.InDoubt, Story.Abandoned, Story.Approved, Story.Reversing, Story.Reversed, Story.Declined, Story.Aborted,
        Story.NotFound, Story.Declined.Given(Contradict(Money.Eur(42_00))), Story.NotFound.Given(Contradict(Money.Eur(42_00)), ContradictionUndone()), Story.Completed, Story.Cancelling, Story.Cancelled, Story.Remitted,
        Story.Completed.Given(Refund()),
        Story.Completed.Given(Refund(), RefundNoAnswer()),
        Story.Completed.Given(Refund(), RefundDeclined()),
        Story.Completed.Given(Refund(), RefundApproved()),
        Story.Completed.Given(Refund(), RefundApproved(), RemitRefund()),
        Story.Completed.Given(Refund(), RefundApproved(), CancelRefund()),
        Story.Completed.Given(Refund(), RefundApproved(), CancelRefund(), RefundCancelled()),
        Story.Completed.Given(Refund(), RefundApproved(), CancelRefund(), RefundCancellationRefused()),
    ];

    private static readonly TransactionCommand[] Commands =
    [
        Request(), new TransactionCommand.ReportProgress(CardStage.CardRead, Start), Send(), Approve(), Approve(Money.Eur(1)), Decline(), NoAnswer(),
        NotFound(), Complete(), Reversed(), Cancel(), Cancelled(), CancellationRefused(), Refund(), RefundApproved(), RefundDeclined(), RefundNoAnswer(),
        CancelRefund(), RefundCancelled(), RefundCancellationRefused(), Remit(), RemitRefund(), Contradict(Money.Eur(42_00)), Contradict(null), ContradictionUndone(),
        .. Enum.GetValues<AbortReason>().Select(Abort),
        .. from kind in Enum.GetValues<TicketKind>()
           from refund in new RefundId?[] { null, FirstRefund, SecondRefund }
           from command in new TransactionCommand[]
           {
               new TransactionCommand.RecordTicketSent(kind, refund, TicketChoice.Sms, "carrier-1", Start),
               new TransactionCommand.RecordTicketFailed(kind, refund, TicketFailure.CarrierFailed, Start),
               new TransactionCommand.ReissueTicket(kind, refund, TicketCopy.Client, Channel.WebSpace, Start),
           }
           select command,
    ];

    [Fact]
    public void Every_state_answers_every_command_and_evolves_by_what_it_decided()
    {
        foreach (var story in Stories)
        {
            foreach (var command in Commands)
            {
                var decision = story.When(command);
                Assert.True(decision.Rejection is null || decision.Events.IsEmpty);
                var next = story.Apply(decision);
                if (next.State is not TransactionState.New) Assert.True(Enum.IsDefined(next.State.StatusOf()));
            }
        }
    }

    [Fact]
    public void The_totality_test_knows_every_state_command_event_and_refund_status()
    {
        var events = from story in Stories from command in Commands from e in story.Apply(story.When(command)).History select e.GetType();

        Assert.Equal(CasesOf<TransactionState>(), Names(Stories.Select(s => s.State.GetType())));
        Assert.Equal(CasesOf<TransactionCommand>(), Names(Commands.Select(c => c.GetType())));
        Assert.Equal(CasesOf<TransactionEvent>(), Names(events));
        var refunds = Stories.Select(s => s.State).OfType<TransactionState.Completed>().SelectMany(s => s.Refunds.Values).Select(r => r.Status);
        Assert.Equal(Enum.GetValues<RefundStatus>(), refunds.Distinct().Order());
    }

    [Fact]
    public void Every_event_that_cannot_follow_stops_the_stream()
    {
        var events = (from story in Stories from command in Commands from e in story.When(command).Events select e).Distinct().ToArray();
        foreach (var story in Stories)
        {
            foreach (var e in events)
            {
                var thrown = Record.Exception(() => Transaction.Evolve(story.State, e));
                Assert.True(thrown is null or InvariantException, $"{thrown}");
            }
        }
    }

    private static IEnumerable<string> CasesOf<T>() =>
        Names(typeof(T).GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(t => t.IsSubclassOf(typeof(T))));

    private static IEnumerable<string> Names(IEnumerable<Type> types) => types.Select(t => t.Name).Distinct().Order(StringComparer.Ordinal);
}
