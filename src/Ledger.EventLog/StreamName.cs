using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Ledger.EventLog;

/// <summary>
/// Names one stream: a category and an id, written « transaction-0192… ». Stored and hashed, so never renamed. An id of 32 hexadecimal digits, as
/// every transaction has, is held as its 16 bytes: such a name needs no text until somebody asks for it.
/// </summary>
public readonly record struct StreamName
{
    /// <summary>Longest whole name, in characters (all ASCII).</summary>
    public const int LengthMax = 128;

    private const int GuidDigits = 32;

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    private static readonly SearchValues<char> GuidCharacters = SearchValues.Create("0123456789abcdef");

    // The whole name, or, where _guid is not empty, its category.
    private readonly string? _text;
    private readonly Guid _guid;

    /// <param name="category">Lower-case letters only: a decider's category.</param>
    /// <param name="id">Letters, digits, « - », « _ » and « . ».</param>
    /// <exception cref="ArgumentException">A character or the length is out of range.</exception>
    public StreamName(string category, string id)
    {
        if (!IsValid(category, id)) throw new ArgumentException($"« {category}-{id} » is no stream name: lower-case letters, « - », then letters, digits, « - », « _ », « . », at most {LengthMax} characters.", nameof(id));
        _guid = GuidOf(id);
        _text = _guid == Guid.Empty ? $"{category}-{id}" : category;
    }

    /// <summary>The same as with the id's 32 hexadecimal digits.</summary>
    /// <exception cref="ArgumentException">The category is out of range, or the id is empty.</exception>
    public StreamName(string category, Guid id)
    {
        if (!IsCategory(category)) throw new ArgumentException($"« {category} » is no category: lower-case letters only.", nameof(category));
        if (id == Guid.Empty) throw new ArgumentException("An id of zeros names no stream.", nameof(id));
        (_text, _guid) = (category, id);
    }

    private StreamName(Guid guid, string text) => (_text, _guid) = (text, guid);

    public string Category => _guid != Guid.Empty ? _text! : _text is null ? "" : _text[..Dash(_text)];

    public string Id => _guid != Guid.Empty ? _guid.ToString("N") : _text is null ? "" : _text[(Dash(_text) + 1)..];

    /// <summary>The id that its 32 hexadecimal digits say.</summary>
    /// <exception cref="FormatException">It has others.</exception>
    public Guid GuidId => _guid != Guid.Empty ? _guid : Guid.ParseExact(Id, "N");

    /// <returns>False when the id is not 32 lower-case hexadecimal digits, or all zeros.</returns>
    public bool TryGetGuid(out Guid id)
    {
        id = _guid;
        return id != Guid.Empty;
    }

    /// <summary>Whether <see cref="Category"/> is this, without making a text of it.</summary>
    public bool IsIn(string category) => _guid != Guid.Empty
        ? string.Equals(_text, category, StringComparison.Ordinal)
        : _text is not null && _text.Length > category.Length && _text[category.Length] == '-' && _text.StartsWith(category, StringComparison.Ordinal);

    /// <returns>False when <paramref name="text"/> is no stream name; never throws.</returns>
    public static bool TryParse(string? text, out StreamName name)
    {
        name = default;
        var dash = text is null ? -1 : Dash(text);
        if (dash <= 0 || !IsValid(text.AsSpan(0, dash), text.AsSpan(dash + 1))) return false;

        var guid = GuidOf(text.AsSpan(dash + 1));
        name = new StreamName(guid, guid == Guid.Empty ? text! : KnownCategory(text.AsSpan(0, dash)));
        return true;
    }

    /// <exception cref="ArgumentException"><paramref name="text"/> is no stream name.</exception>
    public static StreamName Parse(string text) =>
        TryParse(text, out var name) ? name : throw new ArgumentException($"« {text} » is no stream name.", nameof(text));

    public bool Equals(StreamName other) => _guid == other._guid && string.Equals(_text, other._text, StringComparison.Ordinal);

    public override int GetHashCode() => _guid != Guid.Empty ? _guid.GetHashCode() : string.GetHashCode(_text, StringComparison.Ordinal);

    /// <summary>
    /// A hash that is the same in every process, unlike <see cref="GetHashCode"/>: where what happens next depends on it, as in a bounded table whose places are
    /// taken over, a seeded run must find the same again in another process.
    /// </summary>
    public uint StableHash()
    {
        if (_guid != Guid.Empty) return unchecked((uint)_guid.GetHashCode());

        // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
        var hash = 2_166_136_261u;
        foreach (var character in _text ?? "") hash = unchecked((hash ^ character) * 16_777_619u);
        return hash;
    }

    public override string ToString() => _guid != Guid.Empty ? $"{_text}-{_guid:N}" : _text ?? "";

    /// <summary>Writes the whole name; all of it is ASCII.</summary>
    /// <param name="destination">At least <see cref="LengthMax"/> bytes.</param>
    /// <returns>How many bytes.</returns>
    public int WriteUtf8(Span<byte> destination)
    {
        var length = Encoding.ASCII.GetBytes(_text, destination);
        if (_guid == Guid.Empty) return length;

        destination[length++] = (byte)'-';
        Utf8Formatter.TryFormat(_guid, destination[length..], out var written, 'N');
        return length + written;
    }

    private static int Dash(string text) => text.IndexOf('-', StringComparison.Ordinal);

    private static bool IsValid(ReadOnlySpan<char> category, ReadOnlySpan<char> id) =>
        !id.IsEmpty && category.Length + 1 + id.Length <= LengthMax && IsCategory(category) && !id.ContainsAnyExcept(IdCharacters);

    private static bool IsCategory(ReadOnlySpan<char> category) => category.Length is > 0 and < LengthMax - GuidDigits && !category.ContainsAnyExceptInRange('a', 'z');

    /// <returns>The empty one for an id that is not 32 lower-case digits: such a one is kept as text.</returns>
    private static Guid GuidOf(ReadOnlySpan<char> id) =>
        id.Length == GuidDigits && !id.ContainsAnyExcept(GuidCharacters) && Guid.TryParseExact(id, "N", out var guid) ? guid : Guid.Empty;

    /// <summary>One text for all names of a category.</summary>
    private static string KnownCategory(ReadOnlySpan<char> category) => category is "transaction" ? "transaction" : category.ToString();
}
