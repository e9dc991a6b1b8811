using Ledger.EventLog;
using Ledger.Hosting.CommandLine;
using Ledger.Testing.Postgres;

namespace Ledger.Cluster;

/// <summary>The edge of the commands that are not a server: what they throw becomes a line on stderr and an exit code of decision 10. A server's is <see cref="Edge"/>.</summary>
internal static class ClusterEdge
{
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (EventLogRefusedException exception)
        {
            return await EndAsync(exception.Message, ExitCode.Refused);
        }
        catch (EventLogCorruptException exception)
        {
            return await EndAsync(exception.Message, ExitCode.Corrupt);
        }
        catch (PostgresMissingException exception)
        {
            return await EndAsync($"{exception.Message} Install it, or name a database with --connection.", ExitCode.Unavailable);
        }
        catch (Exception exception) when (exception is EventLogUnavailableException or TimeoutException)
        {
            return await EndAsync(exception.Message, ExitCode.Unavailable);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private static async Task<int> EndAsync(string message, int code)
    {
        await Console.Error.WriteLineAsync(message);
        return code;
    }
}
