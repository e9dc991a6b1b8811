using System.CommandLine;
using System.CommandLine.Invocation;
using Ledger.LoadTests.Budgets;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Http;
using Ledger.LoadTests.Measurements;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Scenarios;
using Ledger.Testing.Postgres;

namespace Ledger.LoadTests.CommandLine;

/// <summary>The load tests' command: a subcommand per row of the results and per scenario.</summary>
internal static class LoadCommands
{
    private const int Broken = 1;
    private const int Usage = 2;

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        var result = Build().Parse(args);
        if (result.Action is ParseErrorAction)
        {
            foreach (var error in result.Errors) await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync("Try --help.");
            return Usage;
        }

        try
        {
            return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UsageException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return Usage;
        }
        catch (PostgresMissingException missing)
        {
            await Console.Error.WriteLineAsync($"{missing.Message} Install it (Debian: postgresql), or run what needs none.");
            return Usage;
        }
        catch (Exception exception) when (exception is InvalidOperationException or TimeoutException or IOException or InvalidDataException)
        {
            // What a run finds that makes its figures worthless; anything else is a fault of ours and shows where.
            await Console.Error.WriteLineAsync($"The run was given up: {exception.Message}");
            return Broken;
        }
    }

    private static RootCommand Build() => new("Load tests; run them in Release on a machine that does nothing else.")
    {
        EngineCallers.Command(),
        EnginePeak.Command(),
        EngineLatency.Command(),
        EngineLogs.Command(),
        EngineHalfPeak.Command(),
        HttpCallers.Command(),
        HttpPayment.Command(),
        Bulk.Command(),
        ProjectionRebuild.Command(),
        ViewRates.Command(),
        ActorMemory.Command(),
        OpenLog.Command(),
        OpenLog.ChildCommand(),
        Growth.Command(),
        DiskUse.Command(),
        PeerRates.Command(),
        PostgresRates.Command(),
        SteadyTraffic.SteadyCommand(),
        SteadyTraffic.SaturdayCommand(),
        Midnight.Command(),
        RefundRush.Command(),
        RebuildUnderTraffic.Command(),
        EmptyServer.Command(),
        BudgetProgram.Command(),
    };

    /// <summary>A subcommand that makes a report.</summary>
    /// <param name="own">Its own options, beside the common ones.</param>
    public static Command Measurement(string name, string summary, IEnumerable<Option> own, Func<RunContext, ParseResult, CancellationToken, Task<RunReport>> runAsync)
    {
        var common = new CommonOptions();
        var command = new Command(name, summary);
        foreach (var option in own) command.Add(option);
        common.AddTo(command);
        command.SetAction((result, cancellation) => RunAsync(common.Read(result), result, runAsync, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        RunOptions options, ParseResult result, Func<RunContext, ParseResult, CancellationToken, Task<RunReport>> runAsync, CancellationToken cancellation)
    {
        if (!Directory.Exists(options.Folder)) throw new UsageException($"{options.Folder} is not there: choose an existing folder with --folder. Nothing was run.");

        var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"ledger-load-{Guid.NewGuid():N}")).FullName;
        try
        {
            IProgressBoard progress = options.IsQuiet ? new NoProgress() : ConsoleProgress.OnError();
            var line = $"dotnet run -c Release --project benchmarks/Ledger.LoadTests -- {string.Join(' ', result.Tokens.Select(static token => token.Value))}";
            using var commits = new CommitSizes();
            var run = new RunContext(options, folder, line, DateTimeOffset.UtcNow, Machine.Read(folder), progress, commits);
            var report = await runAsync(run, result, cancellation);
            Console.WriteLine(ReportWriter.Write(report, run));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

/// <summary>The command line asks for what cannot be done. Nothing was run; the message says what to do.</summary>
internal sealed class UsageException(string message) : Exception(message);
