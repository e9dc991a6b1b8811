namespace Ledger.LoadTests.Reporting;

/// <summary>Progress of what takes a known time: a tenth of a second at a time.</summary>
internal sealed class TimeBar : IDisposable
{
    private const int PerSecond = 10;

    private readonly IProgressBar _bar;
    private readonly Timer _timer;

    private TimeBar(IProgressBar bar)
    {
        _bar = bar;
        _timer = new Timer(_ => _bar.Advance(1), null, TimeSpan.FromSeconds(1.0 / PerSecond), TimeSpan.FromSeconds(1.0 / PerSecond));
    }

    public static TimeBar Start(IProgressBoard board, string title, double seconds) => new(board.Start(title, (long)(seconds * PerSecond), "tenths of a second"));

    public void Dispose()
    {
        _timer.Dispose();
        _bar.Dispose();
    }
}
