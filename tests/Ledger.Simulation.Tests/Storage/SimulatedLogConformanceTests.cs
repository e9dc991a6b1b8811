using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Ledger.EventLog;
using Ledger.EventLog.Conformance;
using Ledger.Simulation.Scheduling;
using Ledger.Simulation.Storage;
using NodaTime;

namespace Ledger.Simulation.Tests.Storage;

/// <summary>Where nothing is broken, a simulated log is a log like any other.</summary>
public sealed class SimulatedLogConformanceTests : EventLogConformance
{
    protected override ValueTask<IEventLog> OpenAsync() => new(new DrivenLog(new SimulatedDisk(BrokenGuarantee.None)));

    protected override ValueTask<IEventLog> ReopenAsync(IEventLog log) => new(log);

    protected override async ValueTask<IEventLog> TamperAsync(IEventLog log, long position)
    {
        var recorded = Assert.Single(await log.ReadAllAsync(position - 1, 1, default));
        Assert.True(MemoryMarshal.TryGetArray(recorded.Payload, out var bytes));
        bytes.Array![bytes.Offset + (bytes.Count / 2)] ^= 1;
        return log;
    }

    /// <summary>Opens the disk anew for each call, on a schedule of the caller's thread, and lets it run until there is an answer.</summary>
    private sealed class DrivenLog(SimulatedDisk disk) : IEventLog
    {
        public long LastPosition => disk.LastPosition;

        public bool HasOtherWriters => false;

        public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
        {
            var log = Open(out var schedule);
            var answer = log.AppendAsync(units, cancellation).AsTask();
            while (!answer.IsCompleted) Assert.True(schedule.RunNext());
            return new(answer);
        }

        public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation) =>
            Open(out _).ReadStreamAsync(stream, afterVersion, countMax, cancellation);

        public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation) =>
            Open(out _).ReadAllAsync(afterPosition, countMax, cancellation);

        public ValueTask WaitForAsync(long position, CancellationToken cancellation) => Open(out _).WaitForAsync(position, cancellation);

        public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) => Open(out _).FindCommandAsync(commandId, cancellation);

        public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation) => Open(out _).ReadCommandsAsync(afterId, countMax, cancellation);

        public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation) =>
            Open(out _).ReadHeadsAsync(afterName, countMax, cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private SimulatedLog Open(out Schedule schedule)
        {
            schedule = new Schedule(NodaConstants.UnixEpoch);
            return new SimulatedLog(schedule, disk, new LogWeather(new Chance(1), new SimulationCounts()));
        }
    }
}
