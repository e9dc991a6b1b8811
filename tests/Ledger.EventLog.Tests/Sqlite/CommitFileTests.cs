using System.Buffers.Binary;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Sqlite.Commits;
using Ledger.EventLog.Tests.Verification;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>A log with its commit files and SQLite's write-ahead log as a crash leaves them, and then damaged.</summary>
public sealed class CommitFileTests : IDisposable
{
    private const int Rounds = 6;
    private const int EventsPerRound = SampleLog.EventsPerRound;
    private const int Alignment = 64;
    private const int Flips = 60;

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(1);

    public void Dispose() => _folder.Dispose();

    private string Crashed => Path.Combine(_folder.Root, "crashed.db");

    [Theory, Rule("I38")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_crash_all_that_was_committed_is_taken_in(bool isInTables)
    {
        await CrashAsync(isInTables);
        await AssertOpensAsync(Rounds * EventsPerRound);
    }

    [Fact, Rule("I38")]
    public async Task A_reader_alone_sees_what_a_crash_left_in_the_commit_files()
    {
        await CrashAsync(isInTables: false);
        await using var log = SqliteEventLog.OpenReadOnly(Crashed);
        Assert.Equal(Rounds * EventsPerRound, log.LastPosition);
    }

    [Fact]
    public async Task A_last_commit_that_a_power_cut_tore_is_dropped_whole()
    {
        var commits = await CrashAsync(isInTables: false);
        var (start, length) = Frames(commits)[^1];
        for (var flip = 0; flip < Flips; flip++)
        {
            await CrashAsync(isInTables: false);
            await FlipAsync("-commits1", start + _random.Next(length));
            await AssertOpensAsync((Rounds - 1) * EventsPerRound);
        }

        await CrashAsync(isInTables: false);
        await File.WriteAllBytesAsync(Crashed + "-commits1", commits[..(start + length - 1)]);
        await AssertOpensAsync((Rounds - 1) * EventsPerRound);
    }

    [Fact, Rule("E100")]
    public async Task A_damaged_commit_that_only_its_file_has_is_named_when_later_ones_are_there()
    {
        var commits = await CrashAsync(isInTables: false);
        var last = Frames(commits)[^1].Start;
        for (var flip = 0; flip < Flips; flip++)
        {
            await FlipAsync("-commits1", _random.Next(last), isPadding: at => IsPadding(commits, at));
            AssertCorrupt("commit");
            await File.WriteAllBytesAsync(Crashed + "-commits1", commits);
        }
    }

    /// <summary>As a sync leaves it that failed on a disk that has the commit all the same: the next start did not see it, and its writer gave the number again.</summary>
    [Fact, Rule("I38")]
    public async Task Of_two_commits_of_one_number_the_later_writers_counts()
    {
        var commits = await CrashAsync(isInTables: false);
        var last = Frames(commits)[^1].Start;
        var (sequence, position) = (BinaryPrimitives.ReadInt64LittleEndian(commits.AsSpan(last + 8)), BinaryPrimitives.ReadInt64LittleEndian(commits.AsSpan(last + 24)));
        var earlier = new byte[CommitFrame.HeaderLength];
        CommitFrame.Seal(earlier, sequence, epoch: 0, unitCount: 0, position, position - 1, writeCount: 0);
        await File.WriteAllBytesAsync(Crashed + "-commits2", earlier);
        await AssertOpensAsync(Rounds * EventsPerRound);
    }

    [Fact, Rule("E100")]
    public async Task Damage_in_sqlites_write_ahead_log_is_healed_from_the_commit_files()
    {
        for (var flip = 0; flip < Flips; flip++)
        {
            await CrashAsync(isInTables: true);
            await FlipAsync("-wal", _random.Next((int)new FileInfo(Crashed + "-wal").Length));
            await AssertOpensAsync(Rounds * EventsPerRound);
        }
    }

    [Theory, Rule("E100")]
    [InlineData("-commits1")]
    [InlineData("-commits2")]
    public async Task A_commit_file_that_is_missing_after_a_crash_is_named(string name)
    {
        await CrashAsync(isInTables: false);
        File.Delete(Crashed + name);
        AssertCorrupt(name);
    }

    [Fact, Rule("E100")]
    public async Task A_missing_file_whose_commit_files_are_there_is_not_made_anew()
    {
        await CrashAsync(isInTables: false);
        File.Delete(Crashed);
        File.Delete(Crashed + "-wal");
        AssertCorrupt("the file is missing");
        Assert.False(File.Exists(Crashed));
    }

    [Fact]
    public async Task A_closed_log_has_no_commit_files_and_needs_none()
    {
        await using (var log = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default)) await SampleLog.FillAsync(log, Rounds);
        Assert.Empty(Directory.GetFiles(_folder.Root, "*-commits*"));

        await using var reopened = SqliteEventLog.OpenReadOnly(_folder.Log);
        Assert.Equal(Rounds * EventsPerRound, reopened.LastPosition);
    }

