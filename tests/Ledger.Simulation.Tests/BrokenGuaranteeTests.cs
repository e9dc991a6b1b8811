using Ledger.Simulation.Storage;

namespace Ledger.Simulation.Tests;

/// <summary>
/// What the simulation is worth: a guarantee that is broken on purpose is found within so many commands, under the name of what it breaks, and
/// its seed finds it again at the same step.
/// </summary>
public sealed class BrokenGuaranteeTests
{
    private const int SeedsMax = 8;
    private const long CommandsMax = 25_000;

    /// <summary>I38 where the crash came before the answer: then an event is lost that nobody was told of yet.</summary>
    [Fact]
    public void A_log_that_acknowledges_before_it_is_durable_is_found() => AssertFound(BrokenGuarantee.AcknowledgesBeforeDurable, "I11", "I38");

    [Fact]
    public void A_log_that_lets_two_writers_win_is_found() => AssertFound(BrokenGuarantee.IgnoresOtherWriters, "I03", "I04", "I11", "I12", "I13", "I16", "I19", "I20", "I29", "I36");

    [Fact]
    public void A_log_that_forgets_command_ids_at_a_restart_is_found() => AssertFound(BrokenGuarantee.ForgetsCommandsAtRestart, "I11");

    [Fact]
    public void A_server_that_follows_nothing_up_is_found() => AssertFound(BrokenGuarantee.DoesNotFollowUp, "I13", "I50");

    private static void AssertFound(BrokenGuarantee broken, params string[] invariants)
    {
        var found = Enumerable.Range(1, SeedsMax).Select(seed => Play(broken, seed)).FirstOrDefault(static report => report.Failure is not null);

        Assert.True(found is not null, $"{broken} was not found in {SeedsMax} runs of {CommandsMax} commands.");
        Assert.Contains(found.Failure!.Invariant, invariants);
        var again = Play(broken, found.Options.Seed);
        Assert.Equal((found.Failure, found.Digest), (again.Failure, again.Digest));
    }

    private static SimulationReport Play(BrokenGuarantee broken, long seed) =>
        SimulationRun.Play(new SimulationOptions { Seed = seed, Commands = CommandsMax, Broken = broken }, null, CancellationToken.None);
}
