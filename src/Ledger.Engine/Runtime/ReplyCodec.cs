using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Ledger.Domain;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>
/// A reply as it is kept with its command. Layout 2: the layout's number, outcome, rejection (length 0 for none: category, code, name), count of
/// versions, then each stream's name and version. A name is 1 and 16 bytes for a transaction, or 0 and its text; a version has seven bits a byte,
/// lowest first; other numbers are big-endian, texts a length byte and ASCII. The position is left out: the commit gives it, and the log has it.
/// Stored, so the layout changes only by a new number; layout 1 was never released.
/// </summary>
internal static class ReplyCodec
{
    private const byte Layout = 2;
    private const byte TextName = 0;
    private const byte TransactionName = 1;
    private const int VersionLengthMax = 9;

    public static byte[] Encode(CommandOutcome outcome, CommandRejection? rejection, ImmutableArray<StreamVersion> versions)
    {
        Span<byte> buffer = stackalloc byte[LengthMax(rejection, versions)];
        var writer = new Writer(buffer);
        writer.Byte(Layout);
        writer.Byte((byte)outcome);
        writer.Text(rejection?.Category ?? "");
        if (rejection is not null)
        {
            writer.Int32(rejection.Code);
            writer.Text(rejection.Name);
        }

        writer.Byte((byte)versions.Length);
        foreach (var (stream, version) in versions)
        {
            writer.Name(stream);
            writer.Version(version);
        }

        Invariant.Holds(writer.Written.Length <= CommandRecord.ReplyLengthMax);
        return writer.Written.ToArray();
    }

    /// <inheritdoc cref="Decode(ReadOnlySpan{byte}, Guid)"/>
    public static CommandReply Decode(CommandRecord record) => Decode(record.Reply.Span, record.Id);

    /// <summary>A stored reply, with <see cref="CommandReply.Replayed"/> and without its position.</summary>
    /// <exception cref="EventLogCorruptException">The bytes are no reply of a layout that this version knows.</exception>
    public static CommandReply Decode(ReadOnlySpan<byte> bytes, Guid id)
    {
        try
        {
            var reader = new Reader(bytes);
            if (reader.Byte() != Layout) throw new InvalidDataException("its layout is not known");
            var outcome = (CommandOutcome)reader.Byte();
            if (!Enum.IsDefined(outcome)) throw new InvalidDataException("its outcome is not known");
            var category = reader.Text();
            var rejection = category.Length == 0 ? null : new CommandRejection(category, reader.Int32(), reader.Text());
            var versions = ImmutableArray.CreateBuilder<StreamVersion>(reader.Byte());
            while (versions.Count < versions.Capacity) versions.Add(new StreamVersion(reader.Name(), reader.Version()));
            return new CommandReply(outcome, rejection, versions.MoveToImmutable(), Position: 0, Replayed: true);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidDataException or IndexOutOfRangeException)
        {
            throw new EventLogCorruptException(
                $"The stored reply to command {id:N} cannot be read: {exception.Message} If a newer version wrote it, use that version.", exception);
        }
    }

    private static int LengthMax(CommandRejection? rejection, ImmutableArray<StreamVersion> versions) =>
        2 + 1 + 1 + (rejection is null ? 0 : rejection.Category.Length + 4 + 1 + rejection.Name.Length) + (versions.Length * (2 + StreamName.LengthMax + VersionLengthMax));

    private ref struct Writer(Span<byte> destination)
    {
        private readonly Span<byte> _destination = destination;
        private int _at;

        public readonly ReadOnlySpan<byte> Written => _destination[.._at];

        public void Byte(byte value) => _destination[_at++] = value;

        public void Int32(int value)
        {
            BinaryPrimitives.WriteInt32BigEndian(_destination[_at..], value);
            _at += sizeof(int);
        }

        public void Version(long value)
        {
            for (; value > 0x7F; value >>= 7) Byte((byte)((value & 0x7F) | 0x80));
            Byte((byte)value);
        }

        public void Name(StreamName stream)
        {
            if (stream.IsIn(Domain.Transactions.Transaction.Category) && stream.TryGetGuid(out var id))
            {
                Byte(TransactionName);
                id.TryWriteBytes(_destination[_at..], bigEndian: true, out var written);
                _at += written;
                return;
            }

            Byte(TextName);
            var length = stream.WriteUtf8(_destination[(_at + 1)..]);
            Byte(checked((byte)length));
            _at += length;
        }

        /// <summary>A name of an enum case or of a category.</summary>
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

        public long Version()
        {
            var value = 0L;
            for (var shift = 0; shift < 7 * VersionLengthMax; shift += 7)
            {
                var next = Byte();
                value |= (long)(next & 0x7F) << shift;
                if (next <= 0x7F) return value;
            }

            throw new InvalidDataException("a version is too long");
        }

        public StreamName Name() => Byte() switch
        {
            TransactionName => new StreamName(Domain.Transactions.Transaction.Category, new Guid(Take(16), bigEndian: true)),
            TextName => StreamName.Parse(Text()),
            _ => throw new InvalidDataException("a name is of a kind that is not known"),
        };

        public string Text() => Encoding.ASCII.GetString(Take(Byte()));

        private ReadOnlySpan<byte> Take(int length)
        {
            _at += length;
            return _source[(_at - length).._at];
        }
    }
}
