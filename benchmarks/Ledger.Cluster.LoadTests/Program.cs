using System.Diagnostics;
using System.Globalization;
using Ledger.Cluster.Akka;
using Ledger.Cluster.Nodes;
using Ledger.Engine;
using Ledger.EventLog;
using NodaTime;

// Commands per second of callers who each wait for their answer, over a log in memory: through one node of the cluster, and of the embedded engine, in turn, each round with a new log.
const int callers = 256, commandsOfSale = 4, roundCount = 3;
var (warmUp, measured) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5));
var (embedded, cluster) = (new List<double>(), new List<double>());
for (var round = 0; round < roundCount; round++)
{
    embedded.Add(await MeasureAsync(inCluster: false));
    cluster.Add(await MeasureAsync(inCluster: true));
}

Say($"embedded engine: {Median(embedded):n0} commands/s; cluster of one node: {Median(cluster):n0}; medians of {roundCount}, {callers} callers, log in memory");

async Task<double> MeasureAsync(bool inCluster)
{
    await using var log = new InMemoryEventLog();
    await using var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, new EngineOptions { RunsOnCallers = !inCluster });
    await using var node = inCluster ? await ClusterNode.StartAsync(new ClusterNodeOptions("127.0.0.1", 0), engine, CancellationToken.None) : null;
    var sales = new Sales(node?.Engine ?? engine);
    await sales.OpenAsync(callers, CancellationToken.None);

    using var end = new CancellationTokenSource();
    var counts = new long[callers];
    var selling = Enumerable.Range(1, callers).Select(terminal => Task.Run(() => SellAsync(sales, terminal, counts, end.Token))).ToArray();
    await Task.Delay(warmUp);
    var (before, watch) = (counts.Sum(), Stopwatch.StartNew());
    await Task.Delay(measured);
    var rate = (counts.Sum() - before) * commandsOfSale / watch.Elapsed.TotalSeconds;
    await end.CancelAsync();
    await Task.WhenAll(selling);
    Say($"{(inCluster ? "cluster" : "embedded")}: {rate:n0} commands/s");
    return rate;
}

static async Task SellAsync(Sales sales, int terminal, long[] counts, CancellationToken end)
{
    for (var number = 1; !end.IsCancellationRequested; number++)
    {
        await sales.PayAsync(number, Sales.SerialOf(terminal), SystemClock.Instance.GetCurrentInstant(), CancellationToken.None);
        Interlocked.Increment(ref counts[terminal - 1]);
    }
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
