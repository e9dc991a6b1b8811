namespace Ledger.Domain;

/// <summary>Free texts that enter events: names, places, references. One line, and never a card number (R048, I40).</summary>
public static class PlainText
{
    private const int CardDigitsMin = 13;
    private const int CardDigitsMax = 19;

    /// <summary>1 to <paramref name="lengthMax"/> characters, no control character, no blank at either end, nothing that could be a card number.</summary>
    public static bool IsValid(string? text, int lengthMax)
    {
        if (text is not { Length: > 0 } || text.Length > lengthMax) return false;
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])) return false;
        return !text.Any(char.IsControl) && !CouldHoldCardNumber(text);
    }

    /// <summary>
    /// 13 to 19 digits in a row with a valid check digit, anywhere, also when written in groups with blanks or « - ». Some that are something
    /// else (a SIRET always, of other numbers one in ten or more) are taken for one too: whoever types it must then leave a part of it out.
    /// </summary>
    public static bool CouldHoldCardNumber(ReadOnlySpan<char> text)
    {
        Span<char> run = stackalloc char[CardDigitsMax];
        var length = 0;
        foreach (var c in text)
        {
            if (c is '-' || char.IsWhiteSpace(c)) continue;
            if (!char.IsAsciiDigit(c))
            {
                length = 0;
                continue;
            }

            if (length == CardDigitsMax) run[1..].CopyTo(run);
            else length++;
            run[length - 1] = c;
            if (EndsLikeCardNumber(run[..length])) return true;
        }

        return false;
    }

    private static bool EndsLikeCardNumber(ReadOnlySpan<char> run)
    {
        for (var digits = CardDigitsMin; digits <= run.Length; digits++)
        {
            if (Luhn.IsValid(run[^digits..])) return true;
        }

        return false;
    }
}
