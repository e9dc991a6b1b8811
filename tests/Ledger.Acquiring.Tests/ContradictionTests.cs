using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Testing;

namespace Ledger.Acquiring.Tests;

/// <summary>The host answers one question twice, and differently (E28).</summary>
public class ContradictionTests
{
    [Fact]
    [Rule("E28")]
    [Rule("I16")]
    public async Task Of_two_different_answers_the_first_recorded_counts_and_the_other_is_undone_and_reported()
    {
        var script = new FaultScript([new FaultRule(HostOperation.Status, new FaultTrigger.Always(), new Fault.OtherAnswer(new ResponseCode("05")))], []);
        await using var bench = await Bench.OpenAsync(script);
        var transaction = await bench.StartAsync();
        var held = bench.Line.Hold = new Held(HostOperation.Authorise);
        var late = bench.Desk.AuthoriseAsync(bench.Header(), bench.Authorisation(transaction), default).AsTask();
        await held.Reached;
        await bench.UntilQuietAsync();
        Assert.Equal(TransactionStatus.Declined, await bench.StatusAsync(transaction));

        held.Release();

        Assert.Equal(TransactionStatus.Declined, (await late).Transaction!.State.StatusOf());
        var contradiction = Assert.Single(bench.Observed.Contradictions);
        Assert.Equal((TransactionStatus.Declined, true), (contradiction.Recorded, contradiction.IsUndone));
        Assert.IsType<HostAnswer.Approved>(contradiction.Later);
        var events = await bench.EventsAsync(transaction);
        Assert.Equal(Money.Eur(4_200), Assert.IsType<TransactionEvent.AnswerContradicted>(events[^2]).ApprovedAmount);
        Assert.True(Assert.IsType<TransactionEvent.ContradictionUndone>(events[^1]).FoundAtHost);
        await bench.AssertReconciledAsync();
    }

    [Fact]
    [Rule("E28")]
    [Rule("E26")]
    public async Task A_contradicting_approval_is_undone_at_the_host_until_that_acknowledges_across_restarts()
    {
        var script = new FaultScript(
            [
                new FaultRule(HostOperation.Status, new FaultTrigger.Always(), new Fault.OtherAnswer(new ResponseCode("05"))),
                new FaultRule(HostOperation.Reverse, new FaultTrigger.Always(), new Fault.NotAcknowledged(), TimesMax: 3),
            ],
            []);
        await using var bench = await Bench.OpenAsync(script);
        var transaction = await bench.StartAsync();
        var held = bench.Line.Hold = new Held(HostOperation.Authorise);
        var late = bench.Desk.AuthoriseAsync(bench.Header(), bench.Authorisation(transaction), default).AsTask();
        await held.Reached;
        await bench.UntilQuietAsync();
        held.Release();
        await late;
        Assert.False(Assert.Single(bench.Observed.Contradictions).IsUndone);
        Assert.IsType<TransactionEvent.AnswerContradicted>((await bench.EventsAsync(transaction))[^1]);

        await bench.RestartAsync();
        await bench.UntilQuietAsync();

        Assert.IsType<TransactionEvent.ContradictionUndone>((await bench.EventsAsync(transaction))[^1]);
        Assert.Equal(TransactionStatus.Declined, await bench.StatusAsync(transaction));
        Assert.Equal(3, bench.Line.CountOf(HostOperation.Reverse));
        await bench.AssertReconciledAsync();
    }
}
