using System.Collections.Immutable;
using Ledger.Domain.Transactions;

namespace Ledger.Domain.Tests.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>Given commands that were accepted, when one more comes, then these events or this rejection.</summary>
internal sealed record Story(TransactionState State, ImmutableList<TransactionEvent> History)
{
    public static Story New { get; } = new(Transaction.Initial, []);

    public static Story Open => New.Given(Sample.Request());

    public static Story Asked => Open.Given(Sample.Send());

    public static Story InDoubt => Asked.Given(Sample.NoAnswer());

    public static Story Abandoned => Asked.Given(Sample.Abort());

    public static Story Approved => Asked.Given(Sample.Approve());

    public static Story Reversing => Approved.Given(Sample.Abort());

    public static Story Reversed => Reversing.Given(Sample.Reversed());

    public static Story Declined => Asked.Given(Sample.Decline());

    public static Story Aborted => Open.Given(Sample.Abort());

    public static Story NotFound => InDoubt.Given(Sample.NotFound());

    public static Story Completed => Approved.Given(Sample.Complete());

    public static Story Cancelling => Completed.Given(Sample.Cancel());

    public static Story Cancelled => Cancelling.Given(Sample.Cancelled());

    public static Story Remitted => Completed.Given(Sample.Remit());

    /// <summary>Every command must be accepted and change something.</summary>
    public Story Given(params ReadOnlySpan<TransactionCommand> commands)
    {
        var story = this;
        foreach (var command in commands)
        {
            var decision = Transaction.Decide(story.State, command);
            Assert.Null(decision.Rejection);
            Assert.NotEmpty(decision.Events);
            story = story.Apply(decision);
        }

        return story;
    }

    public Decision When(TransactionCommand command) => Transaction.Decide(State, command);

    public Story Apply(Decision decision) =>
        new(decision.Events.Aggregate(State, Transaction.Evolve), History.AddRange(decision.Events));
}

internal static class Outcomes
{
    public static void Then(this Decision decision, params ReadOnlySpan<TransactionEvent> events)
    {
        Assert.Null(decision.Rejection);
        Assert.Equal(events.ToArray(), decision.Events);
    }

    public static T ThenOne<T>(this Decision decision) where T : TransactionEvent
    {
        Assert.Null(decision.Rejection);
        return Assert.IsType<T>(Assert.Single(decision.Events));
    }

    public static void ThenAlreadyDone(this Decision decision)
    {
        Assert.Null(decision.Rejection);
        Assert.Empty(decision.Events);
    }

    public static void ThenRefused(this Decision decision, TransactionRejection rejection)
    {
        Assert.Equal(rejection, decision.Rejection);
        Assert.Empty(decision.Events);
    }
}
