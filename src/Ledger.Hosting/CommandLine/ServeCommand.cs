using System.CommandLine;
using Ledger.Hosting.Composition;
using NodaTime;

namespace Ledger.Hosting.CommandLine;

/// <summary>`ledger serve`: the server of one machine, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Build()
    {
        var options = new ServeOptions();
        var command = new Command("serve", "Run the server on one folder, with its log in it or in a database that other servers share; stop it with Ctrl-C or SIGTERM.");
        options.AddTo(command);
        command.SetAction((result, cancellation) => Edge.RunAsync(token => RunAsync(ServerSettings.Read(options.Read(result)), token), cancellation));
        return command;
    }

    private static Task<int> RunAsync(ServerSettings settings, CancellationToken cancellation)
    {
        ServeOptions.CheckAcquirer(settings);
        var what = settings.Log is LogPlace.File ? settings.Folder.ToString() : $"{settings.Log} with {settings.Folder}";
        return RunAsync(ServerParts.Real(settings, SystemClock.Instance), what, cancellation);
    }

    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="what">Is served, for people.</param>
    /// <exception cref="ServiceEndedException">It can serve no more although nobody stopped it.</exception>
    public static async Task<int> RunAsync(ServerParts parts, string what, CancellationToken cancellation)
    {
        await using var server = await LedgerServer.StartAsync(parts, cancellation);
        await Console.Out.WriteLineAsync($"Ledger serves {what} on {server.Url} (Ctrl-C stops it).");
        await server.WaitForStopAsync(cancellation);
        return ExitCode.Ok;
    }
}
