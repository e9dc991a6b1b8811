using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ledger.Testing.Processes;

namespace Ledger.Cluster.Testing.EventStoreDb;

/// <summary>
/// An EventStoreDB server of one's own in a new folder, one node on loopback without TLS, that syncs every commit as it does by itself. For one caller at a time.
/// </summary>
public sealed class EventStoreDbServer : IAsyncDisposable
{
    /// <summary>Environment variable: the server's program. Without it « eventstored » of the PATH is taken.</summary>
    public const string ProgramVariable = "LEDGER_TEST_EVENTSTORED";

    /// <summary>What it says when it takes writes.</summary>
    private const string Ready = "IS LEADER";

    private static readonly TimeSpan StartBound = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(20);

    private readonly string _program;
    private readonly string _folder;
    private readonly string[] _settings;
    private readonly int _port = LoopbackPort.Next();
    private readonly int _replicationPort = LoopbackPort.Next();
    private Process? _process;

    private EventStoreDbServer(string program, string folder, string[] settings) => (_program, _folder, _settings) = (program, folder, settings);

    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"esdb://127.0.0.1:{_port}?tls=false");

    public int Port => _port;

    /// <summary>Where its chunk files are.</summary>
    public string Data => Path.Combine(_folder, "db");

    /// <param name="folder">Empty, and the caller's to delete after the server.</param>
    /// <param name="settings">More of its command line.</param>
    /// <exception cref="EventStoreDbMissingException">There is no such program.</exception>
    public static async Task<EventStoreDbServer> StartAsync(string folder, string[] settings, CancellationToken cancellation)
    {
        var server = new EventStoreDbServer(FindProgram(), folder, settings);
        await server.StartAgainAsync(cancellation);
        return server;
    }

    /// <summary>Over the same folder and at the same port.</summary>
    public async Task StartAgainAsync(CancellationToken cancellation)
    {
        var process = new Process { StartInfo = StartInfo(), EnableRaisingEvents = true };
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = "";
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null) return;
            last = line.Data;
            if (line.Data.Contains(Ready, StringComparison.Ordinal)) ready.TrySetResult();
        };
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"EventStoreDB ended before it was ready; it said: {last}"));
        process.Start();
        _process = process;
        process.BeginOutputReadLine();
        await ready.Task.WaitAsync(StartBound, cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(StartBound);
        // On a busy machine it says that it is ready before it listens.
        while (!await ListensAsync(patience.Token)) await Task.Delay(LookPause, patience.Token);
    }

    /// <summary>SIGKILL: nothing is written that was not.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        if (_process is not { } process) return;

        _process = null;
        process.Kill();
        await process.WaitForExitAsync(cancellation);
        process.Dispose();
    }

    /// <summary>Stops it where it stands, as a machine does that hangs: connections stay open and nothing answers.</summary>
    public Task FreezeAsync(CancellationToken cancellation) => SignalAsync("-STOP", cancellation);

    /// <summary>After <see cref="FreezeAsync"/>: goes on.</summary>
    public Task ThawAsync(CancellationToken cancellation) => SignalAsync("-CONT", cancellation);

    public async ValueTask DisposeAsync() => await KillAsync(CancellationToken.None);

    private async Task<bool> ListensAsync(CancellationToken cancellation)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port, cancellation);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task SignalAsync(string signal, CancellationToken cancellation)
    {
        using var kill = Process.Start("kill", [signal, _process!.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(cancellation);
        if (kill.ExitCode != 0) throw new InvalidOperationException($"kill {signal} failed with {kill.ExitCode}.");
    }

    private ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo(
            _program,
            [
                "--insecure", "--node-ip", "127.0.0.1", "--replication-ip", "127.0.0.1", "--node-port", Text(_port), "--replication-port", Text(_replicationPort), "--db", Data, "--log", Path.Combine(_folder, "log"),
                "--run-projections", "None", "--stream-existence-filter-size", "10000000", .. _settings,
            ])
        { RedirectStandardOutput = true };
        // It sends nothing anywhere.
        info.Environment["EVENTSTORE_TELEMETRY_OPTOUT"] = "true";
        return info;

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private static string FindProgram()
    {
        var named = Environment.GetEnvironmentVariable(ProgramVariable);
        if (named is { Length: > 0 }) return File.Exists(named) ? named : throw new EventStoreDbMissingException($"{ProgramVariable} names « {named} », and there is no such file.");

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(static folder => Path.Combine(folder, "eventstored")).FirstOrDefault(File.Exists)
            ?? throw new EventStoreDbMissingException($"There is no EventStoreDB: install version 23.10, or name its program in {ProgramVariable}.");
    }
}
