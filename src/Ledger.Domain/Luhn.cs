namespace Ledger.Domain;

/// <summary>The check digit of SIRET numbers and card numbers (ISO/IEC 7812-1, annex B).</summary>
public static class Luhn
{
    /// <returns>False for an empty text, and for anything else than ASCII digits.</returns>
    public static bool IsValid(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            if (!char.IsAsciiDigit(digits[^(i + 1)])) return false;

            var weighted = (digits[^(i + 1)] - '0') * (1 + i % 2);
            sum += weighted > 9 ? weighted - 9 : weighted;
        }

        return digits.Length > 0 && sum % 10 == 0;
    }
}
