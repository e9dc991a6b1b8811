using System.Diagnostics;
using Ledger.EventLog.Sqlite;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;

namespace Ledger.LoadTests.Peers;

/// <summary>Measures one peer: prepares and commits batch after batch, and counts the commits' time alone.</summary>
internal static class PeerRun
{
    private const int PageCountMax = 4_096;

    /// <param name="source">A closed log in which every command gave one event.</param>
    /// <param name="commands">In <paramref name="source"/>.</param>
    /// <returns>Rate in commands a second; latencies of the commits.</returns>
    public static async Task<(double Rate, Latencies Commits)> RunAsync(PeerKind kind, string source, long commands, string folder, IProgressBoard progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        try
        {
            await using var log = SqliteEventLog.OpenReadOnly(source);
            await using var peer = await kind.OpenAsync(new PeerPlace(folder, source), cancellation);
            return await CommitAllAsync(kind, peer, log, commands, progress, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(double Rate, Latencies Commits)> CommitAllAsync(
        PeerKind kind, IPeer peer, SqliteEventLog log, long commands, IProgressBoard progress, CancellationToken cancellation)
    {
        var (asked, ticks, recorder) = (Math.Min(commands, kind.CommandsMax), 0L, new LatencyRecorder());
        using var bar = progress.Start(peer.Name, asked, "commands");
        for (var first = 0L; first < asked;)
        {
            var appends = await ReadAsync(log, first, (int)Math.Min(kind.BatchCommands, asked - first), cancellation);
            await peer.PrepareAsync(new PeerBatch(first, appends.Count, commands, appends), cancellation);
            var startedAt = Stopwatch.GetTimestamp();
            await peer.CommitAsync(cancellation);
            var endedAt = Stopwatch.GetTimestamp();
            recorder.Record(startedAt, endedAt);
            ticks += endedAt - startedAt;
            first += appends.Count;
            bar.Advance(appends.Count);
        }

        return (asked / (ticks / (double)Stopwatch.Frequency), recorder.Summarise());
    }

    private static async Task<IReadOnlyList<PeerAppend>> ReadAsync(SqliteEventLog log, long after, int count, CancellationToken cancellation)
    {
        var appends = new List<PeerAppend>(count);
        while (appends.Count < count)
        {
            var page = await log.ReadAllAsync(after + appends.Count, Math.Min(PageCountMax, count - appends.Count), cancellation);
            if (page.IsEmpty) throw new InvalidDataException($"The source log ends at {after + appends.Count}; it was to hold one event per command.");

            appends.AddRange(page.Select(static recorded => new PeerAppend(
                recorded.Stream.ToString(), recorded.Version, recorded.CommandId, recorded.Type, recorded.RecordedAt.ToDateTimeOffset(), recorded.Payload, recorded.Hash)));
        }

        return appends;
    }
}
