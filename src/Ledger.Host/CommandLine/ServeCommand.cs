using System.CommandLine;
using Ledger.Host.Composition;
using NodaTime;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger serve`: the server of one machine, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Build()
    {
        var (data, log, connection) = (CommonOptions.Data(), CommonOptions.Log(), CommonOptions.Connection());
        var urls = new Option<string?>("--urls") { Description = $"Where to listen. Default: LEDGER_URLS, or {ServerSettings.UrlsDefault}.", HelpName = "urls" };
        var acquirer = new Option<string?>("--acquirer") { Description = "Where « ledger acquirer » listens. Default: LEDGER_ACQUIRER, or one simulated in this process.", HelpName = "url" };
        var command = new Command("serve", "Run the server on one folder, with its log in it or in a database that other servers share; stop it with Ctrl-C or SIGTERM.") { data, log, connection, acquirer, urls };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(
                ServerSettings.Read(
                [
                    new("DATA", result.GetValue(data)),
                    new("LOG", result.GetValue(log)),
                    new("CONNECTION", result.GetValue(connection)),
                    new("ACQUIRER", result.GetValue(acquirer)),
                    new("URLS", result.GetValue(urls)),
                ]),
                token),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ServerSettings settings, CancellationToken cancellation)
    {
        if (settings is { Log: LogPlace.Database, Acquirer: null })
        {
            throw new UsageException("Servers that share a log must ask the same acquirer: start « ledger acquirer » and give its address with --acquirer or LEDGER_ACQUIRER.");
        }

        await using var server = await LedgerServer.StartAsync(ServerParts.Real(settings, SystemClock.Instance), cancellation);
        var what = settings.Log is LogPlace.File ? settings.Folder.ToString() : $"{settings.Log} with {settings.Folder}";
        await Console.Out.WriteLineAsync($"Ledger serves {what} on {server.Url} (Ctrl-C stops it).");
        await server.WaitForStopAsync(cancellation);
        return ExitCode.Ok;
    }
}
