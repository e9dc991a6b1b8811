using System.Security.Cryptography;
using System.Text;

namespace Ledger.Domain.Terminals;

/// <summary>The serial number on the terminal's back (R098). Capital letters and digits, 6 to 20.</summary>
public readonly record struct TerminalSerial
{
    /// <exception cref="ArgumentException">Length or characters are out of range.</exception>
    public TerminalSerial(string value)
    {
        if (!IsValid(value)) throw new ArgumentException("A terminal's serial number has 6 to 20 capital letters and digits.", nameof(value));
        Value = value;
    }

    public string Value { get; }

    /// <summary>First two bytes of SHA-256 of the serial: which actors are decided together. Stored inside transaction ids, so never changed.</summary>
    public ushort Partition
    {
        get
        {
            Span<byte> hash = stackalloc byte[32];
            SHA256.HashData(Encoding.ASCII.GetBytes(Value), hash);
            return (ushort)((hash[0] << 8) | hash[1]);
        }
    }

    public static bool IsValid(string? value) =>
        value is { Length: >= 6 and <= 20 } && value.All(static c => char.IsAsciiDigit(c) || char.IsAsciiLetterUpper(c));

    public override string ToString() => Value;
}
