using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Measurements;

/// <summary>
/// How long it takes to open a large log and answer the first command on an old stream, in a process that does nothing else and was just started;
/// with the file in the machine's cache, and without.
/// </summary>
internal static partial class OpenLog
{
    private const double SecondsTarget = 2;
    private const long EventsFull = 10_000_000;
    private const string ChildName = "open-once";

    private static readonly Option<string> LogFile = new("--log") { Required = true, Description = "The log." };
    private static readonly Option<long> Number = new("--number") { Required = true, Description = "Of the transaction." };
    private static readonly Option<int> Seed = new("--seed") { Required = true, Description = "Of the ids." };

    public static Command Command() => LoadCommands.Measurement(
        "open", "Opening a log of 10,000,000 events and answering the first command on an old stream.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    /// <summary>One opening, in a process of its own: prints what it took.</summary>
    public static Command ChildCommand()
    {
        var command = new Command(ChildName, "One opening, for the « open » measurement.") { LogFile, Number, Seed };
        command.Hidden = true;
        command.SetAction((result, cancellation) => OpenOnceAsync(result.GetRequiredValue(LogFile), result.GetRequiredValue(Number), result.GetRequiredValue(Seed), cancellation));
        return command;
    }

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        var (path, transactions) = (run.In("ledger.db"), run.Options.Size(EventsFull, 100));
        await using (var engine = EmbeddedEngine.Open(path, run.Options.Engine))
        {
            await Filling.FillAsync(engine.Engine, run.Traffic, 0, transactions, steps: 1, run.Progress, cancellation);
        }

        var report = new RunReport("open", $"Opening a log of {transactions} events") { WarmUp = "none: a process each" };
        var (warm, cold) = (new List<double>(), new List<double>());
        using var bar = run.Progress.Start("opening", run.Options.Rounds * 2, "times");
        for (var round = 0; round < run.Options.Rounds; round++)
        {
            foreach (var isCold in new[] { false, true })
            {
                // Each on another old stream; each appends one event to it.
                var number = transactions / 2 / run.Options.Rounds * round + (isCold ? 1 : 0);
                var reason = isCold ? Evict(path) : null;
                if (reason is not null && round == 0) report.Note($"The cache could not be emptied: {reason}");
                var (inside, whole) = await OpenInChildAsync(run, path, number, cancellation);
                (isCold ? cold : warm).Add(inside);
                report.Fact(string.Create(CultureInfo.InvariantCulture, $"round {round + 1}: {(isCold ? "not cached" : "cached")}, whole process"), whole, "s");
                bar.Advance(1);
            }
        }

        report.Judge("open and first reply on an old stream, cached, median", Median.Of(warm), "s", Bound.AtMost, SecondsTarget);
        report.Judge("the same, file not in the machine's cache, median", Median.Of(cold), "s", Bound.AtMost, SecondsTarget);
        report.Fact("the log", LogFiles.Length(path) / 1e6, "MB");
        report.Note("Measured inside a process that was just started, from before the log is opened to the durable reply, code that is not compiled yet included.");
        return report;
    }

    private static async Task<(double Inside, double Whole)> OpenInChildAsync(RunContext run, string path, long number, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        string[] arguments =
        [
            typeof(OpenLog).Assembly.Location, ChildName, "--log", path, "--number", number.ToString(CultureInfo.InvariantCulture), "--seed", run.Options.Seed.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var startedAt = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        var whole = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        if (process.ExitCode != 0) throw new InvalidOperationException($"The opening process ended with {process.ExitCode}.");
        return (JsonDocument.Parse(said).RootElement.GetProperty("seconds").GetDouble(), whole);
    }

    private static async Task<int> OpenOnceAsync(string path, long number, int seed, CancellationToken cancellation)
    {
        if (!File.Exists(path)) throw new UsageException($"{path} is not there. Nothing was done.");

        var startedAt = Stopwatch.GetTimestamp();
        await using var engine = EmbeddedEngine.Open(path, new Engine.EngineOptions());
        var reply = await engine.Engine.ExecuteAsync(new CardTraffic(seed).Progress(number), cancellation);
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        if (reply.Outcome is not Engine.CommandOutcome.Accepted) throw new InvalidOperationException($"Transaction {number}: {reply.Outcome} {reply.Rejection}");

        Console.WriteLine(JsonSerializer.Serialize(new { seconds }));
        return 0;
    }

    /// <summary>Puts the file's pages out of the machine's cache.</summary>
    /// <returns>Why not; null when it was done.</returns>
    private static string? Evict(string path)
    {
        // POSIX_FADV_DONTNEED of fcntl.h, Linux.
        const int dontNeed = 4;
        if (!OperatingSystem.IsLinux()) return "only Linux is asked.";

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
        var code = Advise(file, 0, 0, dontNeed);
        return code == 0 ? null : $"posix_fadvise gave {code}.";
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, long length, int advice);
}
