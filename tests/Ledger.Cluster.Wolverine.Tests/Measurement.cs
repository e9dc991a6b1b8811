using System.Diagnostics;
using Ledger.EventLog;
using Ledger.EventLog.Copying;
using Ledger.Postgres.Fixture;
using Ledger.Projections.Conformance;

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>
/// How fast a log is told to a queue in the database. Asserts nothing about time, and runs only when it is asked for:
/// <c>dotnet run -c Release --project tests/Ledger.Cluster.Wolverine.Tests -- -explicit only -showliveoutput</c>.
/// </summary>
public sealed class Measurement(PostgresFixture postgres, ITestOutputHelper output)
{
    private const int Runs = 3;

    /// <summary>Of four events each, the last of which has a message.</summary>
    private const int Payments = 20_000;

    [Fact(Explicit = true)]
    public async Task Messages_told_of_a_log_that_is_there()
    {
        await using var told = new InMemoryEventLog();
        var writer = new LogWriter(told);
        for (var number = 1; number <= Payments; number++) writer.Append(Sample.StreamOf(Sample.Payment(number)), [.. Sample.Paid(number)]);

        var rates = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            await using var bench = await Bench.CreateAsync(postgres);
            await new LogCopy(told, bench.Log).RunAsync(null, default);
            var (begun, client, server) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, postgres.Server.ProcessorTime());
            await bench.StartServiceAsync();
            await bench.UntilToldAsync();
            var took = Stopwatch.GetElapsedTime(begun);
            Assert.Equal(Payments, await bench.CountAsync("wolverine_queue_ledger_events"));
            if (run == 0) continue;
            rates.Add(Payments / took.TotalSeconds);
            var processor = Environment.CpuUsage.TotalTime - client + postgres.Server.ProcessorTime() - server;
            output.WriteLine($"{rates[^1]:N0} messages/s, {(processor / Payments).TotalMicroseconds:N0} µs of processor time each, client and server");
        }

        output.WriteLine($"Median {rates.Order().ElementAt(Runs / 2):N0} messages/s");
    }
}
