using System.Diagnostics;
using System.Text.Json;
using Ledger.LoadTests.CommandLine;
using Ledger.Testing.Processes;

namespace Ledger.LoadTests.Http;

/// <summary>A server in a process of its own on a free port of this machine: `ledger serve` on a folder, or the empty endpoints.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);

    private readonly string _dll;
    private readonly string _folder;
    private readonly Process _process;

    private ServerProcess(string dll, string folder, Process process, Uri address) => (_dll, _folder, _process, Address) = (dll, folder, process, address);

    public Uri Address { get; }

    public int Id => _process.Id;

    /// <param name="dll">The `ledger` command's file.</param>
    /// <param name="folder">Made when it is not there.</param>
    /// <exception cref="UsageException">It was not built.</exception>
    public static Task<ServerProcess> StartLedgerAsync(string dll, string folder, CancellationToken cancellation)
    {
        if (!File.Exists(dll)) throw new UsageException($"{dll} is not there. Build it first: dotnet build -c Release src/Ledger.Host; or name it with --host.");
        return StartAsync(dll, folder, static (folder, urls) => ["serve", "--data", folder, "--urls", urls], cancellation);
    }

    /// <param name="answers">Folder with what each of the three endpoints answers, see <see cref="EmptyServer"/>.</param>
    public static Task<ServerProcess> StartEmptyAsync(string answers, CancellationToken cancellation) =>
        StartAsync(typeof(ServerProcess).Assembly.Location, answers, static (answers, urls) => [EmptyServer.Name, "--answers", answers, "--urls", urls], cancellation);

    /// <summary>A token for a role (bank, switch), from the command line as an operator would.</summary>
    public async Task<string> AddStaffAsync(string role, CancellationToken cancellation)
    {
        using var process = Launch(_dll, ["staff", "add", $"load-{role}", "--role", role, "--data", _folder, "--json"]);
        var json = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return JsonDocument.Parse(json).RootElement.GetProperty("token").GetString()!;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<ServerProcess> StartAsync(string dll, string folder, Func<string, string, IEnumerable<string>> arguments, CancellationToken cancellation)
    {
        var address = new Uri($"http://127.0.0.1:{LoopbackPort.Next()}");
        var process = Launch(dll, arguments(folder, address.ToString().TrimEnd('/')));
        process.OutputDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        var server = new ServerProcess(dll, folder, process, address);
        try
        {
            await server.BeReadyAsync(cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private async Task BeReadyAsync(CancellationToken cancellation)
    {
        using var http = new HttpClient { BaseAddress = Address };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StartMax);
        while (!await IsReadyAsync(http, limit.Token))
        {
            if (_process.HasExited) throw new InvalidOperationException($"{_dll} ended with {_process.ExitCode} before it listened.");
            await Task.Delay(50, limit.Token);
        }
    }

    private static Process Launch(string dll, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("LEDGER_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        start.Environment["LEDGER_LOG_LEVEL"] = "Warning";
        start.ArgumentList.Add(dll);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
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
}
