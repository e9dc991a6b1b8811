using System.Diagnostics.Metrics;

namespace Ledger.Engine.Runtime;

/// <summary>Measures for dotnet-counters and OpenTelemetry, under the meter « Ledger.Engine ». Any thread.</summary>
internal sealed class EngineMeter : IDisposable
{
    public const string Name = "Ledger.Engine";

    private static readonly KeyValuePair<string, object?> Accepted = new("outcome", "accepted");
    private static readonly KeyValuePair<string, object?> AlreadyDone = new("outcome", "already_done");
    private static readonly KeyValuePair<string, object?> Rejected = new("outcome", "rejected");

    private readonly Meter _meter = new(Name);
    private readonly Counter<long> _commands;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _failedBatches;
    private readonly Histogram<int> _batchUnits;
    private readonly Histogram<double> _commitSeconds;

    public EngineMeter(Func<int> queueDepth, Func<int> inFlight, Func<int> actors)
    {
        _commands = _meter.CreateCounter<long>("ledger.engine.commands", "{command}", "Commands that got a reply, by outcome.");
        _refused = _meter.CreateCounter<long>("ledger.engine.refused", "{command}", "Commands refused because a mailbox was full.");
        _failedBatches = _meter.CreateCounter<long>("ledger.engine.commits.failed", "{commit}", "Commits that failed.");
        _batchUnits = _meter.CreateHistogram<int>("ledger.engine.commit.size", "{command}", "Commands in one commit.");
        _commitSeconds = _meter.CreateHistogram<double>("ledger.engine.commit.duration", "s", "How long one commit took.");
        _meter.CreateObservableGauge("ledger.engine.queue", queueDepth, "{command}", "Commands and reads that wait for a decision.");
        _meter.CreateObservableGauge("ledger.engine.inflight", inFlight, "{command}", "Commands that are decided and not yet durable.");
        _meter.CreateObservableGauge("ledger.engine.actors", actors, "{actor}", "Streams whose state is in memory.");
    }

    public void Answered(CommandOutcome outcome) => _commands.Add(1, outcome switch
    {
        CommandOutcome.Accepted => Accepted,
        CommandOutcome.AlreadyDone => AlreadyDone,
        CommandOutcome.Rejected => Rejected,
    });

    public void RefusedFull() => _refused.Add(1);

    public void Committed(int units, TimeSpan duration)
    {
        _batchUnits.Record(units);
        _commitSeconds.Record(duration.TotalSeconds);
    }

    public void CommitFailed() => _failedBatches.Add(1);

    public void Dispose() => _meter.Dispose();
}
