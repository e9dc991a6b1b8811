using System.Diagnostics;

namespace Ledger.LoadTests.Peers.Postgres;

/// <summary>A server of its own in a folder, reached over a socket in it, with the settings it comes with: every commit synced.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string BinariesRoot = "/usr/lib/postgresql";
    private const string User = "postgres";

    private readonly string _binaries;
    private readonly string _folder;

    private PostgresServer(string binaries, string folder) => (_binaries, _folder) = (binaries, folder);

    public string ConnectionString => $"Host={_folder};Username=ledger;Database=postgres;Pooling=false";

    /// <exception cref="PeerMissingException">It is not installed, or cannot be started here.</exception>
    public static async Task<PostgresServer> StartAsync(string folder, CancellationToken cancellation)
    {
        var binaries = FindBinaries() ?? throw new PeerMissingException($"PostgreSQL is not installed below {BinariesRoot}.");
        if (IsRoot) await RunAsync("chown", [User, folder], cancellation);
        var server = new PostgresServer(binaries, folder);
        // The empty cluster itself need not survive; the server syncs every commit all the same.
        await server.CallAsync("initdb", ["-D", server.Data, "-U", "ledger", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], cancellation);
        await server.CallAsync("pg_ctl", ["-D", server.Data, "-w", "-l", Path.Combine(folder, "log"), "-o", $"-k {folder} -c listen_addresses=''", "start"], cancellation);
        return server;
    }

    public async ValueTask DisposeAsync() => await CallAsync("pg_ctl", ["-D", Data, "-w", "-m", "fast", "stop"], CancellationToken.None);

    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    private static string? FindBinaries() =>
        Directory.Exists(BinariesRoot)
            ? Directory.EnumerateDirectories(BinariesRoot).Select(static version => Path.Combine(version, "bin")).Where(static bin => File.Exists(Path.Combine(bin, "initdb"))).Max(StringComparer.Ordinal)
            : null;

    /// <summary>The server refuses to run as root, so root runs it as the user that its package made.</summary>
    private Task CallAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        var path = Path.Combine(_binaries, program);
        return IsRoot ? RunAsync("runuser", ["-u", User, "--", path, .. arguments], cancellation) : RunAsync(path, arguments, cancellation);
    }

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        // Nothing is redirected but the errors' text: the server that pg_ctl leaves behind would hold a pipe open.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        var said = Path.GetTempFileName();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("out=\"$1\"; shift; exec \"$@\" >\"$out\" 2>&1");
        foreach (var argument in (string[])["sh", said, program, .. arguments]) start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0) throw new PeerMissingException($"{program} {arguments.FirstOrDefault(static argument => argument.Contains("pg", StringComparison.Ordinal)) ?? ""} ended with {process.ExitCode}: {(await File.ReadAllTextAsync(said, cancellation)).Trim()}");
        }
        finally
        {
            File.Delete(said);
        }
    }
}
