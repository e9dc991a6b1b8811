using System.CommandLine;
using Ledger.Host.Composition;
using NodaTime;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger serve`: the server of one machine, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Build()
    {
        var data = CommonOptions.Data();
        var urls = new Option<string?>("--urls") { Description = $"Where to listen. Default: LEDGER_URLS, or {ServerSettings.UrlsDefault}.", HelpName = "urls" };
        var command = new Command("serve", "Run the server on one folder; stop it with Ctrl-C or SIGTERM.") { data, urls };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(ServerSettings.Read([new("DATA", result.GetValue(data)), new("URLS", result.GetValue(urls))]), token), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ServerSettings settings, CancellationToken cancellation)
    {
        await using var server = await LedgerServer.StartAsync(ServerParts.Real(settings, SystemClock.Instance), cancellation);
        await Console.Out.WriteLineAsync($"Ledger serves {settings.Folder} on {server.Url} (Ctrl-C stops it).");
        await server.WaitForStopAsync(cancellation);
        return ExitCode.Ok;
    }
}
