using System.Collections.Immutable;
using System.Globalization;
using Ledger.Cluster.Akka;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.Postgres;
using NodaTime;

namespace Ledger.Cluster.Nodes;

/// <summary>
/// The process of one node. Lines in: « open n », « pay number terminal milliseconds », « shards », « stop ». Lines out: « ready address », « done number », « failed number why »,
/// « shards n,n,… ». The end of its input stops it too, so that it never outlives who started it.
/// </summary>
internal sealed class NodeServer(ClusterNode node, TextWriter output)
{
    /// <summary>Where the database is; not an argument, for it may hold a password.</summary>
    public const string ConnectionVariable = "LEDGER_CONNECTION";

    private readonly Sales _sales = new(node.Engine);

    public static ClusterNodeOptions OptionsOf(ImmutableArray<string> seeds) => new("127.0.0.1", 0)
    {
        Seeds = seeds,
        AnswerWithin = TimeSpan.FromSeconds(3),
        HeartbeatPauseMax = TimeSpan.FromSeconds(2),
        StableAfter = TimeSpan.FromSeconds(3),
    };

    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(ImmutableArray<string> seeds, TextReader input, TextWriter output, CancellationToken cancellation)
    {
        var connection = Environment.GetEnvironmentVariable(ConnectionVariable) ?? throw new EventLogRefusedException($"{ConnectionVariable} names no database.");
        await using var log = await PostgresEventLog.OpenAsync(new PostgresOptions(connection), cancellation);
        await using var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, new EngineOptions { RunsOnCallers = false });
        await using var node = await ClusterNode.StartAsync(OptionsOf(seeds), engine, cancellation);
        using var lines = TextWriter.Synchronized(output);
        var server = new NodeServer(node, lines);
        await lines.WriteLineAsync($"ready {node.Address}");
        await server.ServeAsync(input, cancellation);
        return 0;
    }

    private async Task ServeAsync(TextReader input, CancellationToken cancellation)
    {
        while (await input.ReadLineAsync(cancellation) is { } line && line != "stop") _ = AnswerAsync(line.Split(' '), cancellation);
        await node.LeaveAsync();
    }

    private async Task AnswerAsync(string[] words, CancellationToken cancellation)
    {
        try
        {
            await output.WriteLineAsync(await DoAsync(words, cancellation));
        }
        catch (Exception exception)
        {
            // The process's edge: whoever asked hears of it, and asks again or gives up.
            await output.WriteLineAsync($"failed {words.ElementAtOrDefault(1) ?? words[0]} {exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    private async Task<string> DoAsync(string[] words, CancellationToken cancellation)
    {
        switch (words)
        {
            case ["shards"]:
                return $"shards {string.Join(',', await node.ReadShardsAsync(cancellation))}";
            case ["open", var terminals]:
                await _sales.OpenAsync(Number(terminals), cancellation);
                break;
            case ["pay", var number, var terminal, var milliseconds]:
                await _sales.PayAsync(Number(number), Sales.SerialOf(Number(terminal)), Instant.FromUnixTimeMilliseconds(long.Parse(milliseconds, CultureInfo.InvariantCulture)), cancellation);
                break;
            default:
                throw new ArgumentException($"« {string.Join(' ', words)} » is no request.", nameof(words));
        }

        return $"done {words[1]}";
    }

    private static int Number(string word) => int.Parse(word, CultureInfo.InvariantCulture);
}
