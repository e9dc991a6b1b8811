using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Text;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Ledger.EndToEnd.Tests;

/// <summary>What a server tells a collector, and what it does not.</summary>
public sealed class TelemetryTests
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Measures_reach_the_collector_that_the_environment_names_and_say_nothing_of_whose_a_payment_was()
    {
        using var folder = new TemporaryFolder();
        var received = new ConcurrentQueue<byte[]>();
        await using var collector = await CollectAsync(received);
        await using var server = LedgerProcess.Start(
            [$"OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.Single()}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_METRIC_EXPORT_INTERVAL=200"],
            ["serve", "--data", folder.Path, "--urls", "http://127.0.0.1:0"]);
        var url = await server.WaitForUrlAsync();
        var (token, serial) = (await Branch.ActivateAsync(url, ["--data", folder.Path], 1))[0];
        var phone = new Cashier(token, serial, new Random(1)) { MeetsFaults = false };
        await phone.SellAsync(url, () => !phone.Acknowledged.IsEmpty);

        string[] wanted = ["ledger.engine.commands", "ledger.engine.commit.size", "ledger.engine.commit.duration", "ledger.log.position", "ledger.projections.lag", "http.server.request.duration", "history"];
        using var patience = new CancellationTokenSource(PatienceMax);
        while (!wanted.All(Text().Contains)) await Task.Delay(20, patience.Token);

        string[] personal = [token, serial, Branch.Merchant, .. phone.Acknowledged.Keys];
        Assert.DoesNotContain(personal, Text().Contains);

        string Text() => string.Concat(received.Select(Encoding.Latin1.GetString));
    }

    [Fact]
    public async Task The_specification_names_every_measure_of_ours()
    {
        using var folder = new TemporaryFolder();
        var measures = new ConcurrentDictionary<string, string?>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("Ledger.", StringComparison.Ordinal)) measures[instrument.Name] = instrument.Unit;
            },
        };
        listener.Start();
        await using var server = await LedgerServer.StartAsync(ServerParts.Real(ServerSettings.Read([new("DATA", folder.Path), new("URLS", "http://127.0.0.1:0"), new("LOG_LEVEL", "error")]), SystemClock.Instance), default);

        var specified = File.ReadLines(Path.Combine(Repository(), "specs", "telemetry.md"))
            .Where(static line => line.StartsWith("| `ledger.", StringComparison.Ordinal))
            .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(static cells => cells[1].Trim('`'), static cells => (string?)cells[2]);
        Assert.Equal(specified.OrderBy(static pair => pair.Key, StringComparer.Ordinal), measures.OrderBy(static pair => pair.Key, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("collector:4317")]
    [InlineData("localhost")]
    public void An_address_that_is_none_is_refused_and_not_passed_over(string address)
    {
        var refused = Assert.Throws<UsageException>(() => ServerSettings.CollectorOf(address));

        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> CollectAsync(ConcurrentQueue<byte[]> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/v1/metrics", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            received.Enqueue(body.ToArray());
        });
        await app.StartAsync();
        return app;
    }

    private static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
