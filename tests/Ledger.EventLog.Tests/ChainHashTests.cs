using System.Text;
using Ledger.Testing;
using NodaTime;

namespace Ledger.EventLog.Tests;

public sealed class ChainHashTests
{
    [Fact, Rule("I38")]
    public void The_worked_vector_of_the_specification_is_what_is_computed()
    {
        var blocks = Block("vector").Split("\n\n");
        var stream = StreamName.Parse(Fields(blocks[0])["stream"]);
        var previous = ChainHash.Genesis.ToArray();
        foreach (var fields in blocks[1..].Select(Fields))
        {
            var encoded = new EncodedEvent(fields["type"], Encoding.UTF8.GetBytes(fields["payload"]));
            var chained = EventEncoder.Chain(
                previous, stream, Number(fields["version"]), ChainHash.FromNanoseconds(Number(fields["recorded_at"])), Guid.Parse(fields["command_id"]), encoded);

            Assert.Equal(fields["hash"], Convert.ToHexStringLower(chained.Hash.Span));
            Assert.NotNull(EventCodec.Default.Decode(encoded.Type, encoded.Payload.Span));
            previous = chained.Hash.ToArray();
        }

        Assert.Equal(3, blocks.Length);
    }

    [Fact, Rule("I38")]
    public void Every_part_of_an_event_counts()
    {
        var stream = new StreamName("thing", "1");
        var at = Instant.FromUtc(2026, 11, 22, 8, 15);
        var command = Guid.Parse("0192a7b4c5d68e7fa8b9cadbecfdae99");
        byte[] other = [1, .. ChainHash.Genesis.ToArray()[1..]];
        var longPayload = new byte[10_000];
        string[] hashes =
        [
            Hash(ChainHash.Genesis.ToArray(), stream, 1, "a.1", at, command, "{}"u8),
            Hash(other, stream, 1, "a.1", at, command, "{}"u8),
            Hash(ChainHash.Genesis.ToArray(), new StreamName("thing", "2"), 1, "a.1", at, command, "{}"u8),
            Hash(ChainHash.Genesis.ToArray(), stream, 2, "a.1", at, command, "{}"u8),
            Hash(ChainHash.Genesis.ToArray(), stream, 1, "a.2", at, command, "{}"u8),
            Hash(ChainHash.Genesis.ToArray(), stream, 1, "a.1", at.PlusNanoseconds(1), command, "{}"u8),
            Hash(ChainHash.Genesis.ToArray(), stream, 1, "a.1", at, Guid.Empty, "{}"u8),
            Hash(ChainHash.Genesis.ToArray(), stream, 1, "a.1", at, command, "{} "u8),
            Hash(ChainHash.Genesis.ToArray(), stream, 1, "a.1", at, command, longPayload),
        ];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Theory]
    [InlineData("transaction-0192")]
    [InlineData("remittance-boulangerie-1-2026-11-22")]
    [InlineData("terminal-TPE000042")]
    public void A_stream_name_comes_back_from_its_text(string text)
    {
        var name = StreamName.Parse(text);
        Assert.Equal(text, name.ToString());
        Assert.Equal(name, new StreamName(name.Category, name.Id));
        Assert.Equal(name.GetHashCode(), new StreamName(name.Category, name.Id).GetHashCode());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("thing-")]
    [InlineData("thing")]
    [InlineData("Thing-1")]
    [InlineData("thing-é")]
    [InlineData("thing-a b")]
    [InlineData("thing-a/b")]
    public void What_is_no_stream_name_is_refused(string? text)
    {
        Assert.False(StreamName.TryParse(text, out _));
        if (text is not null) Assert.Throws<ArgumentException>(() => StreamName.Parse(text));
    }

    [Fact]
    public void A_stream_name_has_at_most_128_characters()
    {
        Assert.True(StreamName.TryParse("thing-" + new string('a', StreamName.LengthMax - 6), out _));
        Assert.False(StreamName.TryParse("thing-" + new string('a', StreamName.LengthMax - 5), out _));
    }

    /// <summary>The text of one fenced block of chain.md.</summary>
    internal static string Block(string language)
    {
        var text = File.ReadAllText(SpecFile.PathOf("events", "chain.md"));
        var start = text.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return text[start..text.IndexOf("\n```", start, StringComparison.Ordinal)];
    }

    private static Dictionary<string, string> Fields(string block) =>
        block.Split('\n').Select(line => line.Split(" = ", 2)).ToDictionary(parts => parts[0], parts => parts[1]);

    private static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string Hash(byte[] previous, StreamName stream, long version, string type, Instant at, Guid command, ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[ChainHash.Length];
        ChainHash.Compute(previous, stream, version, type, at, command, payload, hash);
        return Convert.ToHexString(hash);
    }
}
