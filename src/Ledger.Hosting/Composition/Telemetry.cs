using System.Diagnostics.Metrics;
using Ledger.EventLog;
using Ledger.Projections;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Ledger.Hosting.Composition;

/// <summary>
/// A server's measures, for dotnet-counters and, where the environment names a collector, sent to it by OTLP. Their names stand in specs/telemetry.md; no measure says whose a payment was.
/// Any thread.
/// </summary>
internal sealed class Telemetry : IDisposable
{
    /// <summary>OpenTelemetry's own name, which its exporter reads, with the others of its kind.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string ServiceName = "ledger";

    /// <summary>Ours, then the framework's: requests by route and status, connections, and the runtime's own.</summary>
    private static readonly string[] Meters = ["Ledger.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    private readonly Meter _meter = new("Ledger.Server");
    private readonly MeterProvider? _provider;

    private Telemetry(IEventLog log, ReadModels models, bool isSent)
    {
        _meter.CreateObservableGauge("ledger.log.position", () => log.LastPosition, "{event}", "Position of the last event that this server knows.");
        _meter.CreateObservableGauge("ledger.projections.lag", () => Lags(models), "{event}", "Events that a read model has not taken in yet, by projection.");
        if (isSent) _provider = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource()).AddMeter(Meters).AddOtlpExporter().Build();
    }

    /// <param name="isSent">To where <see cref="EndpointVariable"/> says.</param>
    public static Telemetry Start(IEventLog log, ReadModels models, bool isSent) => new(log, models, isSent);

    /// <summary>Sends what is left, for a few seconds at most.</summary>
    public void Dispose()
    {
        _provider?.Dispose();
        _meter.Dispose();
    }

    /// <summary>What the environment says of the service comes last, so it counts.</summary>
    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty().AddService(ServiceName).AddTelemetrySdk().AddEnvironmentVariableDetector();

    private static IEnumerable<Measurement<long>> Lags(ReadModels models) =>
        models.Statuses.Select(static status => new Measurement<long>(status.EventsBehind, new KeyValuePair<string, object?>("projection", status.Name)));
}
