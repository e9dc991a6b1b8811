using System.Diagnostics;

namespace Ledger.LoadTests.Measurements;

/// <summary>The most memory that a process had while this ran, looked at every 100 ms.</summary>
internal sealed class MemoryPeak : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly Timer _timer;
    private long _most;

    private MemoryPeak(Process process)
    {
        _process = process;
        _timer = new Timer(_ => Look(), null, TimeSpan.Zero, Every);
    }

    public double Megabytes
    {
        get
        {
            Look();
            return Interlocked.Read(ref _most) / 1e6;
        }
    }

    /// <param name="process">Disposed with this; this process when null.</param>
    public static MemoryPeak Start(Process? process = null) => new(process ?? Process.GetCurrentProcess());

    public void Dispose()
    {
        _timer.Dispose();
        _process.Dispose();
    }

    private void Look()
    {
        lock (_process)
        {
            _process.Refresh();
            _most = Math.Max(_most, _process.WorkingSet64);
        }
    }
}
