using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Domain;
using Ledger.EventLog.Codec;

namespace Ledger.EventLog;

/// <summary>An event as it is stored.</summary>
/// <param name="Type">Stored type name, « transaction-completed.1 ».</param>
/// <param name="Payload">UTF-8 JSON; what is hashed, byte for byte.</param>
public readonly record struct EncodedEvent(string Type, ReadOnlyMemory<byte> Payload);

/// <summary>
/// Events to stored bytes and back. Writing always gives the newest shape; reading takes every shape there ever was, through its upcasters.
/// Reading is strict where it matters (a missing or mistyped member is an error) and lenient where it is harmless (members unknown to us are passed over).
/// Safe for any thread.
/// </summary>
public sealed class EventCodec
{
    private readonly FrozenDictionary<Type, EventType> _byClrType;
    private readonly FrozenDictionary<string, EventType> _byName;
    private readonly FrozenDictionary<string, Upcaster> _upcasters;

    /// <param name="upcasters">One per stored shape that is no longer written.</param>
    /// <exception cref="ArgumentException">Two upcasters start at one name, one starts at a current name, or one leads nowhere.</exception>
    public EventCodec(IEnumerable<Upcaster> upcasters)
    {
        var table = EventTypeTable.Create();
        _byName = table.ToFrozenDictionary(static type => type.Name, StringComparer.Ordinal);
        _byClrType = table.ToFrozenDictionary(static type => type.ClrType);
        var all = upcasters.ToImmutableArray();
        foreach (var twice in all.GroupBy(static upcaster => upcaster.From, StringComparer.Ordinal).Where(static group => group.Count() > 1))
        {
            throw new ArgumentException($"Two upcasters start at « {twice.Key} ».", nameof(upcasters));
        }

        _upcasters = all.ToFrozenDictionary(static upcaster => upcaster.From, StringComparer.Ordinal);
        foreach (var upcaster in all) CheckLeadsToCurrent(upcaster);
        Names = [.. _byName.Keys.Concat(_upcasters.Keys).Order(StringComparer.Ordinal)];
    }

    /// <summary>The product's own: all shapes ever released.</summary>
    public static EventCodec Default { get; } = new([]);

    /// <summary>Every stored name that can be read, current and old, in ordinal order.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>Whether events stored under this name can be read.</summary>
    public bool Knows(string type) => _byName.ContainsKey(type) || _upcasters.ContainsKey(type);

    /// <summary>The name under which events of this class are stored from now on.</summary>
    /// <exception cref="UnknownEventTypeException">The class has no row in the table.</exception>
    public string NameOf(Type clrType) => Find(clrType).Name;

    /// <summary>The class that events stored under this name become.</summary>
    /// <exception cref="UnknownEventTypeException">The name is not known.</exception>
    public Type ClassOf(string type) => Current(type).ClrType;

    /// <exception cref="UnknownEventTypeException">The event's class has no row in the table.</exception>
    /// <exception cref="ArgumentException">A member cannot be stored: a default id, a number that names no case of its enum.</exception>
    public EncodedEvent Encode(ILedgerEvent @event)
    {
        var type = Find(@event.GetType());
        return new EncodedEvent(type.Name, JsonBuffer.Write(@event, type.Json));
    }

    /// <exception cref="UnknownEventTypeException">The name is not known: written by a newer version, or not by us.</exception>
    /// <exception cref="EventLogCorruptException">The payload is not what the name says; the message names type and member.</exception>
    public ILedgerEvent Decode(string type, ReadOnlySpan<byte> payload)
    {
        try
        {
            if (_byName.TryGetValue(type, out var current)) return ReadCanonical(payload, current) ?? Read(payload, current);
            return Read(Upcast(type, payload, out current), current);
        }
        catch (JsonException exception)
        {
            throw new EventLogCorruptException($"An event stored as « {type} » cannot be read at {exception.Path ?? "$"}: {exception.Message}", exception);
        }
        catch (ArgumentException exception)
        {
            // A value type's own guard: the text is well formed and still no such value.
            throw new EventLogCorruptException($"An event stored as « {type} » holds a value that is out of range: {exception.Message}", exception);
        }
    }

    /// <inheritdoc cref="Decode(string, ReadOnlySpan{byte})"/>
    public ILedgerEvent Decode(RecordedEvent recorded) => recorded.Decode(this, static (codec, recorded) => codec.Decode(recorded.Type, recorded.Payload.Span));

    /// <summary>As <see cref="Decode(string, ReadOnlySpan{byte})"/>, by the strict reader alone: what the fast one is held against.</summary>
    internal ILedgerEvent DecodeStrictly(string type, ReadOnlySpan<byte> payload) => Read(payload, _byName[type]);

    /// <returns>Null when the payload is not of the form in which it is written; the strict reader then says whether it is good, and why not.</returns>
    internal static ILedgerEvent? ReadCanonical(ReadOnlySpan<byte> payload, EventType type)
    {
        if (type.Canonical is not { } read) return null;

        try
        {
            var canonical = new CanonicalPayload(payload);
            var @event = read(ref canonical);
            return canonical.HasFailed ? null : @event;
        }
        catch (ArgumentException)
        {
            // A value type's own guard.
            return null;
        }
    }

    private static ILedgerEvent Read(ReadOnlySpan<byte> payload, EventType type) =>
        (ILedgerEvent?)JsonSerializer.Deserialize(payload, type.Json) ?? throw new JsonException("The payload is null.");

    private EventType Find(Type clrType) =>
        _byClrType.TryGetValue(clrType, out var type) ? type : throw UnknownEventTypeException.ForClass(clrType);

    private EventType Current(string name)
    {
        for (var step = 0; step <= Upcaster.StepsMax; step++)
        {
            if (_byName.TryGetValue(name, out var type)) return type;
            if (!_upcasters.TryGetValue(name, out var upcaster)) break;
            name = upcaster.To;
        }

        throw UnknownEventTypeException.ForName(name);
    }

    private byte[] Upcast(string name, ReadOnlySpan<byte> payload, out EventType current)
    {
        current = Current(name);
        var json = JsonNode.Parse(payload) as JsonObject ?? throw new JsonException("The payload is no JSON object.");
        while (name != current.Name)
        {
            var upcaster = _upcasters[name];
            json = Change(json, upcaster);
            name = upcaster.To;
        }

        return JsonSerializer.SerializeToUtf8Bytes(json, LedgerJsonContext.Default.JsonObject);
    }

    private static JsonObject Change(JsonObject json, Upcaster upcaster)
    {
        try
        {
            return upcaster.Change(json);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or NullReferenceException or OverflowException)
        {
            // What reading a JSON node throws when the member is not there or of another kind.
            throw new JsonException($"The upcaster to « {upcaster.To} » could not read it: {exception.Message}", exception);
        }
    }

    private void CheckLeadsToCurrent(Upcaster upcaster)
    {
        if (_byName.ContainsKey(upcaster.From)) throw new ArgumentException($"« {upcaster.From} » is written today and needs no upcaster.");
        try
        {
            Current(upcaster.From);
        }
        catch (UnknownEventTypeException exception)
        {
            throw new ArgumentException($"The upcaster from « {upcaster.From} » leads to no current type within {Upcaster.StepsMax} steps.", exception);
        }
    }
}
