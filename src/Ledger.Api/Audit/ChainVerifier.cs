using Ledger.Contracts.V1;
using Ledger.EventLog;

namespace Ledger.Api.Audit;

/// <summary>Reads streams with their chains, a bounded stretch at a time, in order of name.</summary>
internal sealed class ChainVerifier(IEventLog log)
{
    private const int PageLength = 500;

    /// <param name="afterName">The last stream that was seen; null to begin.</param>
    public async ValueTask<VerifyReply> VerifyAsync(string? afterName, CancellationToken cancellation)
    {
        var (streams, events) = (0, 0L);
        string? seen = null;
        foreach (var head in await log.ReadHeadsAsync(afterName, ApiLimits.VerifyStreamsMax, cancellation))
        {
            if (streams > 0 && events + head.Version > ApiLimits.VerifyEventsMax) return new VerifyReply(streams, events, true, null, seen);
            if (await ProblemOfAsync(head, cancellation) is { } problem) return new VerifyReply(streams, events, false, problem, null);

            (streams, events, seen) = (streams + 1, events + head.Version, head.Stream.ToString());
        }

        return new VerifyReply(streams, events, true, null, streams == ApiLimits.VerifyStreamsMax ? seen : null);
    }

    private async ValueTask<string?> ProblemOfAsync(StreamHead head, CancellationToken cancellation)
    {
        try
        {
            for (var version = 0L; version < head.Version;)
            {
                var page = await log.ReadStreamAsync(head.Stream, version, PageLength, cancellation);
                if (page.IsEmpty) return $"{head.Stream}: version {version + 1} is missing.";
                version = page[^1].Version;
                if (version == head.Version && !page[^1].Hash.Span.SequenceEqual(head.Hash.Span)) return $"{head.Stream}: the head is not the last event's hash.";
            }

            return null;
        }
        catch (EventLogCorruptException broken)
        {
            return broken.Message;
        }
    }
}
