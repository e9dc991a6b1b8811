using System.Globalization;
using System.Text;
using System.Text.Json;
using Ledger.EventLog;
using Ledger.EventLog.Verification;
using NodaTime;
using Spectre.Console;

namespace Ledger.Host.Audit;

/// <summary>One event of a replay, and the stream's state right after it.</summary>
internal sealed record ReplayRow(RecordedEvent Recorded, string State);

/// <summary>A stream replayed: its chain was verified while it was read.</summary>
internal sealed record Replay(StreamName Stream, IReadOnlyList<ReplayRow> Rows)
{
    /// <summary>Events of one replay; far above what a stream of this domain holds, a terminal's years included.</summary>
    private const int EventsMax = 1_000_000;

    public string Head => Convert.ToHexStringLower(Rows[^1].Recorded.Hash.Span);

    /// <exception cref="EventLogCorruptException">An event is not as it was appended.</exception>
    public static async Task<Replay> ReadAsync(IEventLog log, StreamName stream, ReplayLimit limit, CancellationToken cancellation)
    {
        var rows = new List<ReplayRow>();
        var fold = StreamFold.For(stream.Category);
        await foreach (var replayed in StreamReplay.ReadAsync(log, EventCodec.Default, stream, limit, cancellation))
        {
            fold?.Apply(replayed.Event);
            rows.Add(new ReplayRow(replayed.Recorded, fold?.StateName ?? "?"));
            if (rows.Count == EventsMax) break;
        }

        return new Replay(stream, rows);
    }

    public void Print(IAnsiConsole console)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{Stream.ToString().EscapeMarkup()}[/]");
        var table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("version", "recorded at (UTC)", "event", "state after it", "hash");
        foreach (var (recorded, state) in Rows)
        {
            table.AddRow(
                recorded.Version.ToString(CultureInfo.InvariantCulture),
                Format(recorded.RecordedAt),
                recorded.Type.EscapeMarkup(),
                state.EscapeMarkup(),
                $"{Convert.ToHexStringLower(recorded.Hash.Span)[..16]}…");
        }

        console.Write(table);
        console.MarkupLine($"Chain verified: {Rows.Count} events, each hash recomputed from the one before; head {Head}");
    }

    public object ToJson() => new
    {
        stream = Stream.ToString(),
        version = Rows[^1].Recorded.Version,
        head = Head,
        chainVerified = true,
        state = Rows[^1].State,
        events = Rows.Select(static row => new
        {
            position = row.Recorded.Position,
            version = row.Recorded.Version,
            type = row.Recorded.Type,
            recordedAt = Format(row.Recorded.RecordedAt),
            commandId = row.Recorded.CommandId.ToString("N"),
            payload = JsonDocument.Parse(Encoding.UTF8.GetString(row.Recorded.Payload.Span)).RootElement,
            hash = Convert.ToHexStringLower(row.Recorded.Hash.Span),
            state = row.State,
        }),
    };

    private static string Format(Instant instant) => instant.ToString("uuuu-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
