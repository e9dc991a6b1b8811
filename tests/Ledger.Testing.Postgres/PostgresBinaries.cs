using System.Diagnostics;

namespace Ledger.Testing.Postgres;

/// <summary>The newest PostgreSQL that is installed here, run as a user that may run it.</summary>
internal sealed record PostgresBinaries(string Folder)
{
    private const string Root = "/usr/lib/postgresql";

    /// <summary>The user that Debian's package makes.</summary>
    private const string User = "postgres";

    /// <summary>A shell's script with the signal and the processes for arguments. It fails of one that is there and cannot be signalled.</summary>
    private const string SignalEach = "signal=\"$1\"; shift; for pid in \"$@\"; do kill \"$signal\" \"$pid\" || [ ! -e \"/proc/$pid\" ] || exit 1; done";

    /// <exception cref="PostgresMissingException">There is none.</exception>
    public static PostgresBinaries Find()
    {
        var found = Directory.Exists(Root)
            ? Directory.EnumerateDirectories(Root).Select(static version => Path.Combine(version, "bin")).Where(static bin => File.Exists(Path.Combine(bin, "initdb"))).Max(StringComparer.Ordinal)
            : null;
        return found is null ? throw new PostgresMissingException($"PostgreSQL is not installed below {Root}.") : new PostgresBinaries(found);
    }

    /// <summary>Gives a folder to the user that the server runs as.</summary>
    public static Task HandOverAsync(string folder, CancellationToken cancellation) => IsRoot ? RunAsync("chown", [User, folder], cancellation) : Task.CompletedTask;

    /// <summary>A server refuses to run as root, so root runs it as the user of its package.</summary>
    public Task CallAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        var path = Path.Combine(Folder, program);
        return IsRoot ? RunAsync("runuser", ["-u", User, "--", path, .. arguments], cancellation) : RunAsync(path, arguments, cancellation);
    }

    /// <summary>To each of them that is still there: a session's process may end at any moment.</summary>
    public static Task SignalAsync(string signal, string[] pids, CancellationToken cancellation)
    {
        string[] command = ["sh", "-c", SignalEach, "sh", signal, .. pids];
        return IsRoot ? RunAsync("runuser", ["-u", User, "--", .. command], cancellation) : RunAsync(command[0], command[1..], cancellation);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private static async Task RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        // Into a file, not a pipe: the server that pg_ctl leaves behind would hold a pipe open.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = "/" };
        var said = Path.GetTempFileName();
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("out=\"$1\"; shift; exec \"$@\" >\"$out\" 2>&1");
        foreach (var argument in (string[])["sh", said, program, .. arguments]) start.ArgumentList.Add(argument);
        try
        {
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync(cancellation);
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {(await File.ReadAllTextAsync(said, cancellation)).Trim()}");
        }
        finally
        {
            File.Delete(said);
        }
    }
}

/// <summary>PostgreSQL is not installed here: a test that needs it is skipped. One that is and does not run is a failure, and another exception.</summary>
public sealed class PostgresMissingException(string reason) : Exception(reason);
