using System.Text.RegularExpressions;

namespace Ledger.Architecture.Tests;

/// <summary>
/// A method has at most 70 lines and a file 400. What is longer stands here with its length and its reason; it may shrink, never grow.
/// </summary>
public partial class RatchetTests
{
    private const int MethodLinesMax = 70;

    private const int FileLinesMax = 400;

    /// <summary>Path to (lines, reason).</summary>
    private static readonly Dictionary<string, (int Lines, string Reason)> LongFiles = [];

    /// <summary>Path and line's text to (lines, reason).</summary>
    private static readonly Dictionary<string, (int Lines, string Reason)> LongMethods = new()
    {
        ["src/Ledger.Api/Problems/ProblemTable.cs: private static readonly FrozenDictionary<string, int> StatusByCode = new Dictionary<string, int>(StringComparer.Ordinal)"] =
            (130, "The one table from a code to its HTTP status, a line per code; split, it would be two places to look."),
    };

    [Fact]
    public void Files_stay_below_the_limit_or_have_a_reason()
    {
        var measured = Repository.SourceFiles().ToDictionary(Repository.Relative, static file => File.ReadLines(file).Count());

        AssertRatchet(measured, LongFiles, FileLinesMax);
    }

    [Fact]
    public void Methods_stay_below_the_limit_or_have_a_reason()
    {
        var measured = Repository.SourceFiles()
            .SelectMany(static file => MethodsOf(File.ReadAllLines(file)).Select(method => (Name: $"{Repository.Relative(file)}: {method.Head}", method.Lines)))
            .GroupBy(static method => method.Name)
            .ToDictionary(static group => group.Key, static group => group.Max(static method => method.Lines));

        Assert.NotEmpty(measured);
        AssertRatchet(measured, LongMethods, MethodLinesMax);
    }

    [Fact]
    public void The_measure_counts_a_methods_lines()
    {
        string[] source = ["public class A", "{", "    public void B()", "    {", "        if (true)", "        {", "            C();", "        }", "    }", "}"];

        Assert.Equal([("public void B()", 5 + 1)], MethodsOf(source));
    }

    private static void AssertRatchet(Dictionary<string, int> measured, Dictionary<string, (int Lines, string Reason)> reasons, int linesMax)
    {
        var tooLong = measured.Where(entry => entry.Value > (reasons.TryGetValue(entry.Key, out var reason) ? reason.Lines : linesMax)).Select(static entry => $"{entry.Key}: {entry.Value} lines");
        Assert.Empty(tooLong);
        Assert.DoesNotContain(reasons.Keys, key => !measured.TryGetValue(key, out var lines) || lines <= linesMax);
    }

    /// <summary>A body is what stands between braces alone on their lines at one depth, below a head that declares no type. The formatter keeps it so.</summary>
    private static IEnumerable<(string Head, int Lines)> MethodsOf(string[] lines)
    {
        for (var open = 1; open < lines.Length; open++)
        {
            if (lines[open].Trim() != "{" || IsContainer(lines, open)) continue;

            var close = Array.FindIndex(lines, open, line => line.StartsWith(lines[open].Replace('{', '}'), StringComparison.Ordinal));
            if (close < 0) continue;

            yield return (HeadOf(lines, open), close - open + 1);
            open = close;
        }
    }

    private static bool IsContainer(string[] lines, int open) => Container().IsMatch(HeadOf(lines, open));

    /// <summary>The nearest line above at the brace's own depth: a head's continuation lines are indented further.</summary>
    private static string HeadOf(string[] lines, int open)
    {
        var depth = lines[open].IndexOf('{', StringComparison.Ordinal);
        for (var line = open - 1; line >= 0; line--)
        {
            if (lines[line].Length > depth && lines[line].TakeWhile(char.IsWhiteSpace).Count() == depth && !lines[line].TrimStart().StartsWith("where ", StringComparison.Ordinal)) return lines[line].Trim();
        }

        return "";
    }

    [GeneratedRegex(@"^(?:[a-z]+ )*(?:class|record|struct|interface|enum|namespace|extension)\b")]
    private static partial Regex Container();
}
