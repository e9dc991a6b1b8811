using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Ledger.Cluster.Nodes;

namespace Ledger.Cluster.Showing;

/// <summary>A node in a process of its own, talked to in lines. Safe for any number of callers.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TextWriter _input;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string?>> _waiting = [];
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;
    private TaskCompletionSource<ImmutableArray<int>>? _shards;
    private volatile bool _isInService = true;

    private NodeProcess(int number, Process process)
    {
        (Number, _process) = (number, process);
        _input = TextWriter.Synchronized(process.StandardInput);
        _reading = ReadAsync();
    }

    public int Number { get; }

    public int ProcessId => _process.Id;

    public string Address { get; private set; } = "";

    /// <summary>Whether it is to be asked.</summary>
    public bool IsInService => _isInService;

    /// <summary>Starts it; returns when it is a member.</summary>
    /// <exception cref="TimeoutException">It ended before.</exception>
    public static async Task<NodeProcess> StartAsync(int number, string connection, ImmutableArray<string> seeds, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet") start.ArgumentList.Add(typeof(NodeProcess).Assembly.Location);
        start.ArgumentList.Add("node");
        foreach (var seed in seeds)
        {
            start.ArgumentList.Add("--seed");
            start.ArgumentList.Add(seed);
        }

        start.Environment[NodeServer.ConnectionVariable] = connection;
        var node = new NodeProcess(number, Process.Start(start)!);
        node.Address = await node._ready.Task.WaitAsync(cancellation);
        return node;
    }

    /// <returns>Null when it was done; why not, when it was not or nobody knows.</returns>
    public async Task<string?> AskAsync(string verb, int number, string rest, CancellationToken cancellation)
    {
        var key = number.ToString(CultureInfo.InvariantCulture);
        var answer = _waiting.GetOrAdd(key, static _ => new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously));
        await TellAsync($"{verb} {key}{rest}");
        if (_reading.IsCompleted) FailAll();
        return await answer.Task.WaitAsync(cancellation);
    }

    public async Task<ImmutableArray<int>> ReadShardsAsync(CancellationToken cancellation)
    {
        _shards = new TaskCompletionSource<ImmutableArray<int>>(TaskCreationOptions.RunContinuationsAsynchronously);
        await TellAsync("shards");
        return await _shards.Task.WaitAsync(cancellation);
    }

    /// <summary>SIGKILL: it has no chance to say or finish anything.</summary>
    public async Task KillAsync(CancellationToken cancellation)
    {
        _isInService = false;
        _process.Kill();
        await _process.WaitForExitAsync(cancellation);
    }

    /// <summary>Has it leave and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellation)
    {
        _isInService = false;
        await TellAsync("stop");
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private async Task TellAsync(string line)
    {
        try
        {
            await _input.WriteLineAsync(line);
            await _input.FlushAsync();
        }
        catch (IOException)
        {
            // It has just died: whoever waits hears so when its output ends.
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ', 3);
            switch (words[0])
            {
                case "ready": _ready.TrySetResult(words[1]); break;
                case "done": Answer(words[1], null); break;
                case "failed" when words[1] == "shards": _shards?.TrySetException(new TimeoutException(words[2])); break;
                case "failed": Answer(words[1], words[2]); break;
                case "shards":
                    _shards?.TrySetResult([.. words[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(static shard => int.Parse(shard, CultureInfo.InvariantCulture))]);
                    break;
            }
        }

        _isInService = false;
        _ready.TrySetException(new TimeoutException($"Node {Number} ended before it was a member."));
        _shards?.TrySetException(new TimeoutException($"Node {Number} has ended."));
        FailAll();
    }

    private void Answer(string number, string? failure)
    {
        if (_waiting.TryRemove(number, out var answer)) answer.TrySetResult(failure);
    }

    private void FailAll()
    {
        foreach (var number in _waiting.Keys) Answer(number, $"node {Number} has ended");
    }
}
