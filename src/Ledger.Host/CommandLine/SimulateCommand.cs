using System.CommandLine;
using System.Globalization;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Simulation;
using Spectre.Console;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger simulate`: plays seeded runs of the whole system under faults; a failing one is a number that replays it.</summary>
internal static class SimulateCommand
{
    private const int RunsMax = 1_000_000;

    public static Command Build()
    {
        var seed = new Option<long?>("--seed") { Description = "The first run's seed; each further run has the next number. Default: another one each time, which is printed.", HelpName = "n" };
        var events = new Option<long>("--events") { Description = "Commands to simulate in all, shared between the runs.", DefaultValueFactory = static _ => SimulationOptions.CommandsDefault, HelpName = "n" };
        var runs = new Option<int>("--runs") { Description = "How many runs.", DefaultValueFactory = static _ => 1, HelpName = "n" };
        var json = CommonOptions.Json();
        var command = new Command("simulate", "Play seeded runs of engine, log, clock, host and callers under crashes, stalls and losses; exit code 6 and the replaying command when an invariant breaks.") { seed, events, runs, json };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => Task.Run(() => Run(PlanOf(result.GetValue(seed), result.GetValue(events), result.GetValue(runs)), result.GetValue(json), token), CancellationToken.None), cancellation));
        return command;
    }

    /// <exception cref="UsageException">The numbers are out of range, or a run would be too long.</exception>
    private static Plan PlanOf(long? seed, long events, int runs)
    {
        if (runs is < 1 or > RunsMax) throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--runs is a number from 1 to {RunsMax}."));
        if (events < runs) throw new UsageException("--events is a number not below --runs: each run has one command at least.");

        var each = (events + runs - 1) / runs;
        if (each > SimulationOptions.CommandsMax)
        {
            var needed = (events + SimulationOptions.CommandsMax - 1) / SimulationOptions.CommandsMax;
            throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"A run has at most {SimulationOptions.CommandsMax} commands, for it is kept in memory. Share them: --runs {needed} or more."));
        }

        return new Plan(seed ?? DateTimeOffset.UtcNow.ToUnixTimeSeconds(), runs, each);
    }

    private static int Run(Plan plan, bool json, CancellationToken cancellation)
    {
        var total = new SimulationCounts();
        SimulationReport? last = null;
        var played = 0;
        using (var progress = new ProgressLine($"simulating from seed {plan.Seed.ToString(CultureInfo.InvariantCulture)}", "commands"))
        {
            for (; played < plan.Runs && last?.Failure is null; played++)
            {
                var (before, all) = (plan.Each * played, plan.Each * plan.Runs);
                last = SimulationRun.Play(new SimulationOptions { Seed = plan.Seed + played, Commands = plan.Each }, done => progress.Report(Math.Min(before + done, all), all), cancellation);
                total.Add(last.Counts);
            }
        }

        if (json) JsonOut.Write(ToJson(plan, played, total, last!));
        else Print(plan, played, total, last!);
        return last!.Failure is null ? ExitCode.Ok : ExitCode.InvariantBroken;
    }

    private static void Print(Plan plan, int played, SimulationCounts counts, SimulationReport last)
    {
        var console = Terminal.Out;
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{played} of {plan.Runs} runs from seed {plan.Seed}, {plan.Each} commands each and those until rest; digest of the last {last.Digest:x16}."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.Commands} commands answered ({counts.Repeats} again, {counts.Refusals} refused), {counts.Errors} without an answer; {counts.Events} events."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.Payments} payments on {counts.Days} days, {counts.Remittances} remittances credited."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.Crashes} crashes, {counts.Fences} take-overs, {counts.Stalls} stalls, {counts.FailedCommits} failed commits, {counts.LostCommitAnswers} commits whose answer was lost,"));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.LostMessages} lost and {counts.DoubledMessages} doubled messages, {counts.ClockSteps} clock steps, {counts.LostLists} lost to-do lists; {counts.Steps} steps."));
        console.WriteLine(last.Failure is { } failure ? $"Broken. {failure}\nReplay: {SimulationReplay.CommandOf(last.Options)}" : "Every invariant held at every step, and at rest.");
    }

    private static object ToJson(Plan plan, int played, SimulationCounts counts, SimulationReport last) => new
    {
        seed = plan.Seed,
        runs = plan.Runs,
        runsPlayed = played,
        eventsPerRun = plan.Each,
        counts,
        lastDigest = last.Digest.ToString("x16", CultureInfo.InvariantCulture),
        failure = last.Failure is { } failure
            ? new { failure.Invariant, failure.What, failure.Seed, failure.Step, At = failure.At.ToString(), Replay = SimulationReplay.CommandOf(last.Options) }
            : null,
    };

    /// <param name="Each">Commands of one run.</param>
    private sealed record Plan(long Seed, int Runs, long Each);
}
