using Ledger.EventLog.Conformance;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Tests.Verification;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>Who may write, and what happens when the disk does not take it.</summary>
public sealed class SqliteWriterTests : IDisposable
{
    private static readonly SqliteEventLogOptions Impatient = new() { BusyTimeoutMilliseconds = 0 };

    private readonly TemporaryFolder _folder = new();
    private readonly Appender _appender = new();
    private int _large;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Two_hosts_on_one_file_are_one_too_many()
    {
        await using (var first = Open())
        {
            var error = Assert.Throws<EventLogRefusedException>(() => Open());
            Assert.Contains("in use by another process", error.Message);
            Assert.Equal(1, await Appender.AppendAsync(first, _appender.Unit(Appender.Stream(1))));
        }

        await using var second = Open();
        Assert.Equal(2, await Appender.AppendAsync(second, _appender.Unit(Appender.Stream(1))));
    }

    [Fact]
    public async Task A_writer_whose_log_was_taken_over_never_writes_again()
    {
        await using var first = Open();
        await Appender.AppendAsync(first, _appender.Unit(Appender.Stream(1)));
        var late = _appender.Unit(Appender.Stream(2));

        // Someone deleted the lock file, or the file system does not lock.
        File.Delete(_folder.Log + ".lock");
        await using var second = Open();

        Assert.Contains("taken over", (await Assert.ThrowsAsync<EventLogFencedException>(async () => await first.AppendAsync([late], default))).Message);
        await Assert.ThrowsAsync<EventLogFencedException>(async () => await first.AppendAsync([late], default));
        Assert.Null(await second.FindCommandAsync(late.Command.Id, default));
        Assert.Equal(2, await Appender.AppendAsync(second, late));
        await Assert.ThrowsAsync<EventLogFencedException>(async () => await first.AppendAsync([late], default));
    }

    [Fact]
    public async Task A_reader_of_its_own_follows_while_the_writer_writes_and_cannot_write()
    {
        await using var log = Open();
        await using var reader = SqliteEventLog.OpenReadOnly(_folder.Log);
        Assert.Equal(0, reader.LastPosition);
        await Assert.ThrowsAsync<EventLogRefusedException>(async () => await reader.WaitForAsync(0, default));

        await Appender.AppendAsync(log, _appender.Unit(Appender.Stream(1), Appender.Stream(2)));

        // Whoever writes reads heads only when they are in the tables, where others see it.
        Assert.Equal(2, (await log.ReadHeadsAsync(null, 10, default)).Length);

        Assert.Equal(2, reader.LastPosition);
        Assert.Equal(2, (await reader.ReadAllAsync(0, 10, default)).Length);
        await reader.WaitForAsync(1, default);
        await Assert.ThrowsAsync<EventLogRefusedException>(async () => await reader.AppendAsync([_appender.Unit(Appender.Stream(1))], default));
    }

    [Fact]
    public async Task Another_programs_lock_stops_no_commit_and_a_read_of_what_waits_for_it_says_so()
    {
        await using var log = SqliteEventLog.Open(_folder.Log, Impatient);
        await Appender.AppendAsync(log, _appender.Unit(Appender.Stream(1)));
        Assert.Single(await log.ReadAllAsync(0, 10, default));
        var unit = _appender.Unit(Appender.Stream(1));
        using (var tool = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.Log};Pooling=False"))
        {
            tool.Open();
            using var transaction = tool.BeginTransaction();
            Assert.Equal(2, await Appender.AppendAsync(log, unit));
            var said = (await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.ReadStreamAsync(Appender.Stream(1), 0, 10, default))).Message;
            Assert.Contains("holds a lock", said);
            Assert.Contains("committed and safe", said);
        }

