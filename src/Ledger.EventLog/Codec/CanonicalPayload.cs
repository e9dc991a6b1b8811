using System.Buffers.Text;
using System.Text;
using Ledger.Domain;
using NodaTime;

namespace Ledger.EventLog.Codec;

/// <summary>
/// Walks over a payload in exactly the form in which it was written: members in their order, no white space, no escapes, plain ASCII texts. Anything
/// else, though it may be as good, fails, and the strict reader decides (specs/decisions/0018). After a failure all values are defaults. One use, one thread.
/// </summary>
/// <remarks>Each member is asked for with all that stands before its value: « ,"amount":{"minorUnits": ».</remarks>
internal ref struct CanonicalPayload(ReadOnlySpan<byte> payload)
{
    /// <summary>Digits of a number that surely fits in 64 bits.</summary>
    private const int DigitsMax = 18;

    private ReadOnlySpan<byte> _rest = payload;

    /// <summary>What was met is not of the written form.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether the payload goes on with this; steps over it then.</summary>
    public bool Has(ReadOnlySpan<byte> literal)
    {
        if (!_rest.StartsWith(literal)) return false;

        _rest = _rest[literal.Length..];
        return true;
    }

    public void Expect(ReadOnlySpan<byte> literal)
    {
        if (!Has(literal)) Fail();
    }

    /// <summary>Nothing may follow.</summary>
    public void ExpectEnd(ReadOnlySpan<byte> literal)
    {
        Expect(literal);
        if (!_rest.IsEmpty) Fail();
    }

    /// <summary>The bytes of a text, without its quotes.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> before)
    {
        Expect(before);
        Expect("\""u8);
        var length = _rest.IndexOf((byte)'"');
        if (length < 0 || _rest[..length].ContainsAnyExceptInRange((byte)' ', (byte)'~') || _rest[..length].Contains((byte)'\\')) return Fail();

        var text = _rest[..length];
        _rest = _rest[(length + 1)..];
        return text;
    }

    public string String(ReadOnlySpan<byte> before) => Encoding.ASCII.GetString(Text(before));

    public Guid Guid(ReadOnlySpan<byte> before)
    {
        var text = Text(before);
        if (Utf8Parser.TryParse(text, out Guid guid, out var consumed, 'N') && consumed == text.Length) return guid;

        Fail();
        return default;
    }

    public long Number(ReadOnlySpan<byte> before)
    {
        Expect(before);
        var isNegative = Has("-"u8);
        var (value, digits) = (0L, 0);
        while (digits < _rest.Length && digits <= DigitsMax && _rest[digits] is >= (byte)'0' and <= (byte)'9') value = unchecked((value * 10) + (_rest[digits++] - '0'));

        // JSON has no number with a leading zero; one with a fraction or an exponent fails at the member that follows.
        if (digits is 0 or > DigitsMax || (digits > 1 && _rest[0] == '0')) Fail();
        if (HasFailed) return 0;

        _rest = _rest[digits..];
        return isNegative ? -value : value;
    }

    public int Integer(ReadOnlySpan<byte> before)
    {
        var value = Number(before);
        if (value is >= int.MinValue and <= int.MaxValue) return (int)value;

        Fail();
        return 0;
    }

    /// <summary>An amount in euros.</summary>
    public Money Money(ReadOnlySpan<byte> before)
    {
        Expect(before);
        var units = Number("{\"minorUnits\":"u8);
        Expect(",\"currency\":\"EUR\"}"u8);
        if (units < 0) Fail();
        return HasFailed ? default : Domain.Money.Eur(units);
    }

    public LocalDate Date(ReadOnlySpan<byte> before)
    {
        if (IsoDate.Parse(Text(before)) is { } date) return date;

        Fail();
        return default;
    }

    public Instant Instant(ReadOnlySpan<byte> before)
    {
        if (InstantConverter.TryParse(Text(before), out var instant)) return instant;

        Fail();
        return default;
    }

    public T Enum<T>(ReadOnlySpan<byte> before)
        where T : struct, Enum
    {
        if (EnumNameConverter<T>.TryFind(Text(before), out var value)) return value;

        Fail();
        return default;
    }

    /// <summary>A value that is its own text, made anew only when it is not one of those met lately.</summary>
    public T Of<T>(ReadOnlySpan<byte> before, Func<string, T> create)
        where T : struct
    {
        var text = Text(before);
        return HasFailed ? default : RecentTexts<T>.Find(text, create);
    }

    private ReadOnlySpan<byte> Fail()
    {
        HasFailed = true;
        _rest = default;
        return default;
    }
}

/// <summary>
/// Values met lately, by their text, on each thread: merchants, terminals and codes come again and again, and a value found here costs neither its text
/// nor its check.
/// </summary>
internal static class RecentTexts<T>
{
    /// <summary>Direct-mapped: a value takes the place of another of the same slot. A power of two.</summary>
    private const int Slots = 4_096;

    [ThreadStatic]
    private static (byte[] Text, T Value)[]? _slots;

    /// <exception cref="ArgumentException">The text is no such value.</exception>
    public static T Find(ReadOnlySpan<byte> text, Func<string, T> create)
    {
        var slots = _slots ??= new (byte[], T)[Slots];
        ref var slot = ref slots[HashOf(text) & (Slots - 1)];
        if (slot.Text is not null && text.SequenceEqual(slot.Text)) return slot.Value;

        var value = create(Encoding.ASCII.GetString(text));
        slot = (text.ToArray(), value);
        return value;
    }

    /// <summary>FNV-1a (RFC 9923), 32 bits, folded: which slot is of no consequence.</summary>
    private static uint HashOf(ReadOnlySpan<byte> text)
    {
        var hash = 2_166_136_261u;
        foreach (var one in text) hash = unchecked((hash ^ one) * 16_777_619u);
        return hash ^ (hash >> 16);
    }
}
