using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Ledger.EndToEnd.Tests;

/// <summary>What a run of the command left.</summary>
public sealed record LedgerRun(int ExitCode, string Out, string Error);

/// <summary>The `ledger` command as a process of its own, as users start it.</summary>
internal sealed class LedgerProcess : IAsyncDisposable
{
    /// <summary>Far above what a run takes on a busy machine; a test that meets it has hung.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(4);

    private const string ServesFrom = " on http://";

    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LedgerProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(_out, line.Data);
        process.ErrorDataReceived += (_, line) => Take(_error, line.Data);
        process.Exited += (_, _) => _url.TrySetException(new InvalidOperationException($"The server ended with {process.ExitCode}: {Text(_error)}{Text(_out)}"));
        process.EnableRaisingEvents = true;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Runs to its end.</summary>
    public static async Task<LedgerRun> RunAsync(params string[] arguments)
    {
        await using var ledger = Start(arguments);
        return await ledger.WaitForExitAsync();
    }

    public static LedgerProcess Start(params string[] arguments) => Start([], arguments);

    /// <param name="environment">Set for it, as « name=value ».</param>
    public static LedgerProcess Start(string[] environment, string[] arguments) => StartProgram("Ledger.Host", "ledger", ["env", .. environment], arguments);

    /// <param name="project">Whose program it is. It is run from that project's own output: beside the tests are the tests' versions of its packages.</param>
    /// <param name="through">A command that becomes the program, as « ip netns exec » does; empty for none.</param>
    public static LedgerProcess StartProgram(string project, string program, string[] through, string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory);
        string[] words = [.. through, "dotnet", Path.Combine(configuration.Parent!.Parent!.FullName, project, configuration.Name, $"{program}.dll"), .. arguments];
        var start = new ProcessStartInfo(words[0], words[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var name in start.Environment.Keys.Where(static name => name.StartsWith("LEDGER_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        // Short runs gain nothing from profiles.
        start.Environment["DOTNET_TieredPGO"] = "0";
        return new LedgerProcess(new Process { StartInfo = start });
    }

    /// <summary>A server on any free port, once it listens.</summary>
    public static Task<(LedgerProcess Server, Uri Url)> ServeAsync(string folder) => ListenAsync("serve", "--data", folder);

    /// <summary>A command that serves, on any free port, once it listens.</summary>
    public static async Task<(LedgerProcess Server, Uri Url)> ListenAsync(params string[] arguments)
    {
        var server = Start([.. arguments, "--urls", "http://127.0.0.1:0"]);
        return (server, await server.WaitForUrlAsync());
    }

    /// <summary>Where it listens, once it does.</summary>
    public Task<Uri> WaitForUrlAsync() => _url.Task.WaitAsync(PatienceMax);

    public async Task<LedgerRun> WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(PatienceMax);
        await _process.WaitForExitAsync(limit.Token);
        return new LedgerRun(_process.ExitCode, Text(_out), Text(_error));
    }

    /// <summary>SIGKILL: no handler of the process runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        using var limit = new CancellationTokenSource(PatienceMax);
        await _process.WaitForExitAsync(limit.Token);
    }

    /// <summary>SIGTERM, and its end: it stops in good order.</summary>
    public async Task<LedgerRun> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        return await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _url.Task.Exception?.Handle(static _ => true);
        _process.Dispose();
    }

    private void Take(StringBuilder text, string? line)
    {
        if (line is null) return;

        lock (text) text.AppendLine(line);
        var at = line.IndexOf(ServesFrom, StringComparison.Ordinal);
        if (line.StartsWith("Ledger serves ", StringComparison.Ordinal) && at > 0) _url.TrySetResult(new Uri(line[(at + " on ".Length)..].Split(' ')[0]));
    }

    private static string Text(StringBuilder text)
    {
        lock (text) return text.ToString();
    }
}
