using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Ledger.LoadTests;

/// <summary>`ledger serve` on a fresh folder and a free port of this machine.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    private readonly string _dll;
    private readonly string _folder;
    private readonly Process _process;

    private ServerProcess(string dll, string folder, Process process, Uri address) => (_dll, _folder, _process, Address) = (dll, folder, process, address);

    public Uri Address { get; }

    public static async Task<ServerProcess> StartAsync(string? host)
    {
        var dll = host ?? Path.Combine(Repository(), "artifacts", "bin", "Ledger.Host", "release", "ledger.dll");
        if (!File.Exists(dll)) throw new FileNotFoundException($"{dll} is not there. Build it first: dotnet build -c Release src/Ledger.Host");

        var folder = Directory.CreateTempSubdirectory("ledger-load-").FullName;
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        var process = Launch(dll, ["serve", "--data", folder, "--urls", address.ToString().TrimEnd('/')], quiet: true);
        var server = new ServerProcess(dll, folder, process, address);
        using var http = new HttpClient { BaseAddress = address };
        using var limit = new CancellationTokenSource(StartMax);
        while (!await IsReadyAsync(http, limit.Token)) await Task.Delay(50, limit.Token);
        return server;
    }

    /// <summary>A bank token, from the command line as an operator would.</summary>
    public async Task<string> AddStaffAsync()
    {
        using var process = Launch(_dll, ["staff", "add", "load", "--role", "bank", "--data", _folder, "--json"], quiet: false);
        var json = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return JsonDocument.Parse(json).RootElement.GetProperty("token").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Process Launch(string dll, IEnumerable<string> arguments, bool quiet)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["LEDGER_LOG_LEVEL"] = "Warning";
        start.ArgumentList.Add(dll);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        if (quiet)
        {
            process.OutputDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
        }

        return process;
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync("/health/ready", cancellation);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private static string Repository([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
