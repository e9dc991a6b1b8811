using System.Buffers.Binary;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Tests.Verification;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>A file and its write-ahead log as a crash leaves them, and then damaged.</summary>
public sealed class WriteAheadLogTests : IDisposable
{
    private const int Rounds = 6;
    private const int EventsPerRound = SampleLog.EventsPerRound;
    private const int HeaderLength = 32;
    private const int FrameLength = 24 + 16_384;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Crashed => Path.Combine(_folder.Root, "crashed.db");

    [Fact]
    public async Task After_a_crash_all_that_was_committed_is_taken_in()
    {
        await CrashAsync();
        await AssertOpensAsync(Rounds * EventsPerRound);
    }

    [Fact]
    public async Task A_file_that_a_crash_left_shorter_than_it_says_is_made_whole_from_its_write_ahead_log()
    {
        await CrashAsync(checkpoint: true);
        var whole = await File.ReadAllBytesAsync(Crashed);
        await File.WriteAllBytesAsync(Crashed, whole[..(whole.Length / 2)]);
        await AssertOpensAsync(Rounds * EventsPerRound);
    }

    [Fact, Rule("E100")]
    public async Task A_file_shorter_than_it_says_is_refused_when_its_write_ahead_log_has_not_what_is_missing()
    {
        var log = await CrashAsync(checkpoint: true);
        var whole = await File.ReadAllBytesAsync(Crashed);
        await File.WriteAllBytesAsync(Crashed, whole[..(whole.Length / 2)]);
        await File.WriteAllBytesAsync(Crashed + "-wal", log[..(HeaderLength + (3 * FrameLength))]);
        AssertCorrupt("cut off");
    }

    [Fact, Rule("E100")]
    public async Task A_damaged_write_ahead_log_is_named_when_durable_commits_would_be_dropped()
    {
        var log = await CrashAsync();
        var random = new Random(1);
        var last = Commits(log)[^2];
        for (var flips = 0; flips < HeaderLength + 40; flips++)
        {
            // The header, then anywhere before the end of the last transaction but one.
            var at = flips < HeaderLength ? flips : HeaderLength + random.Next(last * FrameLength);
            log[at] ^= 1;
            await File.WriteAllBytesAsync(Crashed + "-wal", log);
            log[at] ^= 1;
            AssertCorrupt("write-ahead log");
        }
    }

    [Fact]
    public async Task A_last_commit_that_a_power_cut_tore_is_dropped_whole()
    {
        var log = await CrashAsync();
        log[^10] ^= 1;
        await File.WriteAllBytesAsync(Crashed + "-wal", log);
        await AssertOpensAsync((Rounds - 1) * EventsPerRound);

        log = await CrashAsync();
        await File.WriteAllBytesAsync(Crashed + "-wal", log[..^100]);
        await AssertOpensAsync((Rounds - 1) * EventsPerRound);
    }

    /// <summary>Copies a log that is being written, as it stands after its last commit.</summary>
    /// <returns>The write-ahead log's bytes.</returns>
    private async Task<byte[]> CrashAsync(bool checkpoint = false)
    {
        var path = Path.Combine(_folder.Root, $"{Guid.CreateVersion7():N}.db");
        await using var log = SqliteEventLog.Open(path, SqliteEventLogOptions.Default);
        await SampleLog.FillAsync(log, Rounds);
        if (checkpoint) Assert.Equal("0", Tampering.Query(path, "PRAGMA wal_checkpoint(PASSIVE)"));

        foreach (var left in Directory.GetFiles(_folder.Root, "crashed.db*")) File.Delete(left);
        File.Copy(path, Crashed);
        File.Copy(path + "-wal", Crashed + "-wal");
        return await File.ReadAllBytesAsync(Crashed + "-wal");
    }

    /// <summary>Numbers of the frames, from 0, that end a transaction.</summary>
    private static List<int> Commits(byte[] log)
    {
        var commits = new List<int>();
        for (var frame = 0; HeaderLength + ((frame + 1) * FrameLength) <= log.Length; frame++)
        {
            if (BinaryPrimitives.ReadUInt32BigEndian(log.AsSpan(HeaderLength + (frame * FrameLength) + 4)) != 0) commits.Add(frame);
        }

        Assert.True(commits.Count > Rounds, "The epoch and every round.");
        return commits;
    }

    private async Task AssertOpensAsync(int events)
    {
        await using var log = SqliteEventLog.Open(Crashed, SqliteEventLogOptions.Default);
        var report = await SampleLog.VerifyAsync(log);
        Assert.True(report.IsSound, report.FirstBad?.Why);
        Assert.Equal(events, report.Events);
    }

    private void AssertCorrupt(string why)
    {
        var (file, log) = (File.ReadAllBytes(Crashed), File.ReadAllBytes(Crashed + "-wal"));
        Assert.Contains(why, Assert.Throws<EventLogCorruptException>(() => SqliteEventLog.Open(Crashed, SqliteEventLogOptions.Default)).Message);
        Assert.Equal(file, File.ReadAllBytes(Crashed));
        Assert.Equal(log, File.ReadAllBytes(Crashed + "-wal"));
    }
}
