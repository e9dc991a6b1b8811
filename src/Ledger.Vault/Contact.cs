using System.Diagnostics.CodeAnalysis;

namespace Ledger.Vault;

/// <summary>A client's address. Never in a log line: it prints itself masked.</summary>
/// <param name="Address">An e-mail address, or a phone number in E.164 form (+33…).</param>
public sealed record Contact(ContactKind Kind, string Address)
{
    /// <summary>RFC 5321, 4.5.3.1.3: a path of 256 with its two angle brackets.</summary>
    public const int EmailLengthMax = 254;

    private const int LocalPartLengthMax = 64; // RFC 5321, 4.5.3.1.1
    private const int LabelLengthMax = 63; // RFC 1035, 2.3.4
    private const int PhoneDigitsMin = 8;
    private const int PhoneDigitsMax = 15; // ITU-T E.164, 6.1

    /// <summary>
    /// Takes what was typed, without the spaces around it, and checks its form: an e-mail address of ASCII letters (an accented domain in its
    /// « xn-- » form), or a phone number as « + », country code and number, 8 to 15 digits.
    /// </summary>
    /// <param name="reason">What is wrong and what to do; never repeats the address.</param>
    /// <returns>False with a reason; never throws.</returns>
    public static bool TryParse(ContactKind kind, string? text, [NotNullWhen(true)] out Contact? contact, [NotNullWhen(false)] out string? reason)
    {
        var address = text?.Trim() ?? "";
        reason = kind switch
        {
            ContactKind.Email => WhyNoEmail(address),
            ContactKind.Phone => WhyNoPhone(address),
            _ => "Say whether it is an e-mail address or a phone number.",
        };
        contact = reason is null ? new Contact(kind, address) : null;
        return contact is not null;
    }

    /// <summary>First character and length only.</summary>
    public override string ToString() => $"{Kind} {(Address.Length > 0 ? Address[0] : ' ')}… ({Address.Length})";

    private static string? WhyNoPhone(string text)
    {
        if (text.Length == 0) return "A phone number is missing.";
        if (text[0] != '+') return "A phone number starts with « + » and the country code, for instance +33 for France, without the 0 after it.";

        var digits = text.AsSpan(1);
        if (digits.IndexOfAnyExceptInRange('0', '9') >= 0) return "After « + » a phone number has digits only, no spaces or dots.";
        if (digits.Length is < PhoneDigitsMin or > PhoneDigitsMax) return $"A phone number has {PhoneDigitsMin} to {PhoneDigitsMax} digits after « + ».";
        if (digits[0] == '0') return "After « + » comes the country code, which does not start with 0.";
        if (digits.StartsWith("330")) return "After +33 a number goes without its first 0.";

        return null;
    }

    private static string? WhyNoEmail(string text)
    {
        if (text.Length == 0) return "An e-mail address is missing.";
        if (text.Length > EmailLengthMax) return $"An e-mail address has at most {EmailLengthMax} characters.";

        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1) return "An e-mail address has a name, « @ » and a domain.";
        if (!IsLocalPart(text.AsSpan(0, at))) return "The part before « @ » has 1 to 64 ASCII letters, digits and signs, and no dot at an end or beside another.";
        if (!IsDomain(text[(at + 1)..])) return "The part after « @ » is a domain with at least one dot, of ASCII letters, digits and « - ».";

        return null;
    }

    // RFC 5322, 3.2.3 dot-atom; quoted names are legal there and used by nobody.
    private static bool IsLocalPart(ReadOnlySpan<char> text)
    {
        if (text.Length > LocalPartLengthMax || text[0] == '.' || text[^1] == '.') return false;
        if (text.Contains("..", StringComparison.Ordinal)) return false;

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$%&'*+-/=?^_`{|}~.".Contains(c)) return false;
        }

        return true;
    }

    private static bool IsDomain(string text)
    {
        var labels = text.Split('.');
        return labels.Length >= 2 && labels.All(IsLabel) && !labels[^1].All(char.IsAsciiDigit);
    }

    private static bool IsLabel(string label) =>
        label.Length is >= 1 and <= LabelLengthMax
        && label[0] != '-' && label[^1] != '-'
        && label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');
}

/// <summary>Stored numbers: append, never reuse.</summary>
public enum ContactKind
{
    Email = 1,
    Phone = 2,
}
