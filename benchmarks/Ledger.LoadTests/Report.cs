using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;

namespace Ledger.LoadTests;

/// <summary>Rows of one run, printed as a Markdown table with the machine that made them.</summary>
internal sealed class Report(string title)
{
    private readonly List<string[]> _rows = [["what", "rate /s", "p50 ms", "p99 ms", "p99.9 ms", "max ms"]];

    public static void PrintMachine()
    {
        var cpu = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() : null;
        AnsiConsole.WriteLine($"{Environment.ProcessorCount} cores ({cpu ?? "unknown"}), {RuntimeInformation.OSDescription}, .NET {Environment.Version}, server GC {System.Runtime.GCSettings.IsServerGC}");
    }

    /// <param name="seconds">Wall-clock time of all operations together.</param>
    /// <param name="latencies">One per operation, in milliseconds; sorted here.</param>
    public void Add(string what, double seconds, double[] latencies)
    {
        Array.Sort(latencies);
        _rows.Add([what, Number(latencies.Length / seconds, "N0"), Percentile(latencies, 0.5), Percentile(latencies, 0.99), Percentile(latencies, 0.999), Number(latencies[^1], "N2")]);
    }

    public void Print()
    {
        Console.WriteLine($"\n{title}\n");
        for (var row = 0; row < _rows.Count; row++)
        {
            Console.WriteLine($"| {string.Join(" | ", _rows[row])} |");
            if (row == 0) Console.WriteLine("|---|---:|---:|---:|---:|---:|");
        }
    }

    private static string Percentile(double[] sorted, double share) => Number(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))], "N2");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
