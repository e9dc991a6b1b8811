using System.Text.Json;
using Ledger.Contracts.Integration.V1;
using Wolverine;
using Wolverine.Runtime.Serialization;

namespace Ledger.Cluster.Wolverine.Inbound;

/// <summary>Reads commands by the contract's own strict rules. What is written was written before: envelopes of ours come with their bytes.</summary>
internal sealed class CommandSerializer : IMessageSerializer
{
    /// <inheritdoc/>
    public string ContentType => IntegrationMessages.ContentType;

    /// <inheritdoc/>
    public byte[] Write(Envelope envelope) => WriteMessage(envelope.Message!);

    /// <inheritdoc/>
    public byte[] WriteMessage(object message) => IntegrationMessages.Write(message);

    /// <exception cref="MalformedCommandException">The body is none of this type.</exception>
    public object ReadFromData(Type messageType, Envelope envelope)
    {
        try
        {
            return IntegrationMessages.ReadCommand(messageType, envelope.Data);
        }
        catch (JsonException exception)
        {
            // Kept with the dead letter, where an operator reads it: what System.Text.Json says names members, and may repeat a value; the place alone is said.
            throw new MalformedCommandException($"The body is no {IntegrationMessages.NameOf(messageType)}: {PlaceOf(exception)}.");
        }
    }

    /// <exception cref="NotSupportedException">Always: what a body is, only its type's name says.</exception>
    public object ReadFromData(byte[] data) => throw new NotSupportedException("A body without the name of its type.");

    private static string PlaceOf(JsonException exception) => exception switch
    {
        { Path: { } path, LineNumber: { } line } => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"wrong, unknown or missing at {path}, line {line + 1}"),
        _ => "it is empty, too long, or no JSON",
    };
}
