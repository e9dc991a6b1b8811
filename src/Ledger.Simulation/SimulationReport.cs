using System.Globalization;
using NodaTime;

namespace Ledger.Simulation;

/// <summary>How a run ended.</summary>
/// <param name="Digest">Mixed from all that happened: the same seed gives the same, or the run was not deterministic.</param>
/// <param name="Failure">The first thing that must not be; null when every invariant held to the end.</param>
public sealed record SimulationReport(SimulationOptions Options, SimulationCounts Counts, ulong Digest, SimulationFailure? Failure);

/// <summary>What must not be, and when it was seen.</summary>
/// <param name="Invariant">Its id in specs/invariants.md, « I11 »; « fault » for an exception that nothing explains.</param>
/// <param name="Step">Which thing on the schedule it was.</param>
/// <param name="At">Virtual instant.</param>
public sealed record SimulationFailure(string Invariant, string What, long Seed, long Step, Instant At)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Invariant}: {What} (seed {Seed}, step {Step}, {At})");
}