        Assert.Equal(2, log.LastPosition);
        Assert.Equal(unit.Command.Id, (await ReadWhenItCanAsync(log, Appender.Stream(1)))[^1].CommandId);
    }

    [Fact]
    public async Task A_full_disk_takes_nothing_of_a_batch_and_all_of_it_once_there_is_room()
    {
        using var disk = new Tmpfs(kilobytes: 16 * 1024);
        var ballast = Path.Combine(disk.Root, "ballast");

        // More pages than the disk has: no checkpoint makes room behind the test's back.
        await using (var log = SqliteEventLog.Open(disk.Log, new SqliteEventLogOptions { CheckpointPages = 4_000 }))
        {
            await SampleLog.FillAsync(log, rounds: 1);
            await FillDiskAsync(ballast);
            var (batch, before) = await AppendUntilFullAsync(log);

            Assert.Equal(before, log.LastPosition);
            await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await log.AppendAsync(batch, default));

            File.Delete(ballast);
            Assert.Equal(before, (await ReadWhenItCanAsync(log, Appender.Stream(1)))[^1].Position);
            Assert.Null(await log.FindCommandAsync(batch[0].Command.Id, default));
            Assert.Equal(before + batch.Length, await Appender.AppendAsync(log, batch));
        }

        await using var reopened = SqliteEventLog.Open(disk.Log, SqliteEventLogOptions.Default);
        foreach (var head in await reopened.ReadHeadsAsync(null, int.MaxValue, default))
        {
            Assert.Equal(head.Version, (await reopened.ReadStreamAsync(head.Stream, 0, int.MaxValue, default)).Length);
        }
    }

    [Fact]
    public async Task A_log_on_a_read_only_medium_can_be_verified()
    {
        using var disk = new Tmpfs(kilobytes: 4096);
        await using (var log = SqliteEventLog.Open(disk.Log, SqliteEventLogOptions.Default)) await SampleLog.FillAsync(log, rounds: 1);
        disk.MakeReadOnly();

        await using (var reader = SqliteEventLog.OpenReadOnly(disk.Log)) Assert.True((await SampleLog.VerifyAsync(reader)).IsSound);
        Assert.Throws<EventLogRefusedException>(() => SqliteEventLog.Open(disk.Log, SqliteEventLogOptions.Default));
    }

    [Fact]
    public async Task A_closed_log_answers_nobody()
    {
        var log = Open();
        await log.DisposeAsync();
        await log.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await log.AppendAsync([_appender.Unit(Appender.Stream(1))], default));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await log.ReadAllAsync(0, 1, default));
        Assert.False(File.Exists(_folder.Log + "-wal"), "A closed log is one file.");
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteEventLogOptions { ReadersMax = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteEventLogOptions { BusyTimeoutMilliseconds = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new SqliteEventLogOptions { CheckpointPages = 1 });
    }

    private SqliteEventLog Open() => SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);

    /// <summary>Until the tables, which try again by themselves, have what they missed.</summary>
    private static async Task<IReadOnlyList<RecordedEvent>> ReadWhenItCanAsync(SqliteEventLog log, StreamName stream)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                return await log.ReadStreamAsync(stream, 0, int.MaxValue, bound.Token);
            }
            catch (EventLogUnavailableException)
            {
                bound.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }

    private static async Task FillDiskAsync(string ballast)
    {
        await using var file = File.Create(ballast);
        // What fits beside it into the commit file fits three times into its room: as commit, as page of the write-ahead log, and as page.
        await file.WriteAsync(new byte[12 * 1024 * 1024]);
    }

    private async Task<(AppendUnit[] Batch, long Before)> AppendUntilFullAsync(SqliteEventLog log)
    {
        const int BatchesMax = 1000;
        for (var batches = 0; batches < BatchesMax; batches++)
        {
            var before = log.LastPosition;
            var batch = Enumerable.Range(0, 20).Select(_ => Large()).ToArray();
            try
            {
                await Appender.AppendAsync(log, batch);
            }
            catch (EventLogUnavailableException full)
            {
                Assert.Contains("Nothing of this was stored", full.Message);
                return (batch, before);
            }
        }

        throw new InvalidOperationException("The disk never became full.");
    }

    private AppendUnit Large()
    {
        // After those of the sample log, which count from 1.
        var id = Appender.CommandId(1_000_000 + ++_large);
        return new AppendUnit(Appender.Command(id), [_appender.Write(id, Appender.Stream(1), new string('x', 3000))]);
    }
}
