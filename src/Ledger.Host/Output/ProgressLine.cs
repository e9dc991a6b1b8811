using System.Diagnostics;
using System.Globalization;

namespace Ledger.Host.Output;

/// <summary>
/// How far long work is, on stderr: a bar with rate and time left, drawn over itself; plain lines now and then where nobody watches.
/// One caller at a time.
/// </summary>
internal sealed class ProgressLine(string title, string unit) : IDisposable
{
    private const int BarWidth = 30;

    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PrintEvery = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _last = TimeSpan.Zero;
    private bool _drawn;

    /// <param name="done">Not above <paramref name="total"/>.</param>
    /// <param name="total">May grow while the work runs.</param>
    public void Report(long done, long total)
    {
        var elapsed = _watch.Elapsed;
        if (elapsed - _last < (Terminal.ErrorIsWatched ? DrawEvery : PrintEvery)) return;

        _last = elapsed;
        var line = Describe(title, unit, done, total, elapsed);
        if (Terminal.ErrorIsWatched) Console.Error.Write($"\r\u001b[2K{Bar(done, total)} {line}");
        else Console.Error.WriteLine(line);
        _drawn = Terminal.ErrorIsWatched;
    }

    /// <summary>Wipes the bar, so that what follows stands alone.</summary>
    public void Dispose()
    {
        if (_drawn) Console.Error.Write("\r\u001b[2K");
        _drawn = false;
    }

    /// <summary>« verifying: 12000 of 48000 events, 25 %, 24000 a second, 2 s left ».</summary>
    internal static string Describe(string title, string unit, long done, long total, TimeSpan elapsed)
    {
        var percent = total > 0 ? done * 100 / total : 0;
        var head = string.Create(CultureInfo.InvariantCulture, $"{title}: {done} of {total} {unit}, {percent} %");
        if (done <= 0 || elapsed <= TimeSpan.Zero) return head;

        var rate = done / elapsed.TotalSeconds;
        var left = TimeSpan.FromSeconds(Math.Min(Math.Max(total - done, 0) / rate, TimeSpan.FromDays(30).TotalSeconds));
        return string.Create(CultureInfo.InvariantCulture, $"{head}, {rate:0} a second, {DescribeTime(left)} left");
    }

    private static string DescribeTime(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h"),
    };

    private static string Bar(long done, long total)
    {
        var filled = total > 0 ? (int)Math.Clamp(done * BarWidth / total, 0, BarWidth) : 0;
        return $"[{new string('#', filled)}{new string('.', BarWidth - filled)}]";
    }
}