    /// <summary>Copies a log that is being written, as it stands after its last commit.</summary>
    /// <param name="isInTables">False: the tables are as they were before the first commit, as if the machine had stopped before they were reached.</param>
    /// <returns>The bytes of the first commit file.</returns>
    private async Task<byte[]> CrashAsync(bool isInTables)
    {
        foreach (var left in Directory.GetFiles(_folder.Root, "crashed.db*")) File.Delete(left);
        var path = Path.Combine(_folder.Root, $"{Guid.CreateVersion7():N}.db");
        await using var log = SqliteEventLog.Open(path, SqliteEventLogOptions.Default);
        if (!isInTables) Copy(path, "", "-wal");
        await SampleLog.FillAsync(log, Rounds);

        // Reading waits until it is all in the tables.
        Assert.Equal(Rounds * EventsPerRound, (await log.ReadAllAsync(0, int.MaxValue, default)).Length);
        if (isInTables) Copy(path, "", "-wal");
        Copy(path, "-commits1", "-commits2");
        return await File.ReadAllBytesAsync(Crashed + "-commits1");
    }

    private void Copy(string path, params string[] endings)
    {
        foreach (var ending in endings) File.Copy(path + ending, Crashed + ending);
    }

    /// <summary>Where each commit begins, and its length without what is between two.</summary>
    private static List<(int Start, int Length)> Frames(byte[] commits)
    {
        var frames = new List<(int, int)>();
        for (var at = 0; commits.AsSpan(at, 8).SequenceEqual("LEDGCMT1"u8);)
        {
            var length = 64 + BinaryPrimitives.ReadInt32LittleEndian(commits.AsSpan(at + 16));
            frames.Add((at, length));
            at += (length + Alignment - 1) / Alignment * Alignment;
        }

        Assert.True(frames.Count >= Rounds, "Every round is a commit.");
        return frames;
    }

    private static bool IsPadding(byte[] commits, int at) => !Frames(commits).Any(frame => frame.Start <= at && at < frame.Start + frame.Length);

    private async Task FlipAsync(string ending, int at, Func<int, bool>? isPadding = null)
    {
        while (isPadding?.Invoke(at) is true) at--;
        var bytes = await File.ReadAllBytesAsync(Crashed + ending);
        bytes[at] ^= 1;
        await File.WriteAllBytesAsync(Crashed + ending, bytes);
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
        var before = Directory.GetFiles(_folder.Root, "crashed.db*").Where(static name => !name.EndsWith("-shm", StringComparison.Ordinal) && !name.EndsWith(".lock", StringComparison.Ordinal)).ToDictionary(static name => name, File.ReadAllBytes);
        Assert.Contains(why, Assert.Throws<EventLogCorruptException>(() => SqliteEventLog.Open(Crashed, SqliteEventLogOptions.Default)).Message);
        foreach (var (name, bytes) in before.Where(static file => file.Key.Contains("commits", StringComparison.Ordinal))) Assert.Equal(bytes, File.ReadAllBytes(name));
    }
}
