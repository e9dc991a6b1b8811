using Ledger.EventLog;
using Ledger.EventLog.Conformance;

namespace Ledger.Cluster.EventStoreDb.Tests;

/// <summary>Several processes over one stream, here as several logs with clients of their own. None ever looks by itself: they only subscribe.</summary>
public sealed class SharedWritingTests(EventStoreDbFixture fixture) : SharedWritingConformance
{
    protected override Task<Func<Task<IEventLog>>> CreateAsync()
    {
        var options = fixture.CreateLog();
        return Task.FromResult<Func<Task<IEventLog>>>(async () => await EventStoreDbEventLog.OpenAsync(options, default));
    }

    /// <summary>The server is killed with SIGKILL in the middle, twice, and starts again.</summary>
    protected override Task<BreakableLog> CreateBreakableAsync()
    {
        var (server, options, kills) = (fixture.Server, fixture.CreateLog(), 0);
        return Task.FromResult(new BreakableLog(async () => await EventStoreDbEventLog.OpenAsync(options, default), BreakAsync, BreaksLeast: 2));

        async Task<int> BreakAsync(long position, CancellationToken bound)
        {
            if (kills == 2 || position <= ThirdOfEvents * (kills + 1)) return 0;

            kills++;
            await server.KillAsync(bound);
            await server.StartAgainAsync(bound);
            return 1;
        }
    }
}
