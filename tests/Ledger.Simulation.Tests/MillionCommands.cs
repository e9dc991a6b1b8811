using Ledger.Testing;

namespace Ledger.Simulation.Tests;

/// <summary>
/// A million commands in forty runs, every invariant checked at each step and once more at the end. A failure says the seed and the command
/// that replays it. Two classes, so that two cores share them.
/// </summary>
[Rule("I01"), Rule("I02"), Rule("I03"), Rule("I04"), Rule("I05"), Rule("I07"), Rule("I08"), Rule("I09")]
[Rule("I11"), Rule("I12"), Rule("I13"), Rule("I14"), Rule("I15"), Rule("I16"), Rule("I19"), Rule("I20"), Rule("I21"), Rule("I22"), Rule("I23"), Rule("I25")]
[Rule("I29"), Rule("I30"), Rule("I31"), Rule("I32"), Rule("I34"), Rule("I35"), Rule("I36"), Rule("I37"), Rule("I38"), Rule("I50")]
public abstract class MillionCommands
{
    private const int RunsPerHalf = 20;

    /// <param name="half">0 or 1.</param>
    protected static TheoryData<long> SeedsOf(int half) => [.. Enumerable.Range(1 + (half * RunsPerHalf), RunsPerHalf).Select(static seed => (long)seed)];

    protected static void Play(long seed)
    {
        var report = SimulationRun.Play(new SimulationOptions { Seed = seed }, null, CancellationToken.None);

        Assert.True(report.Failure is null, $"{report.Failure}. Replay: {SimulationReplay.CommandOf(report.Options)}");
        Assert.True(report.Counts.Commands >= SimulationOptions.CommandsDefault);
    }
}

public sealed class FirstHalfMillionTests : MillionCommands
{
    public static TheoryData<long> Seeds => SeedsOf(0);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_invariant_holds_at_every_step_of_a_run(long seed) => Play(seed);
}

public sealed class SecondHalfMillionTests : MillionCommands
{
    public static TheoryData<long> Seeds => SeedsOf(1);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_invariant_holds_at_every_step_of_a_run(long seed) => Play(seed);
}
