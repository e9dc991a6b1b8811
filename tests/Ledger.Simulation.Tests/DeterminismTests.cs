namespace Ledger.Simulation.Tests;

public sealed class DeterminismTests
{
    private const long Commands = 3_000;

    [Theory]
    [InlineData(7)]
    [InlineData(-1)]
    public void The_same_seed_plays_the_same_run_step_by_step(long seed)
    {
        var (first, second) = (Play(seed), Play(seed));

        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal(
            (first.Counts.Steps, first.Counts.Commands, first.Counts.Events, first.Counts.Errors, first.Counts.LostMessages),
            (second.Counts.Steps, second.Counts.Commands, second.Counts.Events, second.Counts.Errors, second.Counts.LostMessages));
    }

    [Fact]
    public void Another_seed_plays_another_run() => Assert.NotEqual(Play(7).Digest, Play(8).Digest);

    /// <summary>Guards the million: runs that meet nothing prove nothing.</summary>
    [Fact]
    public void Runs_meet_crashes_fences_stalls_losses_clock_steps_and_midnights()
    {
        var counts = Enumerable.Range(101, 4).Select(static seed => SimulationRun.Play(new SimulationOptions { Seed = seed, Commands = 12_000 }, null, CancellationToken.None).Counts).ToArray();

        Assert.All(
            new Func<SimulationCounts, long>[]
            {
                static c => c.Crashes, static c => c.Fences, static c => c.Stalls, static c => c.FailedCommits, static c => c.LostCommitAnswers, static c => c.LostMessages,
                static c => c.DoubledMessages, static c => c.ClockSteps, static c => c.LostLists, static c => c.Repeats, static c => c.Refusals, static c => c.Errors,
            },
            count => Assert.NotEqual(0, counts.Sum(count)));
        Assert.All(counts, static c => Assert.True(c.Payments > 50 && c.Remittances > 5 && c.Days > 1, $"{c.Payments} payments, {c.Remittances} remittances, {c.Days} days"));
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => SimulationRun.Play(new SimulationOptions { Seed = 1 }, null, cancelled.Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(SimulationOptions.CommandsMax + 1)]
    public void A_run_of_no_commands_or_too_many_is_refused(long commands) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulationOptions { Seed = 1, Commands = commands });

    private static SimulationReport Play(long seed) => SimulationRun.Play(new SimulationOptions { Seed = seed, Commands = Commands }, null, CancellationToken.None);
}
