using System.Diagnostics;
using Ledger.Domain.Terminals;
using Ledger.EventLog;
using Ledger.EventLog.Conformance;
using Marten;
using NodaTime;
using Weasel.Core;

namespace Ledger.Cluster.Marten.Tests;

/// <summary>
/// What this log costs beside plain Marten, on one server and in turn. Asserts nothing about time, and runs only when it is asked for:
/// <c>dotnet run -c Release --project tests/Ledger.Cluster.Marten.Tests -- -explicit only -showliveoutput</c>.
/// </summary>
public sealed class Measurement(MartenFixture fixture, ITestOutputHelper output)
{
    private const int Runs = 3;
    private const int UnitsPerBatch = 256;
    private const int Batches = 20;
    private const int Sessions = 1_000;

    private static readonly Instant At = Instant.FromUtc(2026, 11, 22, 8, 0);

    private int _numbers;

    [Fact(Explicit = true)]
    public async Task Batches_of_this_log_beside_a_session_of_Marten_for_each_event()
    {
        var options = await fixture.CreateLogAsync();
        await using var log = await MartenEventLog.OpenAsync(options, default);
        using var plain = DocumentStore.For(store =>
        {
            store.Connection(options.ConnectionString);
            store.DatabaseSchemaName = "plain";
            store.UseSystemTextJsonForSerialization(casing: Casing.CamelCase);
            store.Events.StreamIdentity = JasperFx.Events.StreamIdentity.AsString;
            store.Events.AddEventType<OwnNumberTaken>();
        });
        await plain.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        await WriteBatchesAsync(log, 1);
        await WriteSessionsAsync(plain, 10);

        var rates = new List<(double Batches, double Singles, double Sessions)>();
        for (var run = 0; run < Runs; run++)
        {
            rates.Add((
                await RateAsync(Batches * UnitsPerBatch, () => WriteBatchesAsync(log, Batches)),
                await RateAsync(Sessions, () => WriteSinglesAsync(log, Sessions)),
                await RateAsync(Sessions, () => WriteSessionsAsync(plain, Sessions))));
        }

        output.WriteLine($"This log, batches of {UnitsPerBatch} units: median {Median(rates.Select(static rate => rate.Batches)):N0} events/s of {Text(rates.Select(static rate => rate.Batches))}");
        output.WriteLine($"This log, one unit a batch: median {Median(rates.Select(static rate => rate.Singles)):N0} events/s of {Text(rates.Select(static rate => rate.Singles))}");
        output.WriteLine($"Marten, FetchForWriting and one event a session: median {Median(rates.Select(static rate => rate.Sessions)):N0} events/s of {Text(rates.Select(static rate => rate.Sessions))}");
    }

    private async Task WriteBatchesAsync(MartenEventLog log, int count)
    {
        for (var batch = 0; batch < count; batch++) await Appender.AppendAsync(log, [.. Enumerable.Range(0, UnitsPerBatch).Select(_ => NextUnit())]);
    }

    private async Task WriteSinglesAsync(MartenEventLog log, int count)
    {
        for (var number = 0; number < count; number++) await Appender.AppendAsync(log, NextUnit());
    }

    private async Task WriteSessionsAsync(DocumentStore store, int count)
    {
        for (var number = 0; number < count; number++)
        {
            await using var session = store.LightweightSession();
            var stream = await session.Events.FetchForWriting<TerminalNumbers>($"terminal-{++_numbers}");
            stream.AppendOne(new OwnNumberTaken(_numbers));
            await session.SaveChangesAsync();
        }
    }

    /// <summary>A new stream each, as most transactions are.</summary>
    private AppendUnit NextUnit()
    {
        var number = ++_numbers;
        var id = Appender.CommandId(number);
        var stream = new StreamName("terminal", $"{number}");
        var encoded = EventCodec.Default.Encode(new TerminalEvent.NumberTaken(id, number % 999_999, At));
        return new AppendUnit(Appender.Command(id), [new StreamWrite(stream, 0, [EventEncoder.Chain(ChainHash.Genesis, stream, 1, At, id, encoded)])]);
    }

    private static async Task<double> RateAsync(int events, Func<Task> run)
    {
        var begun = Stopwatch.GetTimestamp();
        await run();
        return events / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static double Median(IEnumerable<double> rates) => rates.Order().ElementAt(Runs / 2);

    private static string Text(IEnumerable<double> rates) => string.Join(", ", rates.Select(static rate => $"{rate:N0}"));
}
