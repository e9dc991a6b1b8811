using System.Diagnostics.Tracing;
using System.Globalization;

namespace Ledger.LoadTests.Engines;

/// <summary>How long the garbage collector stopped this process while this listens. Any thread.</summary>
internal sealed class CollectorPauses : EventListener
{
    private const string RuntimeSource = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords GarbageCollection = (EventKeywords)0x1;

    // https://learn.microsoft.com/dotnet/fundamentals/diagnostics/runtime-garbage-collection-events
    private const int SuspendBegan = 9;
    private const int RestartEnded = 3;

    private readonly Lock _lock = new();
    private DateTime? _suspendedAt;
    private int _count;
    private TimeSpan _all;
    private TimeSpan _longest;

    /// <summary>« 12 pauses, 34 ms in all, the longest 9 ms ».</summary>
    public string Describe()
    {
        lock (_lock) return string.Create(CultureInfo.InvariantCulture, $"{_count} pauses, {_all.TotalMilliseconds:0} ms in all, the longest {_longest.TotalMilliseconds:0.0} ms");
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == RuntimeSource) EnableEvents(eventSource, EventLevel.Informational, GarbageCollection);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        lock (_lock)
        {
            if (eventData.EventId == SuspendBegan) _suspendedAt = eventData.TimeStamp;
            if (eventData.EventId != RestartEnded || _suspendedAt is not { } since) return;

            var pause = eventData.TimeStamp - since;
            (_suspendedAt, _count, _all) = (null, _count + 1, _all + pause);
            if (pause > _longest) _longest = pause;
        }
    }
}
