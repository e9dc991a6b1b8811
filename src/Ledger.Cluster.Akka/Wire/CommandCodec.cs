using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.EventLog.Codec;

namespace Ledger.Cluster.Akka.Wire;

/// <summary>Commands to bytes and back: a name of <see cref="CommandTypes"/>, and JSON in which the domain's values are written as in events. Safe for any thread.</summary>
internal static class CommandCodec
{
    private static readonly JsonSerializerOptions Options = CreateOptions();

    /// <summary>Whether it can be sent to another node.</summary>
    /// <param name="content">Null for a function, which cannot.</param>
    public static bool Knows(object? content) => content is not null && CommandTypes.FindName(content.GetType()) is not null;

    /// <exception cref="WireException">A command that crosses to no other node.</exception>
    public static (string Name, byte[] Body) Encode(object? command)
    {
        if (command is null || CommandTypes.FindName(command.GetType()) is not { } name) throw new WireException($"A {command?.GetType().Name ?? "function"} crosses to no other node.");
        return (name, JsonSerializer.SerializeToUtf8Bytes(command, Options.GetTypeInfo(command.GetType())));
    }

    /// <exception cref="WireException">The name is not known, or the bytes are none of its; the message names the command and the member.</exception>
    public static object Decode(string name, ReadOnlySpan<byte> body)
    {
        if (CommandTypes.FindClass(name) is not { } type) throw new WireException($"Command « {name} » is not known: a newer version sent it, or none of ours.");
        try
        {
            return JsonSerializer.Deserialize(body, Options.GetTypeInfo(type)) ?? throw new WireException($"A command sent as « {name} » is null.");
        }
        catch (JsonException exception)
        {
            throw new WireException($"A command sent as « {name} » cannot be read at {exception.Path ?? "$"}: {exception.Message}", exception);
        }
        catch (ArgumentException exception)
        {
            // A value type's own guard: the text is well formed and still no such value.
            throw new WireException($"A command sent as « {name} » holds a value that is out of range: {exception.Message}", exception);
        }
    }

    private static JsonSerializerOptions CreateOptions()
    {
        var options = LedgerJsonOptions.Create(new DefaultJsonTypeInfoResolver());
        options.MakeReadOnly();
        return options;
    }
}
