using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Ledger.Testing.Processes;

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>A RabbitMQ broker of one's own in a new folder, on loopback ports, with the installed programs. For one caller at a time.</summary>
internal sealed class RabbitServer : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-rabbit-");
    private readonly int _port = LoopbackPort.Next(), _distributionPort = LoopbackPort.Next(), _mapperPort = LoopbackPort.Next();
    private readonly string _programs;
    private Process? _process;

    private RabbitServer(string programs) => _programs = programs;

    public Uri Uri => new(string.Create(CultureInfo.InvariantCulture, $"amqp://guest:guest@127.0.0.1:{_port}"));

    /// <summary>Skips the test where RabbitMQ is missing.</summary>
    public static async Task<RabbitServer> StartAsync()
    {
        const string root = "/usr/lib/rabbitmq/lib";
        var programs = Directory.Exists(root) ? Directory.EnumerateDirectories(root, "rabbitmq_server-*").Select(static folder => Path.Combine(folder, "sbin")).Max(StringComparer.Ordinal) : null;
        if (programs is null) Assert.Skip($"RabbitMQ is not installed below {root}.");

        var server = new RabbitServer(programs!);
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        _process = Process.Start(Command("rabbitmq-server", []))!;
        _ = _process.StandardOutput.ReadToEndAsync();
        using var patience = new CancellationTokenSource(StartMax);
        while (!await ListensAsync())
        {
            Assert.False(_process.HasExited, "RabbitMQ ended at its start.");
            await Task.Delay(100, patience.Token);
        }
    }

    /// <summary>At once, as by a crash; what it has acknowledged is on its disk.</summary>
    public async Task CrashAsync()
    {
        _process!.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await StopMapperAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false }) await CrashAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Erlang's port mapper is a daemon of its own, on a port of this server's alone.</summary>
    private async Task StopMapperAsync()
    {
        using var kill = Process.Start(Command("/usr/bin/epmd", ["-kill"]))!;
        await kill.StandardOutput.ReadToEndAsync();
        await kill.WaitForExitAsync();
    }

    private ProcessStartInfo Command(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(_programs, program), arguments) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = _folder.FullName };
        string Inside(string name) => Path.Combine(_folder.FullName, name);
        string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
        (string Name, string Value)[] settings =
        [
            ("HOME", _folder.FullName), ("RABBITMQ_CONF_ENV_FILE", "/dev/null"), ("RABBITMQ_NODENAME", $"ledger{_port}@localhost"), ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
            ("RABBITMQ_NODE_PORT", Text(_port)), ("RABBITMQ_DIST_PORT", Text(_distributionPort)), ("ERL_EPMD_PORT", Text(_mapperPort)), ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            ("RABBITMQ_MNESIA_BASE", Inside("data")), ("RABBITMQ_LOG_BASE", Inside("log")), ("RABBITMQ_PID_FILE", Inside("pid")), ("RABBITMQ_CONFIG_FILE", Inside("none")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", Inside("plugins")), ("RABBITMQ_GENERATED_CONFIG_DIR", Inside("conf")),
        ];
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return start;
    }

    /// <summary>It greets whoever sends the protocol's header (AMQP 0-9-1, 4.2.2), once it can serve.</summary>
    private async Task<bool> ListensAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port);
            await client.GetStream().WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());
            return await client.GetStream().ReadAsync(new byte[1]) == 1;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}
