using System.Collections.Immutable;
using System.Text.Json;
using Ledger.Contracts.V1;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Api.Reading;

/// <summary>One stream's events from the log, whose reading verifies the chain.</summary>
internal sealed class StreamEvents(IEventLog log)
{
    private const int PageLength = 500;

    /// <summary>Events 1 to <paramref name="version"/>, or those recorded until <paramref name="at"/>; bounded by <see cref="ApiLimits.ReplayEventsMax"/>.</summary>
    /// <exception cref="EventLogCorruptException">The chain is broken; the message says where.</exception>
    public async ValueTask<ImmutableArray<RecordedEvent>> ReadAsync(StreamName stream, long version, Instant? at, CancellationToken cancellation)
    {
        var events = ImmutableArray.CreateBuilder<RecordedEvent>();
        while (events.Count < ApiLimits.ReplayEventsMax)
        {
            var page = await log.ReadStreamAsync(stream, events.Count, PageLength, cancellation);
            foreach (var recorded in page)
            {
                if (recorded.Version > version || (at is { } until && recorded.RecordedAt > until)) return events.ToImmutable();
                events.Add(recorded);
            }

            if (page.Length < PageLength) break;
        }

        return events.ToImmutable();
    }

    public static EventView Of(RecordedEvent recorded)
    {
        using var payload = JsonDocument.Parse(recorded.Payload);
        return new EventView(
            recorded.Version, recorded.Position, recorded.Type, Wire.Of(recorded.RecordedAt), payload.RootElement.Clone(), Convert.ToHexStringLower(recorded.Hash.Span));
    }
}
