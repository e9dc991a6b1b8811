using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ledger.Contracts.V1;

namespace Ledger.Contracts.Integration.V1;

/// <summary>Names of the messages on the wire, and their form. A name has its version; what breaks a consumer is a new name beside the old one, never a change.</summary>
public static class IntegrationMessages
{
    /// <summary>Media type of every body.</summary>
    public const string ContentType = "application/json";

    /// <summary>Longest body of a command that is read, in bytes.</summary>
    public const int CommandLengthMax = 4096;

    private static readonly JsonSerializerOptions Reading = Create(JsonUnmappedMemberHandling.Skip);
    private static readonly JsonSerializerOptions Strict = Create(JsonUnmappedMemberHandling.Disallow);

    /// <summary>What the ledger tells, by name.</summary>
    public static FrozenDictionary<string, Type> Events { get; } = new Dictionary<string, Type>
    {
        ["ledger.payment-accepted.v1"] = typeof(PaymentAccepted),
        ["ledger.payment-cancelled.v1"] = typeof(PaymentCancelled),
        ["ledger.payment-refunded.v1"] = typeof(PaymentRefunded),
        ["ledger.refund-cancelled.v1"] = typeof(RefundCancelled),
        ["ledger.day-remitted.v1"] = typeof(DayRemitted),
        ["ledger.day-credited.v1"] = typeof(DayCredited),
        ["ledger.complaint-opened.v1"] = typeof(ComplaintOpened),
    }.ToFrozenDictionary();

    /// <summary>What it may be asked, by name.</summary>
    public static FrozenDictionary<string, Type> Commands { get; } = new Dictionary<string, Type>
    {
        ["ledger.oppose-card.v1"] = typeof(OpposeCard),
        ["ledger.renew-card.v1"] = typeof(RenewCard),
        ["ledger.block-terminal.v1"] = typeof(BlockTerminal),
    }.ToFrozenDictionary();

    /// <summary>What it answers to those, by name.</summary>
    public static FrozenDictionary<string, Type> Answers { get; } = new Dictionary<string, Type>
    {
        ["ledger.command-accepted.v1"] = typeof(CommandAccepted),
        ["ledger.command-rejected.v1"] = typeof(CommandRejected),
    }.ToFrozenDictionary();

    /// <summary>For readers of events and answers: members that a newer ledger adds are passed over.</summary>
    public static JsonSerializerOptions Json => Reading;

    private static FrozenDictionary<Type, string> Names { get; } =
        Events.Concat(Commands).Concat(Answers).ToFrozenDictionary(static pair => pair.Value, static pair => pair.Key);

    /// <summary>A message's name on the wire.</summary>
    /// <exception cref="ArgumentException">The type is no message.</exception>
    public static string NameOf(Type type) => Names.TryGetValue(type, out var name) ? name : throw new ArgumentException($"{type.Name} is no message of this contract.", nameof(type));

    /// <summary>The UTF-8 body.</summary>
    /// <exception cref="ArgumentException">The type is no message.</exception>
    public static byte[] Write(object message)
    {
        _ = NameOf(message.GetType());
        return JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), Reading);
    }

    /// <summary>A command as it was sent. An unknown member is an error, so that a typing mistake is never silently dropped.</summary>
    /// <exception cref="JsonException">It is none, or longer than <see cref="CommandLengthMax"/>. The message holds no value of the body.</exception>
    public static IIntegrationCommand ReadCommand(Type type, ReadOnlySpan<byte> body)
    {
        if (body.Length > CommandLengthMax) throw new JsonException($"The body has {body.Length} bytes; a command has {CommandLengthMax} at most.");
        return (IIntegrationCommand?)JsonSerializer.Deserialize(body, type, Strict) ?? throw new JsonException("The body is null.");
    }

    private static JsonSerializerOptions Create(JsonUnmappedMemberHandling unmapped)
    {
        var options = new JsonSerializerOptions();
        LedgerJson.Apply(options, unmapped);
        options.TypeInfoResolverChain.Insert(0, IntegrationJsonContext.Default);
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>Generated metadata of the messages; use it through <see cref="IntegrationMessages"/>, which says how.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.General, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PaymentAccepted))]
[JsonSerializable(typeof(PaymentCancelled))]
[JsonSerializable(typeof(PaymentRefunded))]
[JsonSerializable(typeof(RefundCancelled))]
[JsonSerializable(typeof(DayRemitted))]
[JsonSerializable(typeof(DayCredited))]
[JsonSerializable(typeof(ComplaintOpened))]
[JsonSerializable(typeof(OpposeCard))]
[JsonSerializable(typeof(RenewCard))]
[JsonSerializable(typeof(BlockTerminal))]
[JsonSerializable(typeof(CommandAccepted))]
[JsonSerializable(typeof(CommandRejected))]
public sealed partial class IntegrationJsonContext : JsonSerializerContext;
