using System.Text;
using NodaTime;

namespace Ledger.Engine.Runtime.Packing;

/// <summary>Reads what a <see cref="PackWriter"/> of this process wrote, in the same order.</summary>
internal ref struct PackReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public int Byte() => Take(1)[0];

    public bool Flag() => Byte() != 0;

    public ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next <= 0x7F) return value;
        }
    }

    public long Signed()
    {
        var value = Number();
        return unchecked((long)(value >> 1) ^ -(long)(value & 1));
    }

    public int Int32() => checked((int)Signed());

    public Guid Guid() => new(Take(16));

    public Guid? GuidOrNull() => Flag() ? Guid() : null;

    public string Text() => TextOrNull()!;

    public string? TextOrNull()
    {
        var length = Byte();
        return length == 0 ? null : Encoding.UTF8.GetString(Take(length - 1));
    }

    public Instant Instant() => NodaConstants.UnixEpoch + Duration.FromDays(Int32()) + Duration.FromNanoseconds(Signed());

    public Instant? InstantOrNull() => Flag() ? Instant() : null;

    public LocalDate Date() => new(Int32(), Byte(), Byte());

    public ReadOnlySpan<byte> Take(int length)
    {
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
