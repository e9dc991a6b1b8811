using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka.Wire;

/// <summary>
/// The bytes of each message: a layout number, then its fields in order, numbers little-endian, texts and blocks with their length before them. Sent between versions, so a layout
/// changes only by a new number. Safe for any thread.
/// </summary>
internal static class WireFormat
{
    /// <summary>In 1, which nothing was released with, calls had no number.</summary>
    private const byte Layout = 2;

    /// <summary>Longest body of one command, in bytes.</summary>
    public const int BodyLengthMax = 2 * 1024 * 1024;

    public static byte[] Write(IWireMessage message)
    {
        using var stream = new MemoryStream(512);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write(Layout);
            switch (message)
            {
                case ExecuteCommand execute:
                    writer.Write(execute.CallNumber);
                    Write(writer, execute.Command);
                    break;
                case CommandAnswered answered:
                    writer.Write(answered.CallNumber);
                    Write(writer, answered.Reply);
                    break;
                case CommandFailed failed:
                    writer.Write(failed.CallNumber);
                    Write(writer, FailureCodec.Encode(failed.Error));
                    break;
                default: throw new System.Diagnostics.UnreachableException();
            }
        }

        return stream.ToArray();
    }

    /// <summary>Reads one message whole.</summary>
    /// <exception cref="WireException">The bytes are not what they should be.</exception>
    public static T Read<T>(byte[] bytes, Func<BinaryReader, T> read)
    {
        try
        {
            using var stream = new MemoryStream(bytes, writable: false);
            using var reader = new BinaryReader(stream, Encoding.UTF8);
            var layout = reader.ReadByte();
            if (layout != Layout) throw new WireException($"Its layout is {layout}, and this version knows {Layout}.");
            var message = read(reader);
            if (stream.Position != stream.Length) throw new WireException($"There are {stream.Length - stream.Position} bytes too many.");
            return message;
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or FormatException or OverflowException)
        {
            throw new WireException($"A message of {bytes.Length} bytes cannot be read: {exception.Message}", exception);
        }
    }

    public static EngineCommand ReadCommand(BinaryReader reader)
    {
        var id = ReadGuid(reader);
        var fingerprint = ReadBlock(reader, SHA256.HashSizeInBytes);
        var isReadAfter = reader.ReadBoolean();
        var parts = ImmutableArray.CreateBuilder<CommandPart>(ReadCount(reader, LedgerEngine.PartsMax));
        if (parts.Capacity == 0) throw new WireException("A command has no part.");
        while (parts.Count < parts.Capacity)
        {
            var stream = ReadName(reader);
            var name = reader.ReadString();
            parts.Add(new CommandPart(stream, CommandCodec.Decode(name, ReadBlock(reader, BodyLengthMax))));
        }

        return new EngineCommand(id, fingerprint, parts.MoveToImmutable()) { IsReadAfter = isReadAfter };
    }

    public static CommandReply ReadReply(BinaryReader reader)
    {
        var outcome = (CommandOutcome)reader.ReadByte();
        if (!Enum.IsDefined(outcome)) throw new WireException($"Outcome {(int)outcome} is not known.");
        var rejection = reader.ReadBoolean() ? new CommandRejection(reader.ReadString(), reader.ReadInt32(), reader.ReadString()) : null;
        var versions = ImmutableArray.CreateBuilder<StreamVersion>(ReadCount(reader, byte.MaxValue));
        while (versions.Count < versions.Capacity) versions.Add(new StreamVersion(ReadName(reader), reader.ReadInt64()));
        return new CommandReply(outcome, rejection, versions.MoveToImmutable(), reader.ReadInt64(), reader.ReadBoolean());
    }

    public static Failure ReadFailure(BinaryReader reader)
    {
        var kind = (FailureKind)reader.ReadByte();
        if (!Enum.IsDefined(kind)) throw new WireException($"Failure {(int)kind} is not known.");
        var message = reader.ReadString();
        return new Failure(kind, message, reader.ReadBoolean() ? ReadName(reader) : null, ReadGuid(reader));
    }

    private static void Write(BinaryWriter writer, EngineCommand command)
    {
        writer.Write(command.Id.ToByteArray(bigEndian: true));
        WriteBlock(writer, command.Fingerprint.Span);
        writer.Write(command.IsReadAfter);
        writer.Write((byte)command.Parts.Length);
        foreach (var part in command.Parts)
        {
            var (name, body) = CommandCodec.Encode(part.Content);
            writer.Write(part.Stream.ToString());
            writer.Write(name);
            if (body.Length > BodyLengthMax) throw new WireException($"A command of {body.Length} bytes is longer than {BodyLengthMax}.");
            WriteBlock(writer, body);
        }
    }

    private static void Write(BinaryWriter writer, CommandReply reply)
    {
        writer.Write((byte)reply.Outcome);
        writer.Write(reply.Rejection is not null);
        if (reply.Rejection is { } rejection)
        {
            writer.Write(rejection.Category);
            writer.Write(rejection.Code);
            writer.Write(rejection.Name);
        }

        writer.Write(checked((byte)reply.Versions.Length));
        foreach (var (stream, version) in reply.Versions)
        {
            writer.Write(stream.ToString());
            writer.Write(version);
        }

        writer.Write(reply.Position);
        writer.Write(reply.Replayed);
    }

    private static void Write(BinaryWriter writer, Failure failure)
    {
        writer.Write((byte)failure.Kind);
        writer.Write(failure.Message);
        writer.Write(failure.Stream is not null);
        if (failure.Stream is { } stream) writer.Write(stream.ToString());
        writer.Write(failure.CommandId.ToByteArray(bigEndian: true));
    }

    private static void WriteBlock(BinaryWriter writer, ReadOnlySpan<byte> block)
    {
        writer.Write(block.Length);
        writer.Write(block);
    }

    private static byte[] ReadBlock(BinaryReader reader, int lengthMax)
    {
        var length = reader.ReadInt32();
        if (length < 0 || length > lengthMax) throw new WireException($"A length is {length}, and {lengthMax} at most.");
        return ReadExactly(reader, length);
    }

    private static byte[] ReadExactly(BinaryReader reader, int length)
    {
        var block = reader.ReadBytes(length);
        return block.Length == length ? block : throw new EndOfStreamException();
    }

    private static int ReadCount(BinaryReader reader, int countMax)
    {
        var count = reader.ReadByte();
        return count <= countMax ? count : throw new WireException($"A count is {count}, and {countMax} at most.");
    }

    private static Guid ReadGuid(BinaryReader reader) => new(ReadExactly(reader, 16), bigEndian: true);

    private static StreamName ReadName(BinaryReader reader) => StreamName.Parse(reader.ReadString());
}
