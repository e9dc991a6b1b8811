using System.Globalization;

namespace Ledger.LoadTests.Reporting;

internal static class ProgressText
{
    /// <summary>« filling the log: 12,000 of 48,000 commands, 25 %, 24,000 a second, 2 s left ».</summary>
    public static string Describe(string title, long done, long total, string unit, TimeSpan elapsed)
    {
        var percent = total > 0 ? done * 100 / total : 0;
        var head = string.Create(CultureInfo.InvariantCulture, $"{title}: {done:N0} of {total:N0} {unit}, {percent} %");
        if (done <= 0 || elapsed <= TimeSpan.Zero) return head;

        var rate = done / elapsed.TotalSeconds;
        return string.Create(CultureInfo.InvariantCulture, $"{head}, {rate:N0} a second, {Math.Max(0, total - done) / rate:N0} s left");
    }
}
