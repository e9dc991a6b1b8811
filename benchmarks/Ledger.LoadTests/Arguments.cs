using System.Globalization;

namespace Ledger.LoadTests;

/// <summary>Pairs of « --name value ».</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public static Arguments Parse(IReadOnlyList<string> args)
    {
        var parsed = new Arguments();
        for (var index = 0; index + 1 < args.Count; index += 2) parsed._values[args[index]] = args[index + 1];
        return parsed;
    }

    public int Number(string name, int byDefault) => _values.TryGetValue(name, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : byDefault;

    public string? Text(string name) => _values.GetValueOrDefault(name);
}
