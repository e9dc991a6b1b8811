using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Ledger.EventLog.Postgres;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Testing.Postgres;
using NodaTime;

namespace Ledger.Cluster.Showing;

/// <summary>
/// Nodes over one database; payments on all of them; one killed, one that leaves; and the proof at the end that the log has what was acknowledged, once.
/// </summary>
internal sealed class ClusterShow(TextWriter output, string connection, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>So that two make a majority when one dies.</summary>
    public const int NodesMin = 3;

    public const int NodesMax = 9;

    private const int TerminalCount = 48;

    /// <summary>On every terminal, before and after each thing that happens.</summary>
    private const int PaymentsEach = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly IClock _clock = SystemClock.Instance;
    private ImmutableArray<NodeProcess> _nodes = [];

    /// <param name="connection">Null starts a server that is gone at the end.</param>
    /// <returns>The process's exit code: 0 when the books agree, 4 when they do not.</returns>
    /// <exception cref="PostgresMissingException">There is none to start.</exception>
    public static async Task<int> RunAsync(int nodes, string? connection, TextWriter output, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        if (connection is not null) return await RunOverAsync(nodes, connection, output, patience.Token);

        var folder = Directory.CreateTempSubdirectory("ledger-cluster-");
        try
        {
            await using var server = await PostgresServer.StartAsync(folder.FullName, [], patience.Token);
            return await RunOverAsync(nodes, server.ConnectionString, output, patience.Token);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private static async Task<int> RunOverAsync(int nodes, string connection, TextWriter output, CancellationToken cancellation)
    {
        await PostgresSchema.MigrateAsync(new PostgresOptions(connection), cancellation);
        await using var show = new ClusterShow(output, connection, cancellation);
        return await show.RunAsync(nodes);
    }

    private async Task<int> RunAsync(int count)
    {
        for (var number = 1; number <= count; number++) _nodes = _nodes.Add(await NodeProcess.StartAsync(number, connection, number == 1 ? [] : [_nodes[0].Address], cancellation));
        if (await _nodes[0].AskAsync("open", TerminalCount, "", cancellation) is { } why) throw new InvalidOperationException(why);

        var cashiers = new Cashiers(TerminalCount, () => [.. _nodes.Where(static node => node.IsInService)], _clock);
        var selling = cashiers.RunAsync(cancellation);
        await PassAsync(cashiers, selling, $"{count} nodes serve");

        // The first one: it is the oldest, and says where shards stand.
        await _nodes[0].KillAsync(cancellation);
        await PassAsync(cashiers, selling, $"Node 1 was killed (SIGKILL, process {_nodes[0].ProcessId})");

        var exit = await _nodes[1].StopAsync(cancellation);
        await PassAsync(cashiers, selling, $"Node 2 left in good order (exit code {exit})");

        cashiers.Stop();
        await selling;
        var exits = await Task.WhenAll(_nodes.Skip(2).Select(node => node.StopAsync(cancellation)));
        return await ProveAsync(cashiers, [exit, .. exits]);
    }

    /// <summary>Says what happened, waits until every terminal has paid since, and shows where the shards stand then.</summary>
    private async Task PassAsync(Cashiers cashiers, Task selling, string what)
    {
        await output.WriteLineAsync($"{what}.");
        var (before, watch) = (cashiers.Paid.Count, Stopwatch.StartNew());
        await (await Task.WhenAny(selling, cashiers.AllPaidAsync(PaymentsEach, cancellation)));
        await SayAsync($"  {cashiers.Paid.Count - before} payments since, {PaymentsEach} or more on each of {TerminalCount} terminals, in {watch.Elapsed.TotalSeconds:0.0} s; asked again so far: {cashiers.Repeats}.");
        foreach (var node in _nodes)
        {
            var shards = node.IsInService ? await node.ReadShardsAsync(cancellation) : [];
            var says = node.IsInService ? $"{shards.Length,3} shards" : "gone";
            await SayAsync($"  node {node.Number}  process {node.ProcessId,7}  {node.Address,-15}  {says}");
        }
    }

    private async Task<int> ProveAsync(Cashiers cashiers, int[] exits)
    {
        const int corrupt = 4;
        await using var log = await PostgresEventLog.OpenAsync(new PostgresOptions(connection), cancellation);
        var books = await Books.ReadAsync(log, cashiers.Paid, _clock, cancellation);
        var fault = books.Fault ?? (exits.All(static exit => exit == 0) ? null : "A node that was to leave did not end well.");
        if (fault is not null)
        {
            await output.WriteLineAsync($"WRONG: {fault}");
            return corrupt;
        }

        await SayAsync($"Intact. {books.Events} events in {books.Streams} streams: every chain, every posting in balance.");
        await SayAsync($"The books agree: {cashiers.Paid.Count} payments were acknowledged, and each of them is in the log once; no other is.");
        return 0;
    }

    private Task SayAsync(FormattableString line) => output.WriteLineAsync(line.ToString(CultureInfo.InvariantCulture));
}
