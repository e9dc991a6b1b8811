using System.Globalization;
using Ledger.Testing.Processes;

namespace Ledger.Testing.Postgres;

/// <summary>
/// A PostgreSQL server of one's own in a new folder, on a loopback port, that syncs every commit as it does by itself. For one caller at a time.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private const int PatienceSeconds = 60;

    private readonly PostgresBinaries _binaries;
    private readonly string _folder;

    private PostgresServer(PostgresBinaries binaries, string folder) => (_binaries, _folder, Port) = (binaries, folder, LoopbackPort.Next());

    /// <summary>Why no server can run here; null when one can.</summary>
    public static string? Missing
    {
        get
        {
            try
            {
                _ = PostgresBinaries.Find();
                return null;
            }
            catch (PostgresMissingException missing)
            {
                return missing.Message;
            }
        }
    }

    public int Port { get; }

    /// <summary>To its first database, as its owner.</summary>
    public string ConnectionString => ConnectionTo("postgres");

    private string Data => Path.Combine(_folder, "data");

    /// <summary>With patience: on a busy machine a slow server is no failure. A test of the bounds sets its own.</summary>
    public string ConnectionTo(string database) => Connection(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1;Port={Port}"), database);

    /// <summary>To the first database of whichever of the two can be written.</summary>
    public string ConnectionToEither(PostgresServer replica) =>
        Connection(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port},127.0.0.1:{replica.Port}"), "postgres");

    /// <param name="folder">Empty, where any user may come to, and the caller's to delete after the server.</param>
    /// <param name="settings">More of its settings, as « name=value ».</param>
    /// <exception cref="PostgresMissingException">It is not installed.</exception>
    public static async Task<PostgresServer> StartAsync(string folder, string[] settings, CancellationToken cancellation)
    {
        var server = new PostgresServer(PostgresBinaries.Find(), folder);
        await PostgresBinaries.HandOverAsync(folder, cancellation);
        // The empty cluster itself need not survive; the server syncs every commit all the same.
        await server._binaries.CallAsync("initdb", ["-D", server.Data, "-U", "ledger", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"], cancellation);
        await server.ConfigureAsync(settings, cancellation);
        await server.StartAgainAsync(cancellation);
        return server;
    }

    /// <summary>Gives an empty folder to the user that the server runs as, for a tablespace.</summary>
    public Task TakeOverAsync(string folder, CancellationToken cancellation) => PostgresBinaries.HandOverAsync(folder, cancellation);

    /// <summary>A hot standby that streams from this one, started; its folder is empty and the caller's.</summary>
    /// <param name="name">By which this server knows it, for synchronous_standby_names.</param>
    public async Task<PostgresServer> StartReplicaAsync(string folder, string name, CancellationToken cancellation)
    {
        var replica = new PostgresServer(_binaries, folder);
        await PostgresBinaries.HandOverAsync(folder, cancellation);
        var primary = string.Create(CultureInfo.InvariantCulture, $"host=127.0.0.1 port={Port} user=ledger application_name={name}");
        await _binaries.CallAsync("pg_basebackup", ["-D", replica.Data, "-d", primary, "-R", "-X", "stream", "-c", "fast", "--no-sync"], cancellation);
        await replica.ConfigureAsync([$"primary_conninfo='{primary}'", "synchronous_standby_names=''"], cancellation);
        await replica.StartAgainAsync(cancellation);
        return replica;
    }

    /// <summary>Processor time that the server's processes took so far, those that ended included. Linux.</summary>
    public TimeSpan ProcessorTime()
    {
        // proc(5): after the command in parentheses, state is field 3, utime and stime 14 and 15, those of children that ended 16 and 17; in ticks of 10 ms.
        const int utimeAt = 11, stimeAt = 12, childrensAt = 13;
        var ticks = 0L;
        foreach (var (isPostmaster, _, fields) in Processes())
        {
            ticks += Number(fields, utimeAt) + Number(fields, stimeAt);
            if (isPostmaster) ticks += Number(fields, childrensAt) + Number(fields, childrensAt + 1);
        }

        return TimeSpan.FromMilliseconds(ticks * 10);

        static long Number(string[] fields, int at) => long.Parse(fields[at], CultureInfo.InvariantCulture);
    }

    /// <summary>Runs one statement in its first database, as its owner.</summary>
    public Task ExecuteAsync(string sql, CancellationToken cancellation) =>
        _binaries.CallAsync("psql", ["-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-U", "ledger", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c", sql], cancellation);

    public Task StartAgainAsync(CancellationToken cancellation) =>
        _binaries.CallAsync("pg_ctl", ["-D", Data, "-w", "-t", "60", "-l", Path.Combine(Data, "server.log"), "start"], cancellation);

    /// <summary>At once and without a checkpoint, as by a crash: the next start recovers from its log.</summary>
    public Task CrashAsync(CancellationToken cancellation) => _binaries.CallAsync("pg_ctl", ["-D", Data, "-w", "-m", "immediate", "stop"], cancellation);

    public Task PromoteAsync(CancellationToken cancellation) => _binaries.CallAsync("pg_ctl", ["-D", Data, "-w", "promote"], cancellation);

    /// <summary>Reads its settings again.</summary>
    public Task ReloadAsync(CancellationToken cancellation) => _binaries.CallAsync("pg_ctl", ["-D", Data, "reload"], cancellation);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid"))) await CrashAsync(CancellationToken.None);
    }

    private static string Connection(string host, string database) => string.Create(
        CultureInfo.InvariantCulture, $"Host={host};Username=ledger;Database={database};Timeout={PatienceSeconds};Command Timeout={PatienceSeconds}");

    private async Task ConfigureAsync(string[] settings, CancellationToken cancellation)
    {
        string[] own = [string.Create(CultureInfo.InvariantCulture, $"port={Port}"), "listen_addresses='127.0.0.1'", "unix_socket_directories=''", "max_connections=200"];
        var lines = string.Concat(own.Concat(settings).Select(static setting => setting + "\n"));
        var path = Path.Combine(Data, "postgresql.auto.conf");
        await File.AppendAllTextAsync(path, lines, cancellation);
    }

    /// <summary>Stops all of its processes where they stand, as a machine does that hangs: connections stay open and nothing answers.</summary>
    public Task FreezeAsync(CancellationToken cancellation) => SignalAsync("-STOP", cancellation);

    /// <summary>After <see cref="FreezeAsync"/>: goes on.</summary>
    public Task ThawAsync(CancellationToken cancellation) => SignalAsync("-CONT", cancellation);

    private Task SignalAsync(string signal, CancellationToken cancellation) =>
        PostgresBinaries.SignalAsync(signal, [.. Processes().Select(static process => process.Pid)], cancellation);

    private IEnumerable<(bool IsPostmaster, string Pid, string[] Stat)> Processes()
    {
        // proc(5): field 4 is the parent.
        const int ppidAt = 1;
        var postmaster = File.ReadLines(Path.Combine(Data, "postmaster.pid")).First().Trim();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            var pid = Path.GetFileName(folder);
            if (char.IsAsciiDigit(pid[0]) && ReadStat(folder) is { } fields && (pid == postmaster || fields[ppidAt] == postmaster)) yield return (pid == postmaster, pid, fields);
        }
    }

    /// <returns>Fields from the third on; null for a process that has ended meanwhile.</returns>
    private static string[]? ReadStat(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
