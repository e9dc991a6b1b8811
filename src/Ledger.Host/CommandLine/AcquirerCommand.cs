using System.CommandLine;
using Ledger.Host.Acquirer;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using NodaTime;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger acquirer`: the simulated acquirer as a process of its own, for servers that share a log.</summary>
internal static class AcquirerCommand
{
    private const string UrlsDefault = "http://localhost:5090";

    public static Command Build()
    {
        var data = CommonOptions.Data();
        var urls = new Option<string>("--urls") { Description = "Where to listen: for the servers alone, it asks nobody who they are.", HelpName = "urls", DefaultValueFactory = static _ => UrlsDefault };
        var command = new Command("acquirer", "Run the simulated acquirer by itself, with books in a folder; servers find it by LEDGER_ACQUIRER.") { data, urls };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(ServerSettings.Read([new("DATA", result.GetValue(data)), new("URLS", result.GetRequiredValue(urls))]), token), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ServerSettings settings, CancellationToken cancellation)
    {
        await using var server = await AcquirerServer.StartAsync(settings, SystemClock.Instance, cancellation);
        await Console.Out.WriteLineAsync($"Ledger serves the simulated acquirer of {settings.Folder} on {server.Url} (Ctrl-C stops it).");
        await server.WaitForStopAsync(cancellation);
        return ExitCode.Ok;
    }
}
