using System.Text;
using NodaTime;

namespace Ledger.Engine.Runtime.Packing;

/// <summary>
/// Writes values one after another into as few bytes as is simple: numbers seven bits a byte, lowest first; texts as a length byte and UTF-8. What does not fit any more is
/// left out and marked. In memory only, so the form may change at any time.
/// </summary>
internal ref struct PackWriter(Span<byte> destination)
{
    private const int VarintLengthMax = 10;

    private readonly Span<byte> _destination = destination;
    private int _at;

    /// <summary>Something did not fit: what was written is worth nothing.</summary>
    public bool HasFailed { get; private set; }

    public readonly int Length => _at;

    public void Byte(int value)
    {
        if (Take(1) is { Length: 1 } place) place[0] = checked((byte)value);
    }

    public void Flag(bool value) => Byte(value ? 1 : 0);

    public void Number(ulong value)
    {
        Span<byte> bytes = stackalloc byte[VarintLengthMax];
        var length = 0;
        for (; value > 0x7F; value >>= 7) bytes[length++] = (byte)((value & 0x7F) | 0x80);
        bytes[length++] = (byte)value;
        Bytes(bytes[..length]);
    }

    /// <summary>Small numbers of either sign take few bytes: 0, -1, 1, -2 become 0, 1, 2, 3.</summary>
    public void Signed(long value) => Number(unchecked((ulong)((value << 1) ^ (value >> 63))));

    public void Guid(Guid value)
    {
        const int length = 16;
        if (Take(length) is { Length: length } place) value.TryWriteBytes(place);
    }

    public void Guid(Guid? value)
    {
        Flag(value is not null);
        if (value is { } some) Guid(some);
    }

    /// <summary>A length of 0 says null, any other one less than it.</summary>
    public void Text(string? value)
    {
        if (value is null)
        {
            Byte(0);
            return;
        }

        var length = Encoding.UTF8.GetByteCount(value);
        if (length >= byte.MaxValue)
        {
            HasFailed = true;
            return;
        }

        Byte(length + 1);
        var place = Take(length);
        if (place.Length == length) Encoding.UTF8.GetBytes(value, place);
    }

    public void Instant(Instant value)
    {
        var sinceEpoch = value - NodaConstants.UnixEpoch;
        Signed(sinceEpoch.Days);
        Signed(sinceEpoch.NanosecondOfDay);
    }

    public void Instant(Instant? value)
    {
        Flag(value is not null);
        if (value is { } some) Instant(some);
    }

    public void Date(LocalDate value)
    {
        Signed(value.Year);
        Byte(value.Month);
        Byte(value.Day);
    }

    public void Bytes(scoped ReadOnlySpan<byte> value)
    {
        var place = Take(value.Length);
        if (place.Length == value.Length) value.CopyTo(place);
    }

    private Span<byte> Take(int length)
    {
        if (HasFailed || _destination.Length - _at < length)
        {
            HasFailed = true;
            return [];
        }

        var place = _destination.Slice(_at, length);
        _at += length;
        return place;
    }
}
