using Ledger.Domain;
using NodaTime;

namespace Ledger.EventLog.Verification;

/// <summary>How far a verification is.</summary>
/// <param name="Events">Verified so far.</param>
/// <param name="EventsExpected">What the log held at the start; it may have grown since.</param>
public sealed record VerifyProgress(long Events, long EventsExpected, double EventsPerSecond);

/// <summary>The first event that is not as it was appended.</summary>
/// <param name="Position">Null when only its stream is known.</param>
/// <param name="Stream">Null when not even that can be read.</param>
/// <param name="Why">A sentence for people.</param>
public sealed record BadEvent(long? Position, StreamName? Stream, long? Version, string Why);

/// <param name="Events">How many were found sound before the first bad one.</param>
/// <param name="FirstBad">Null when the whole log is sound.</param>
public sealed record VerifyReport(long Events, long Streams, BadEvent? FirstBad)
{
    public bool IsSound => FirstBad is null;
}

/// <summary>
/// Proves that a log is what was appended: positions and versions without gaps, every chain, every payload, and last the heads, so that no tail
/// is missing. Reads only; may run beside a writer. Keeps about 300 bytes per stream while it runs.
/// </summary>
/// <param name="check">What else must hold for an event (its postings balance): null, or a sentence that says why not. An exception of its is a sentence too.</param>
/// <param name="clock">For the rate alone.</param>
public sealed class LogVerifier(IEventLog log, EventCodec codec, Func<RecordedEvent, ILedgerEvent, string?> check, IClock clock)
{
    private const int PageSize = 1000;

    // A writer that appends while we compare heads makes us look again; this often at most.
    private const int HeadLooksMax = 100;

    /// <param name="progress">Told after every page; null when nobody looks.</param>
    /// <exception cref="EventLogUnavailableException">The log could not be read; nothing is known about it.</exception>
    public async Task<VerifyReport> VerifyAsync(IProgress<VerifyProgress>? progress, CancellationToken cancellation)
    {
        var walk = new LogWalk(codec, check);
        var bad = await WalkAsync(walk, progress, cancellation).ConfigureAwait(false)
            ?? await CompareHeadsAsync(walk, cancellation).ConfigureAwait(false);
        return new VerifyReport(walk.Position, walk.StreamCount, bad);
    }

    private async Task<BadEvent?> WalkAsync(LogWalk walk, IProgress<VerifyProgress>? progress, CancellationToken cancellation)
    {
        var expected = log.LastPosition;
        var start = clock.GetCurrentInstant();
        var count = PageSize;
        while (true)
        {
            try
            {
                var page = await log.ReadAllAsync(walk.Position, count, cancellation).ConfigureAwait(false);
                if (page.IsEmpty) break;
                foreach (var recorded in page)
                {
                    if (walk.Take(recorded) is { } bad) return bad;
                }
            }
            catch (EventLogCorruptException) when (count > 1)
            {
                // Somewhere in this page: one at a time finds out where.
                count = 1;
            }
            catch (EventLogCorruptException exception)
            {
                return new BadEvent(exception.Position ?? walk.Position + 1, exception.Stream, exception.Version, exception.Message);
            }

            progress?.Report(new VerifyProgress(walk.Position, Math.Max(expected, walk.Position), Rate(walk.Position, clock.GetCurrentInstant() - start)));
        }

        return walk.Position < expected
            ? new BadEvent(walk.Position + 1, null, null, $"Events {walk.Position + 1} to {expected} are missing.")
            : null;
    }

    /// <summary>Every stream must end where its head says, and every stream must have a head.</summary>
    private async Task<BadEvent?> CompareHeadsAsync(LogWalk walk, CancellationToken cancellation)
    {
        string? after = null;
        try
        {
            while (await log.ReadHeadsAsync(after, PageSize, cancellation).ConfigureAwait(false) is { IsEmpty: false } heads)
            {
                foreach (var head in heads)
                {
                    if (walk.Compare(head) is not null && await LookAgainAsync(walk, after, cancellation).ConfigureAwait(false) is { } bad) return bad;
                    after = head.Stream.ToString();
                }
            }

            return await FindHeadlessAsync(walk, cancellation).ConfigureAwait(false);
        }
        catch (EventLogCorruptException exception)
        {
            return new BadEvent(exception.Position, exception.Stream, exception.Version, exception.Message);
        }
    }

    /// <summary>The head after <paramref name="after"/> differs: a writer may have moved it since. What is new is taken in, then it is read again.</summary>
    private async Task<BadEvent?> LookAgainAsync(LogWalk walk, string? after, CancellationToken cancellation)
    {
        for (var look = 1; ; look++)
        {
            var heads = await log.ReadHeadsAsync(after, 1, cancellation).ConfigureAwait(false);
            if (await WalkAsync(walk, null, cancellation).ConfigureAwait(false) is { } bad) return bad;
            if (heads.IsEmpty) return new BadEvent(null, null, null, $"The heads after « {after} » are gone.");
            if (walk.Compare(heads[0]) is not { } differs) return null;
            if (look == HeadLooksMax) return differs;
        }
    }

    private async Task<BadEvent?> FindHeadlessAsync(LogWalk walk, CancellationToken cancellation)
    {
        // Streams that began while heads were read, and streams whose head is gone: reading one needs its head.
        foreach (var (stream, version) in walk.WithoutHead())
        {
            var last = await log.ReadStreamAsync(stream, version - 1, 1, cancellation).ConfigureAwait(false);
            if (last.IsEmpty) return new BadEvent(null, stream, version, "The stream has events and no head.");
        }

        return null;
    }

    private static double Rate(long count, Duration elapsed) => elapsed <= Duration.Zero ? 0 : count / elapsed.TotalSeconds;
}
