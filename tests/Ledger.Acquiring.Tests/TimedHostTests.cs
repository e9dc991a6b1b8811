using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Acquiring.Tests;

public sealed class TimedHostTests
{
    private readonly ManualTimers _timers = new();

    [Fact]
    public async Task An_answer_in_time_passes_and_leaves_no_timer()
    {
        var host = new TimedHost(Simulated(FaultScript.None, Some.NoDelay), HostTimeouts.Default, _timers);

        Assert.IsType<HostAnswer.Approved>(await host.AuthoriseAsync(Some.Question(1, 4_200), default));
        Assert.Empty(_timers.Set);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule("R038")]
    public async Task A_late_answer_is_no_answer_even_from_an_adapter_that_does_not_look_at_its_token(bool looks)
    {
        var never = new TaskCompletionSource();
        var slow = Simulated(
            new FaultScript(
            [
                new FaultRule(HostOperation.Authorise, new FaultTrigger.Always(), new Fault.SlowAnswer(Duration.FromHours(1))),
                new FaultRule(HostOperation.Reverse, new FaultTrigger.Always(), new Fault.SlowAnswer(Duration.FromHours(1))),
            ],
            []),
            (_, token) => new ValueTask(looks ? never.Task.WaitAsync(token) : never.Task));
        var host = new TimedHost(slow, HostTimeouts.Default, _timers);

        var answer = host.AuthoriseAsync(Some.Question(1, 4_200), default).AsTask();
        Assert.Equal([TimeSpan.FromSeconds(30)], _timers.Set);
        _timers.RingAll();
        Assert.Equal(new HostAnswer.NoAnswer(UnknownReason.AnswerTimedOut), await answer);

        var reversal = host.ReverseAsync(Some.Exchange(1), Money.Eur(4_200), default).AsTask();
        Assert.Equal([TimeSpan.FromSeconds(5)], _timers.Set);
        _timers.RingAll();
        Assert.IsType<ReversalAnswer.NotAcknowledged>(await reversal);
    }

    [Fact]
    public async Task A_caller_who_gives_up_gets_no_invented_answer()
    {
        var never = new TaskCompletionSource();
        var script = new FaultScript([new FaultRule(HostOperation.Authorise, new FaultTrigger.Always(), new Fault.SlowAnswer(Duration.FromHours(1)))], []);
        var host = new TimedHost(Simulated(script, (_, _) => new ValueTask(never.Task)), HostTimeouts.Default, _timers);
        using var caller = new CancellationTokenSource();

        var answer = host.AuthoriseAsync(Some.Question(1, 4_200), caller.Token).AsTask();
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    private static SimulatedHost Simulated(FaultScript script, Func<Duration, CancellationToken, ValueTask> delay) =>
        new(new ManualClock(Some.Start), delay, script, 1, null);
}
