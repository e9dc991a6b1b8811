using System.Diagnostics.CodeAnalysis;

namespace Ledger.Domain;

/// <summary>
/// Euro amounts the way French screens and tickets write them: « 1 500,00 ». No culture of the machine is consulted.
/// Printing groups thousands by U+202F (narrow no-break space, as CLDR's French does); the symbol stands after U+00A0.
/// </summary>
public static class FrenchAmount
{
    /// <summary>Longer texts are refused unread, in characters.</summary>
    public const int TextLengthMax = 40;

    private const char GroupSeparator = '\u202F';
    private const char SymbolSeparator = '\u00A0';
    private const char DecimalSeparator = ',';
    private const char Symbol = '€';
    private const int GroupLength = 3;
    private const string Blanks = " \u00A0\u202F";

    /// <summary>« 1 500,00 », always two decimals.</summary>
    /// <exception cref="ArgumentException"><paramref name="amount"/> is not in EUR.</exception>
    public static string Print(Money amount)
    {
        if (amount.Currency != Currency.Eur) throw new ArgumentException($"Only EUR is printed the French way, not {amount.Currency}.", nameof(amount));

        Span<char> buffer = stackalloc char[TextLengthMax];
        var start = buffer.Length;
        var rest = amount.MinorUnits;
        for (var written = 0; written < GroupLength || rest > 0; written++)
        {
            if (written == 2) buffer[--start] = DecimalSeparator;
            if (written > GroupLength && (written - 2) % GroupLength == 0) buffer[--start] = GroupSeparator;
            buffer[--start] = (char)('0' + rest % 10);
            rest /= 10;
        }

        return new string(buffer[start..]);
    }

    /// <summary>« 1 500,00 € ».</summary>
    /// <exception cref="ArgumentException"><paramref name="amount"/> is not in EUR.</exception>
    public static string PrintWithSymbol(Money amount) => $"{Print(amount)}{SymbolSeparator}{Symbol}";

    /// <summary>
    /// Reads « 1 500,00 », « 1500,00 », « 1500 », each with or without « € ». Blanks are U+0020, U+00A0 and U+202F; between digits they stand
    /// before each group of three or nowhere. Two decimals or none: « 12,5 » is refused, because a forgotten digit is as likely as a
    /// forgotten zero. Leading zeros, signs, points, exponents and other digits than 0 to 9 are refused. Zero is read: which amounts may be
    /// paid is not decided here.
    /// </summary>
    /// <returns>False when <paramref name="text"/> is no such amount or does not fit; never throws.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Money amount)
    {
        amount = default;
        if (text is not { Length: > 0 and <= TextLengthMax }) return false;

        var number = WithoutSymbol(TrimBlanks(text));
        var comma = number.IndexOf(DecimalSeparator);
        var euros = comma < 0 ? number : number[..comma];
        var decimals = comma < 0 ? "00" : number[(comma + 1)..];
        if (decimals.Length != 2 || decimals.ContainsAny(Blanks) || !IsWellGrouped(euros)) return false;
        if (!TryAppendDigits(euros, 0, out var cents) || !TryAppendDigits(decimals, cents, out cents)) return false;

        amount = Money.Eur(cents);
        return true;
    }

    private static ReadOnlySpan<char> TrimBlanks(ReadOnlySpan<char> text) => text.Trim(Blanks);

    private static ReadOnlySpan<char> WithoutSymbol(ReadOnlySpan<char> text) => text is [.. var number, Symbol] ? TrimBlanks(number) : text;

    /// <summary>One to three digits, then blank and three digits again and again; or digits without any blank. No zero in front.</summary>
    private static bool IsWellGrouped(ReadOnlySpan<char> euros)
    {
        if (euros.IsEmpty || IsBlank(euros[0]) || (euros.Length > 1 && euros[0] == '0')) return false;

        var firstBlank = euros.IndexOfAny(Blanks);
        if (firstBlank < 0) return true;
        if (firstBlank > GroupLength || (euros.Length - firstBlank) % (GroupLength + 1) != 0) return false;

        for (var i = firstBlank; i < euros.Length; i++)
        {
            if (IsBlank(euros[i]) != ((i - firstBlank) % (GroupLength + 1) == 0)) return false;
        }

        return true;
    }

    /// <summary>Skips blanks; false on anything else that is no digit, and when the number leaves the range of <see cref="long"/>.</summary>
    private static bool TryAppendDigits(ReadOnlySpan<char> text, long before, out long value)
    {
        value = before;
        foreach (var c in text)
        {
            if (IsBlank(c)) continue;
            if (!char.IsAsciiDigit(c)) return false;

            var digit = c - '0';
            if (value > (long.MaxValue - digit) / 10) return false;
            value = value * 10 + digit;
        }

        return true;
    }

    private static bool IsBlank(char c) => Blanks.Contains(c);
}
