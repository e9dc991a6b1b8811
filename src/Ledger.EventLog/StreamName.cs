namespace Ledger.EventLog;

/// <summary>Names one stream: a category and an id, written « transaction-0192… ». Stored and hashed, so never renamed.</summary>
public readonly record struct StreamName
{
    /// <summary>Longest whole name, in characters (all ASCII).</summary>
    public const int LengthMax = 128;

    /// <param name="category">Lower-case letters only: a decider's category.</param>
    /// <param name="id">Letters, digits, « - », « _ » and « . ».</param>
    /// <exception cref="ArgumentException">A character or the length is out of range.</exception>
    public StreamName(string category, string id)
    {
        if (!IsValid(category, id)) throw new ArgumentException($"« {category}-{id} » is no stream name: lower-case letters, « - », then letters, digits, « - », « _ », « . », at most {LengthMax} characters.", nameof(id));
        Category = category;
        Id = id;
    }

    public string Category { get; }

    public string Id { get; }

    /// <returns>False when <paramref name="text"/> is no stream name; never throws.</returns>
    public static bool TryParse(string? text, out StreamName name)
    {
        name = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash <= 0 || !IsValid(text![..dash], text[(dash + 1)..])) return false;

        name = new StreamName(text[..dash], text[(dash + 1)..]);
        return true;
    }

    /// <exception cref="ArgumentException"><paramref name="text"/> is no stream name.</exception>
    public static StreamName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new ArgumentException($"« {text} » is no stream name.", nameof(text));

    public override string ToString() => $"{Category}-{Id}";

    private static bool IsValid(string category, string id) =>
        category.Length > 0 && id.Length > 0 && category.Length + 1 + id.Length <= LengthMax
        && category.AsSpan().IndexOfAnyExceptInRange('a', 'z') < 0
        && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
