using System.Globalization;
using Ledger.EventLog.Faults;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Sqlite.Faults;

/// <summary>The log on a disk that fails at every place, in every way, at every moment.</summary>
public sealed class DiskFaultTests
{
    /// <summary>Enough for several rounds of the write-ahead log.</summary>
    private const int Batches = 60;

    private const int RandomRuns = 25;

    /// <summary>In a thousand operations; a commit has about twenty.</summary>
    private const int FaultsPerThousandMax = 8;

    /// <summary>Given to repeat a run that failed; the message of the failure has it.</summary>
    private const string SeedVariable = "LEDGER_FAULT_SEED";

    /// <summary>Given to try more than the suite has time for.</summary>
    private const string RunsVariable = "LEDGER_FAULT_RUNS";

    public static TheoryData<DiskFile, DiskAction, DiskFault> Faults()
    {
        var table = new TheoryData<DiskFile, DiskAction, DiskFault>();
        foreach (var file in new[] { DiskFile.Database, DiskFile.WriteAheadLog, DiskFile.CommitFile })
        {
            // A commit file is read at the start only: RunOneFaultAsync opens the log until it was asked often enough.
            table.Add(file, DiskAction.Read, DiskFault.IoError);
            table.Add(file, DiskAction.Read, DiskFault.PowerCut);
            table.Add(file, DiskAction.Write, DiskFault.IoError);
            table.Add(file, DiskAction.Write, DiskFault.DiskFull);
            table.Add(file, DiskAction.Write, DiskFault.ShortWrite);
            table.Add(file, DiskAction.Write, DiskFault.PowerCut);
            table.Add(file, DiskAction.Sync, DiskFault.SyncFailsAndForgets);
            table.Add(file, DiskAction.Sync, DiskFault.SyncFailsAndDrops);
            table.Add(file, DiskAction.Sync, DiskFault.PowerCut);
        }

        // The file itself only grows.
        table.Add(DiskFile.WriteAheadLog, DiskAction.Truncate, DiskFault.IoError);
        table.Add(DiskFile.WriteAheadLog, DiskAction.Truncate, DiskFault.PowerCut);
        return table;
    }

    [Theory, MemberData(nameof(Faults)), Rule("E32"), Rule("I38")]
    public async Task A_fault_at_any_place_loses_nothing_that_was_acknowledged_and_leaves_nothing_in_part(DiskFile file, DiskAction action, DiskFault fault)
    {
        foreach (var first in new[] { 1, 2, 3, 7 }) await RunOneFaultAsync(file, action, fault, first, lasts: 1);
        await RunOneFaultAsync(file, action, fault, first: 5, lasts: 7);
    }

    [Fact, Rule("E32"), Rule("I38")]
    public async Task Random_faults_and_power_cuts_lose_nothing_that_was_acknowledged_and_leave_nothing_in_part()
    {
        var given = NumberOf(SeedVariable);
        var seed = given ?? Environment.TickCount;
        var runs = given is null ? NumberOf(RunsVariable) ?? RandomRuns : 1;
        var strikes = 0;
        for (var run = 0; run < runs; run++) strikes += await WithSeedAsync(unchecked(seed + run));
        Assert.True(strikes >= runs, $"{strikes} faults in {runs} runs: this shows nothing.");
    }

    [Theory, InlineData(DiskFault.SyncFailsAndForgets), InlineData(DiskFault.SyncFailsAndDrops), Rule("E32")]
    public async Task After_a_failed_sync_the_writer_writes_no_more_and_says_why(DiskFault fault)
    {
        await using var run = new FaultRun(seed: 1);
        await run.OpenAsync();
        await run.AppendAsync(batches: 3);
        var last = run.Log.LastPosition;
        var syncs = 0;
        var writes = 0;
        run.Disk.Strike = operation =>
        {
            if (operation.Action == DiskAction.Write) writes++;
            return operation.Action == DiskAction.Sync && ++syncs == 1 ? fault : null;
        };
        var units = run.NextBatch();
        var said = "";
        await run.AppendAndFailAsync(units, error => said = error.Message);
        Assert.Contains("failed to make a write durable", said);
        Assert.Contains("start it again", said);

        // The disk is well again, and it is not even asked.
        (syncs, writes) = (1, 0);
        for (var attempt = 0; attempt < 3; attempt++) await run.AppendAndFailAsync(units, error => Assert.Equal(said, error.Message));
        Assert.Equal((1, 0), (syncs, writes));
        Assert.Equal(last, run.Log.LastPosition);
        Assert.Equal(last, (await run.Log.ReadAllAsync(0, int.MaxValue, default)).Length);

        await run.ReopenAsync();
        await run.AppendOneAsync(units);
        await run.CheckAsync();
    }

