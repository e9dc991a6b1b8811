using System.CommandLine;
using System.CommandLine.Invocation;
using Ledger.Hosting.CommandLine;

namespace Ledger.Host.CommandLine;

/// <summary>The `ledger` command: one class per subcommand, one place for what goes wrong.</summary>
internal static class LedgerCommands
{
    public static async Task<int> RunAsync(string[] args)
    {
        var result = Build().Parse(args);
        if (result.Action is ParseErrorAction)
        {
            foreach (var error in result.Errors) await Console.Error.WriteLineAsync($"ledger: {error.Message}");
            await Console.Error.WriteLineAsync("Try: ledger --help");
            return ExitCode.Usage;
        }

        return await result.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Edge.StopMax });
    }

    public static RootCommand Build() => new($"A ledger for card payments: every event kept, chained and balanced.\n\n{ExitCode.Help}")
    {
        ServeCommand.Build(),
        DemoCommand.Build(),
        ReplayCommand.Build(),
        VerifyCommand.Build(),
        RebuildCommand.Build(),
        ExportCommand.Build(),
        StaffCommand.Build(),
        MigrateCommand.Build(),
        AcquirerCommand.Build(),
        CopyCommand.Build(),
        SimulateCommand.Build(),
    };
}
