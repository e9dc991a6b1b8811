using Akka.Actor;
using Akka.Serialization;

namespace Ledger.Cluster.Akka.Wire;

/// <summary>
/// The one way of ours onto the wire, bound to <see cref="IWireMessage"/>, and to everything that Akka.NET has no serializer of its own for, which is refused: no class name ever crosses.
/// Safe for any thread.
/// </summary>
internal sealed class WireSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    // Sent, so never renamed; the number after the dot is the message's version.
    private const string ExecuteManifest = "execute.1";
    private const string AnsweredManifest = "answered.1";
    private const string FailedManifest = "failed.1";

    /// <summary>Sent with each message, so never changed; Akka.NET keeps the numbers up to 40 for itself.</summary>
    public override int Identifier => 2501;

    /// <exception cref="WireException">A message that is none of ours.</exception>
    public override string Manifest(object o) => o switch
    {
        ExecuteCommand => ExecuteManifest,
        CommandAnswered => AnsweredManifest,
        CommandFailed => FailedManifest,
        _ => throw new WireException($"A {o.GetType().Name} has no form for the wire."),
    };

    /// <exception cref="WireException">A message that is none of ours, or a command that crosses to no other node.</exception>
    public override byte[] ToBinary(object obj) => obj is IWireMessage message ? WireFormat.Write(message) : throw new WireException($"A {obj.GetType().Name} has no form for the wire.");

    /// <exception cref="WireException">The bytes are no message that this version knows.</exception>
    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        ExecuteManifest => WireFormat.Read(bytes, static reader => new ExecuteCommand(reader.ReadInt64(), WireFormat.ReadCommand(reader))),
        AnsweredManifest => WireFormat.Read(bytes, static reader => new CommandAnswered(reader.ReadInt64(), WireFormat.ReadReply(reader))),
        FailedManifest => WireFormat.Read(bytes, static reader => new CommandFailed(reader.ReadInt64(), FailureCodec.Decode(WireFormat.ReadFailure(reader)))),
        _ => throw new WireException($"Message « {manifest} » is not known: a newer version sent it, or none of ours."),
    };
}
