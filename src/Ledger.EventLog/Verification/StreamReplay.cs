using System.Runtime.CompilerServices;
using Ledger.Domain;
using NodaTime;

namespace Ledger.EventLog.Verification;

/// <summary>Where a replay ends: at a version, at an instant, or at the stream's end.</summary>
/// <param name="Version">The last version to read; null for no such limit.</param>
/// <param name="Instant">Ends before the first event that was recorded after it; null for no such limit.</param>
public sealed record ReplayLimit(long? Version, Instant? Instant)
{
    public static ReplayLimit None { get; } = new(null, null);
}

/// <summary>One event as it is stored, and as what it means today.</summary>
public sealed record ReplayedEvent(RecordedEvent Recorded, ILedgerEvent Event);

/// <summary>Reads one stream again from its first event, with its chain verified on the way.</summary>
public static class StreamReplay
{
    private const int PageSize = 500;

    /// <summary>
    /// The stream as it was: always its first events without a hole, so that folding them gives a state that once was, also where the clock
    /// had been set back meanwhile.
    /// </summary>
    /// <exception cref="EventLogCorruptException">An event is not as it was appended.</exception>
    /// <exception cref="UnknownEventTypeException">An event is of a type that this version does not know.</exception>
    public static async IAsyncEnumerable<ReplayedEvent> ReadAsync(
        IEventLog log, EventCodec codec, StreamName stream, ReplayLimit limit, [EnumeratorCancellation] CancellationToken cancellation)
    {
        long version = 0;
        while (await log.ReadStreamAsync(stream, version, PageSize, cancellation).ConfigureAwait(false) is { IsEmpty: false } page)
        {
            foreach (var recorded in page)
            {
                if (limit.Version < recorded.Version || limit.Instant < recorded.RecordedAt) yield break;
                yield return new ReplayedEvent(recorded, codec.Decode(recorded));
            }

            version = page[^1].Version;
        }
    }
}
