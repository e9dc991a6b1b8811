namespace Ledger.EventLog;

/// <summary>The name under which events of one shape are stored: lower-case words joined by « - », then « . » and the shape's number, « card-opposed.1 ».</summary>
public static class StoredType
{
    /// <summary>Longest name with its number, in characters (all ASCII).</summary>
    public const int LengthMax = 96;

    private static readonly System.Buffers.SearchValues<char> NameCharacters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <returns>False when <paramref name="text"/> is no stored type name; never throws.</returns>
    public static bool IsValid(string? text)
    {
        if (text is not { Length: <= LengthMax }) return false;
        var dot = text.LastIndexOf('.');
        if (dot <= 0) return false;

        var name = text.AsSpan(0, dot);
        return name[0] != '-' && !name.ContainsAnyExcept(NameCharacters)
            && int.TryParse(text.AsSpan(dot + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _);
    }
}
