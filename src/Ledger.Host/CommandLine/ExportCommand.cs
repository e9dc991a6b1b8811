using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Ledger.EventLog;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;

namespace Ledger.Host.CommandLine;

/// <summary>
/// `ledger export`: events as JSON lines with all that the chain's hash covers, so that an outsider recomputes it (specs/events/chain.md).
/// The payload is a string: its UTF-8 bytes are the hashed ones.
/// </summary>
internal static class ExportCommand
{
    /// <summary>Events read at a time.</summary>
    private const int PageSize = 1_000;

    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    public static Command Build()
    {
        var (data, log, connection) = (CommonOptions.Data(), CommonOptions.Log(), CommonOptions.Connection());
        var stream = new Option<string?>("--stream") { Description = "Only this stream, its chain verified while reading.", HelpName = "name" };
        var output = new Option<string?>("--output", "-o") { Description = "A new file to write to. Default: stdout.", HelpName = "file" };
        var command = new Command("export", "Write events as JSON lines, with their hashes, for anyone to check.") { data, log, connection, stream, output };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(CommonOptions.ExistingLog(result.GetValue(log), result.GetValue(data), result.GetValue(connection)), StreamOf(result.GetValue(stream)), result.GetValue(output), token),
            cancellation));
        return command;
    }

    private static StreamName? StreamOf(string? text)
    {
        if (text is null) return null;
        return StreamName.TryParse(text, out var name) ? name : throw new UsageException($"« {text} » is no stream's name. One looks like terminal-DEMO000001 or merchant-boulangerie-demo.");
    }

    private static async Task<int> RunAsync(LogPlace place, StreamName? stream, string? output, CancellationToken cancellation)
    {
        await using var log = await place.OpenForReadingAsync(cancellation);
        await using var target = OpenTarget(output);
        var count = stream is { } name ? await ExportStreamAsync(log, name, target, cancellation) : await ExportAllAsync(log, target, cancellation);
        await target.FlushAsync(cancellation);
        if (stream is not null && count == 0) throw new UsageException($"There is no stream {stream} in this log.");

        await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{count} events exported."));
        return ExitCode.Ok;
    }

    private static Stream OpenTarget(string? output)
    {
        if (output is null) return Console.OpenStandardOutput();
        if (File.Exists(output)) throw new UsageException($"{output} is there already. Give the name of a new file.");

        return new FileStream(output, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
    }

    private static async Task<long> ExportAllAsync(IEventLog log, Stream target, CancellationToken cancellation)
    {
        using var progress = new ProgressLine("exporting", "events");
        var last = log.LastPosition;
        var position = 0L;
        while (position < last)
        {
            var page = await log.ReadAllAsync(position, PageSize, cancellation);
            if (page.IsEmpty) break;

            foreach (var recorded in page) await WriteAsync(target, recorded, cancellation);
            position = page[^1].Position;
            progress.Report(position, last);
        }

        return position;
    }

    private static async Task<long> ExportStreamAsync(IEventLog log, StreamName stream, Stream target, CancellationToken cancellation)
    {
        var version = 0L;
        while (true)
        {
            var page = await log.ReadStreamAsync(stream, version, PageSize, cancellation);
            if (page.IsEmpty) return version;

            foreach (var recorded in page) await WriteAsync(target, recorded, cancellation);
            version = page[^1].Version;
        }
    }

    private static ValueTask WriteAsync(Stream target, RecordedEvent recorded, CancellationToken cancellation)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(buffer, Format))
        {
            json.WriteStartObject();
            json.WriteNumber("position", recorded.Position);
            json.WriteString("stream", recorded.Stream.ToString());
            json.WriteNumber("version", recorded.Version);
            json.WriteString("type", recorded.Type);
            json.WriteNumber("recordedAtNanoseconds", ChainHash.ToNanoseconds(recorded.RecordedAt));
            json.WriteString("recordedAt", recorded.RecordedAt.ToString("uuuu-MM-dd'T'HH:mm:ss.FFFFFFFFF'Z'", CultureInfo.InvariantCulture));
            json.WriteString("commandId", recorded.CommandId.ToString("N"));
            json.WriteString("payload", recorded.Payload.Span);
            json.WriteString("hash", Convert.ToHexStringLower(recorded.Hash.Span));
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return target.WriteAsync(buffer.WrittenMemory, cancellation);
    }
}
