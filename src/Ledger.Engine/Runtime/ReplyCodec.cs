using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Ledger.Domain;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>
/// A reply as it is kept with its command. Layout 1: the layout's number (1), outcome, rejection (length 0 for none: category, code, name),
/// count of versions, then each stream's name and version; numbers are big-endian, texts a length byte and UTF-8. The position is left out:
/// the commit gives it, and the log has it. Stored, so the layout changes only by a new number.
/// </summary>
internal static class ReplyCodec
{
    private const byte Layout = 1;

    public static byte[] Encode(CommandReply reply)
    {
        var bytes = new byte[LengthOf(reply)];
        var writer = new Writer(bytes);
        writer.Byte(Layout);
        writer.Byte((byte)reply.Outcome);
        writer.Text(reply.Rejection?.Category ?? "");
        if (reply.Rejection is { } rejection)
        {
            writer.Int32(rejection.Code);
            writer.Text(rejection.Name);
        }

        writer.Byte((byte)reply.Versions.Length);
        foreach (var (stream, version) in reply.Versions)
        {
            writer.Text(stream.Category);
            writer.Text(stream.Id);
            writer.Int64(version);
        }

        Invariant.Holds(writer.IsFull && bytes.Length <= CommandRecord.ReplyLengthMax);
        return bytes;
    }

    /// <summary>A stored reply, with <see cref="CommandReply.Replayed"/> and without its position.</summary>
    /// <exception cref="EventLogCorruptException">The bytes are no reply of a layout that this version knows.</exception>
    public static CommandReply Decode(CommandRecord record)
    {
        try
        {
            var reader = new Reader(record.Reply.Span);
            if (reader.Byte() != Layout) throw new InvalidDataException("its layout is not known");
            var outcome = (CommandOutcome)reader.Byte();
            if (!Enum.IsDefined(outcome)) throw new InvalidDataException("its outcome is not known");
            var category = reader.Text();
            var rejection = category.Length == 0 ? null : new CommandRejection(category, reader.Int32(), reader.Text());
            var versions = ImmutableArray.CreateBuilder<StreamVersion>(reader.Byte());
            while (versions.Count < versions.Capacity) versions.Add(new StreamVersion(new StreamName(reader.Text(), reader.Text()), reader.Int64()));
            return new CommandReply(outcome, rejection, versions.MoveToImmutable(), Position: 0, Replayed: true);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or IndexOutOfRangeException)
        {
            throw new EventLogCorruptException(
                $"The stored reply to command {record.Id:N} cannot be read: {exception.Message} If a newer version wrote it, use that version.", exception);
        }
    }

    private static int LengthOf(CommandReply reply)
    {
        var length = 2 + 1 + 1;
        if (reply.Rejection is { } rejection) length += rejection.Category.Length + 4 + 1 + rejection.Name.Length;
        foreach (var (stream, _) in reply.Versions) length += 1 + stream.Category.Length + 1 + stream.Id.Length + 8;
        return length;
    }

    /// <summary>All texts are ASCII: stream names and names of enum cases.</summary>
    private ref struct Writer(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;
        private int _at;

        public readonly bool IsFull => _at == _destination.Length;

        public void Byte(byte value) => _destination[_at++] = value;

        public void Int32(int value)
        {
            BinaryPrimitives.WriteInt32BigEndian(_destination[_at..], value);
            _at += sizeof(int);
        }

        public void Int64(long value)
        {
            BinaryPrimitives.WriteInt64BigEndian(_destination[_at..], value);
            _at += sizeof(long);
        }

        public void Text(string value)
        {
            Byte(checked((byte)value.Length));
            if (Ascii.FromUtf16(value, _destination[_at..], out var written) != OperationStatus.Done) throw new InvariantException($"« {value} » is no ASCII text");
            _at += written;
        }
    }

    private ref struct Reader(ReadOnlySpan<byte> source)
    {
        private readonly ReadOnlySpan<byte> _source = source;
        private int _at;

        public byte Byte() => _source[_at++];

        public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

        public long Int64() => BinaryPrimitives.ReadInt64BigEndian(Take(sizeof(long)));

        public string Text() => Encoding.UTF8.GetString(Take(Byte()));

        private ReadOnlySpan<byte> Take(int length)
        {
            _at += length;
            return _source[(_at - length).._at];
        }
    }
}
