using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ledger.Testing;

namespace Ledger.EndToEnd.Tests;

/// <summary>What an outsider can prove with an export and specs/events/chain.md alone: nothing of our code is used to recompute.</summary>
public sealed class ExportTests(DemoFixture fixture)
{
    [Fact]
    [Rule("I38")]
    public async Task An_outsider_recomputes_every_chain_from_an_export()
    {
        using var folder = new TemporaryFolder();
        var run = await LedgerProcess.RunAsync("export", "--output", folder.In("events.jsonl"), "--data", fixture.Folder);
        var heads = new Dictionary<string, byte[]>();
        var count = 0L;

        foreach (var line in File.ReadLines(folder.In("events.jsonl")))
        {
            var recorded = JsonDocument.Parse(line).RootElement;
            var stream = recorded.GetProperty("stream").GetString()!;
            var hash = Hash(heads.GetValueOrDefault(stream, new byte[32]), recorded);
            Assert.Equal(++count, recorded.GetProperty("position").GetInt64());
            Assert.Equal(recorded.GetProperty("hash").GetString(), Convert.ToHexStringLower(hash));
            heads[stream] = hash;
        }

        Assert.Equal(0, run.ExitCode);
        Assert.True(count > 200);
    }

    [Fact]
    public async Task One_stream_can_be_exported()
    {
        var run = await LedgerProcess.RunAsync("export", "--stream", "terminal-DEMO000002", "--data", fixture.Folder);
        var lines = run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(lines);
        Assert.All(lines, static line => Assert.Contains("\"stream\":\"terminal-DEMO000002\"", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_there_is_not_written_over()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.In("mine.txt"), "mine");
        var run = await LedgerProcess.RunAsync("export", "--output", folder.In("mine.txt"), "--data", fixture.Folder);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("mine", await File.ReadAllTextAsync(folder.In("mine.txt")));
    }

    private static byte[] Hash(byte[] previous, JsonElement recorded)
    {
        var payload = Encoding.UTF8.GetBytes(recorded.GetProperty("payload").GetString()!);
        using var bytes = new MemoryStream();
        bytes.Write(previous);
        bytes.Write("LEDGER-EVENT-1\n"u8);
        WriteText(bytes, recorded.GetProperty("stream").GetString()!);
        WriteText(bytes, recorded.GetProperty("type").GetString()!);
        WriteNumber(bytes, recorded.GetProperty("version").GetInt64());
        WriteNumber(bytes, recorded.GetProperty("recordedAtNanoseconds").GetInt64());
        bytes.Write(Convert.FromHexString(recorded.GetProperty("commandId").GetString()!));
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, payload.Length);
        bytes.Write(length);
        bytes.Write(payload);
        return SHA256.HashData(bytes.ToArray());
    }

    private static void WriteText(MemoryStream bytes, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)utf8.Length);
        bytes.Write(length);
        bytes.Write(utf8);
    }

    private static void WriteNumber(MemoryStream bytes, long number)
    {
        Span<byte> eight = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(eight, number);
        bytes.Write(eight);
    }
}
