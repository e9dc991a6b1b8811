using Akka.Actor;
using Ledger.Cluster.Akka.Wire;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka.Tests;

/// <summary>Which caller gets which answer.</summary>
public sealed class AnswersTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("answers", "akka.stdout-loglevel = OFF, akka.loglevel = OFF");
    private readonly Answers _answers;

    public AnswersTests() => _answers = new Answers(_system, TimeSpan.FromMinutes(1));

    public void Dispose()
    {
        _answers.Dispose();
        _system.Dispose();
    }

    [Fact]
    public async Task Each_caller_gets_the_answer_of_its_own_call_in_whichever_order_they_come()
    {
        using var first = _answers.Begin();
        using var second = _answers.Begin();
        using var third = _answers.Begin();

        Send(new CommandAnswered(third.Number, Reply(3)));
        Send(new CommandFailed(second.Number, new MailboxFullException()));
        Send(new CommandAnswered(first.Number, Reply(1)));

        Assert.Equal(1, (await first.Task).Position);
        await Assert.ThrowsAsync<MailboxFullException>(() => second.Task);
        Assert.Equal(3, (await third.Task).Position);
    }

    /// <summary>As an actor of another node does, which knows no more of it than its path.</summary>
    [Fact]
    public async Task It_is_found_by_its_path()
    {
        using var call = _answers.Begin();

        ((ExtendedActorSystem)_system).Provider.ResolveActorRef(_answers.Path.ToSerializationFormat()).Tell(new CommandAnswered(call.Number, Reply(5)));

        Assert.Equal(5, (await call.Task.WaitAsync(Shop.Soon())).Position);
    }

    [Fact]
    public async Task The_first_answer_counts_and_what_answers_nobody_is_dropped()
    {
        var over = _answers.Begin();
        using var call = _answers.Begin();
        over.Dispose();

        Send(new CommandAnswered(over.Number, Reply(1)));
        Send(new CommandAnswered(call.Number + 1, Reply(1)));
        Send(new CommandAnswered(-1, Reply(1)));
        Send("none of ours");
        Send(new CommandAnswered(call.Number, Reply(2)));
        Send(new CommandFailed(call.Number, new MailboxFullException()));

        Assert.Equal(2, (await call.Task).Position);
        Assert.False(over.Task.IsCompleted);
    }

    /// <summary>Entities answer an address: they cannot know that the node there is another by now.</summary>
    [Fact]
    public async Task A_node_that_was_started_anew_is_not_answered_for_what_it_asked_before()
    {
        using var before = _answers.Begin();
        using var system = ActorSystem.Create("answers", "akka.stdout-loglevel = OFF, akka.loglevel = OFF");
        using var anew = new Answers(system, TimeSpan.FromMinutes(1));
        using var call = anew.Begin();

        Send(anew, new CommandAnswered(before.Number, Reply(1)));
        Send(anew, new CommandAnswered(call.Number, Reply(2)));

        Assert.Equal(2, (await call.Task).Position);
    }

    [Fact]
    public async Task Who_waits_when_the_node_stops_and_who_comes_after_it_is_told_to_repeat_the_command()
    {
        using var waiting = _answers.Begin();
        _answers.Dispose();
        using var late = _answers.Begin();

        foreach (var call in new[] { waiting, late }) Assert.Contains("same id", (await Assert.ThrowsAsync<EventLogUnavailableException>(() => call.Task.WaitAsync(Shop.Soon()))).Message, StringComparison.Ordinal);
    }

    private static CommandReply Reply(long position) => new(CommandOutcome.Accepted, null, [], position, Replayed: false);

    private static void Send(Answers to, object message) => ((IActorRef)to).Tell(message, ActorRefs.NoSender);

    private void Send(object message) => Send(_answers, message);
}
