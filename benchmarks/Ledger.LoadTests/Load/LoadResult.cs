using System.Diagnostics;

namespace Ledger.LoadTests.Load;

/// <summary>What one worker of a run counts. One thread at a time touches it; merged into one when all have ended.</summary>
internal sealed class Tally(long startedAt, TimeSpan interval)
{
    public LatencyRecorder Latency { get; } = new();

    public Throughput Throughput { get; } = new(startedAt, interval);

    /// <summary>Were meant to be sent.</summary>
    public long Offered { get; set; }

    /// <summary>Were refused because too much was waiting (MailboxFull, 503).</summary>
    public long Refused { get; set; }

    /// <summary>Were not sent because the generator's own bound of outstanding calls was reached.</summary>
    public long Unsent { get; set; }

    /// <summary>Ended in any other way than accepted; none may in a good run.</summary>
    public long Failed { get; private set; }

    public string? FirstFailure { get; private set; }

    /// <summary>When the last one was answered; the start while none was.</summary>
    public long LastDoneAt { get; private set; } = startedAt;

    public void Accept(long dueAt, long doneAt)
    {
        Latency.Record(dueAt, doneAt);
        Throughput.Add(doneAt);
        LastDoneAt = Math.Max(LastDoneAt, doneAt);
    }

    public void Fail(string reason)
    {
        FirstFailure ??= reason;
        Failed++;
    }

    public void Merge(Tally other)
    {
        Latency.Merge(other.Latency);
        Throughput.Merge(other.Throughput);
        Offered += other.Offered;
        Refused += other.Refused;
        Unsent += other.Unsent;
        Failed += other.Failed;
        FirstFailure ??= other.FirstFailure;
        LastDoneAt = Math.Max(LastDoneAt, other.LastDoneAt);
    }
}

/// <summary>One run of load.</summary>
/// <param name="Seconds">From the start to the last answer.</param>
internal sealed record LoadResult(double Seconds, Tally Tally)
{
    /// <summary>Accepted a second.</summary>
    public double Rate => Seconds > 0 ? Tally.Throughput.Total / Seconds : 0;

    public long Accepted => Tally.Throughput.Total;

    public Latencies Latencies => Tally.Latency.Summarise();

    /// <exception cref="InvalidOperationException">Something was answered with what no run of this kind may be answered with: the figures would say nothing.</exception>
    public LoadResult Checked() =>
        Tally.Failed == 0 ? this : throw new InvalidOperationException($"{Tally.Failed} calls failed; the first: {Tally.FirstFailure}. The run says nothing: mend that first.");

    public static LoadResult Of(long startedAt, IEnumerable<Tally> tallies, TimeSpan interval)
    {
        var all = new Tally(startedAt, interval);
        foreach (var tally in tallies) all.Merge(tally);
        return new LoadResult(Stopwatch.GetElapsedTime(startedAt, all.LastDoneAt).TotalSeconds, all);
    }
}
