using System.Net.Sockets;
using Ledger.EventLog;
using Ledger.Hosting.Composition;
using Ledger.Projections.Storage;
using Ledger.Vault;

namespace Ledger.Hosting.CommandLine;

/// <summary>The process's edge: what a subcommand throws becomes a line on stderr and an exit code, here and nowhere else.</summary>
internal static class Edge
{
    /// <summary>How long a process that is told to stop may take; then it ends anyway. A server's own bounds add up to less.</summary>
    public static readonly TimeSpan StopMax = TimeSpan.FromSeconds(40);

    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> command, CancellationToken cancellation)
    {
        try
        {
            return await command(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("ledger: stopped.");
            return ExitCode.Interrupted;
        }
        catch (Exception fault)
        {
            var code = CodeOf(fault);
            await Console.Error.WriteLineAsync($"ledger: {(code == ExitCode.Unexpected ? fault.ToString() : fault.Message)}");
            return code;
        }
    }

    private static int CodeOf(Exception fault) => fault switch
    {
        UsageException => ExitCode.Usage,
        EventLogRefusedException or VaultFileException => ExitCode.Refused,
        EventLogCorruptException or VaultDamagedException => ExitCode.Corrupt,
        EventLogUnavailableException or ViewStoreException or VaultBusyException => ExitCode.Unavailable,
        PortTakenException or ServiceEndedException or UnauthorizedAccessException or IOException or SocketException => ExitCode.Unavailable,
        _ => ExitCode.Unexpected,
    };
}