    [Fact, Rule("E32"), Rule("I38")]
    public async Task What_a_sync_failed_on_is_made_durable_by_the_next_start_before_anybody_is_told_of_it()
    {
        await using var run = new FaultRun(seed: 1);
        await run.OpenAsync();
        await run.AppendAsync(batches: 3);
        var units = run.NextBatch();
        var failed = false;
        run.Disk.Strike = operation => operation.Action == DiskAction.Sync && !failed && (failed = true) ? DiskFault.SyncFailsAndForgets : null;
        await run.AppendAndFailAsync(units, static _ => { });

        // The process ends without a word; its unsynced commit is still in the kernel's cache, where the next one finds it.
        await run.KillAndReopenAsync();
        await run.AppendOneAsync(units);
        await run.AppendAsync(batches: 2);
        run.Disk.CutPower();
        await run.ReopenAsync();
    }

    private static async Task RunOneFaultAsync(DiskFile file, DiskAction action, DiskFault fault, int first, int lasts)
    {
        await using var run = new FaultRun(seed: first);
        await run.OpenAsync();
        var asked = 0;
        run.Disk.Strike = operation => operation.File == file && operation.Action == action && ++asked >= first && asked < first + lasts ? fault : null;
        await run.AppendAsync(Batches);
        for (var again = 0; asked < first && again < first; again++) await run.ReopenAsync();
        Assert.True(asked >= first, $"{action} of {file} was asked {asked} times: this row shows nothing.");

        run.Disk.Strike = static _ => null;
        await run.CheckAsync();
        run.Disk.CutPower();
        await run.ReopenAsync();
        await run.AppendAsync(batches: 3);
        await run.ReopenAsync();
    }

    private static async Task<int> RunRandomFaultsAsync(int seed)
    {
        await using var run = new FaultRun(seed);
        var random = new Random(seed);
        var perThousand = random.Next(1, FaultsPerThousandMax + 1);
        run.Disk.Strike = operation => random.Next(1000) < perThousand ? RandomFault(operation.Action, random) : null;
        await run.OpenAsync();
        for (var batch = 0; batch < Batches; batch++)
        {
            await run.AppendAsync(batches: 1);
            if (random.Next(20) != 0) continue;
            if (random.Next(2) == 0) run.Disk.CutPower();
            if (random.Next(4) == 0) await run.KillAndReopenAsync();
            else await run.ReopenAsync();
        }

        run.Disk.Strike = static _ => null;
        await run.ReopenAsync();
        return run.Disk.Strikes;
    }

    /// <summary>Tells the seed of whatever it was.</summary>
    private static async Task<int> WithSeedAsync(int seed)
    {
        try
        {
            return await RunRandomFaultsAsync(seed);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{SeedVariable}={seed} repeats it: {exception.Message}", exception);
        }
    }

    private static int? NumberOf(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DiskFault RandomFault(DiskAction action, Random random)
    {
        if (random.Next(4) == 0) return DiskFault.PowerCut;
        return action switch
        {
            DiskAction.Read or DiskAction.Truncate => DiskFault.IoError,
            DiskAction.Write => (DiskFault)random.Next((int)DiskFault.IoError, (int)DiskFault.ShortWrite + 1),
            DiskAction.Sync => random.Next(2) == 0 ? DiskFault.SyncFailsAndForgets : DiskFault.SyncFailsAndDrops,
        };
    }
}
