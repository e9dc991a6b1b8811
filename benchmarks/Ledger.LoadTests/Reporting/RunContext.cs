using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Reporting;

/// <summary>One run of a subcommand: what it was told and where it runs.</summary>
/// <param name="Folder">Of this run alone, below <see cref="RunOptions.Folder"/>; gone with it.</param>
/// <param name="Commits">Of every embedded engine of the run, warm-ups and fillings included.</param>
internal sealed record RunContext(RunOptions Options, string Folder, string CommandLine, DateTimeOffset StartedAt, Machine Machine, IProgressBoard Progress, CommitSizes Commits)
{
    public CardTraffic Traffic { get; } = new(Options.Seed);

    /// <summary>A file of the run's folder.</summary>
    public string In(string name) => Path.Combine(Folder, name);
}
