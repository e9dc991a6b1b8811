namespace Ledger.EventLog;

/// <summary>Names one stream: a category and an id, written « transaction-0192… ». Stored and hashed, so never renamed.</summary>
public readonly record struct StreamName
{
    /// <summary>Longest whole name, in characters (all ASCII).</summary>
    public const int LengthMax = 128;

    // The whole name is kept beside its parts: it is what is compared, hashed and stored, and would else be built anew each time.
    private readonly string? _text;

    /// <param name="category">Lower-case letters only: a decider's category.</param>
    /// <param name="id">Letters, digits, « - », « _ » and « . ».</param>
    /// <exception cref="ArgumentException">A character or the length is out of range.</exception>
    public StreamName(string category, string id)
    {
        if (!IsValid(category, id)) throw new ArgumentException($"« {category}-{id} » is no stream name: lower-case letters, « - », then letters, digits, « - », « _ », « . », at most {LengthMax} characters.", nameof(id));
        Category = category;
        Id = id;
        _text = $"{category}-{id}";
    }

    private StreamName(string text, int dash)
    {
        Category = text[..dash];
        Id = text[(dash + 1)..];
        _text = text;
    }

    public string Category { get; }

    public string Id { get; }

    /// <returns>False when <paramref name="text"/> is no stream name; never throws.</returns>
    public static bool TryParse(string? text, out StreamName name)
    {
        name = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash <= 0 || !IsValid(text.AsSpan(0, dash), text.AsSpan(dash + 1))) return false;

        name = new StreamName(text!, dash);
        return true;
    }

    /// <exception cref="ArgumentException"><paramref name="text"/> is no stream name.</exception>
    public static StreamName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new ArgumentException($"« {text} » is no stream name.", nameof(text));

    public bool Equals(StreamName other) => string.Equals(_text, other._text, StringComparison.Ordinal);

    public override int GetHashCode() => string.GetHashCode(_text, StringComparison.Ordinal);

    public override string ToString() => _text ?? "";

    private static bool IsValid(ReadOnlySpan<char> category, ReadOnlySpan<char> id)
    {
        if (category.IsEmpty || id.IsEmpty || LengthMax < category.Length + 1 + id.Length) return false;
        if (category.IndexOfAnyExceptInRange('a', 'z') >= 0) return false;

        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        }

        return true;
    }
}
