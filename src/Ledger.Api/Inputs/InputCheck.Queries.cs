using System.Globalization;
using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using NodaTime;
using NodaTime.Text;

namespace Ledger.Api.Inputs;

/// <summary>Members of a query string: all text, all optional.</summary>
internal sealed partial class InputCheck
{
    /// <summary>One of an enum's names on the wire.</summary>
    public T Name<T>(string member, string? text, T otherwise)
        where T : struct, Enum => Name<T>(member, text) ?? otherwise;

    public T? Name<T>(string member, string? text)
        where T : struct, Enum
    {
        if (text is null) return null;
        if (WireEnumConverter<T>.TryParse(text, out var value)) return value;
        Add(member, $"One of: {string.Join(", ", WireEnumConverter<T>.Names)}.");
        return null;
    }

    /// <summary>Some of an enum's names, with commas between; null when nothing is said.</summary>
    public IReadOnlyCollection<T>? Names<T>(string member, string? text)
        where T : struct, Enum
    {
        const int CountMax = 32;
        if (text is null) return null;
        var parts = text.Split(',', CountMax + 1);
        var values = parts.Take(CountMax).Select(part => Name<T>(member, part)).OfType<T>().Distinct().ToArray();
        if (parts.Length > CountMax) Add(member, "Too many.");
        return values;
    }

    public RefundId? Refund(string member, string? text) => text is null ? null : new RefundId(Uuid(member, text));

    public LocalDate? Day(string member, string? text)
    {
        if (text is null) return null;
        var parsed = LocalDatePattern.Iso.Parse(text);
        if (parsed.Success && parsed.Value.Year is >= 2000 and < 2200) return parsed.Value;
        Add(member, "A date such as 2026-11-22.");
        return null;
    }

    public Instant? At(string member, string? text)
    {
        if (text is null) return null;
        if (UtcInstantConverter.TryParse(text, out var value)) return Instant(member, value);
        Add(member, "An instant in UTC such as 2026-11-22T13:05:09Z.");
        return null;
    }

    public int Count(string member, string? text, int otherwise, int max)
    {
        if (text is null) return otherwise;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= 1 && value <= max) return value;
        Add(member, string.Create(CultureInfo.InvariantCulture, $"1 to {max}."));
        return otherwise;
    }

    public long? Position(string member, string? text)
    {
        if (text is null) return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return value;
        Add(member, "A whole number, not below zero.");
        return null;
    }

    public Domain.Money? Cents(string member, string? text) => Position(member, text) is { } cents ? Domain.Money.Eur(cents) : null;

    /// <summary>Only its length; what is in it is whose it is to say.</summary>
    public string? Cursor(string member, string? text)
    {
        if (text is null || text.Length is > 0 and <= ApiLimits.CursorLengthMax) return text;
        Add(member, "Give back what the page before gave.", ProblemCodes.Request.CursorInvalid);
        return null;
    }
}
