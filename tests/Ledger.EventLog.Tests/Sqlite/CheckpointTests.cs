using Ledger.EventLog.Conformance;
using Ledger.EventLog.Sqlite;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>The write-ahead log goes into the file while commits go on, and does not grow without end.</summary>
public sealed class CheckpointTests : IDisposable
{
    private const int PageLength = 16_384;
    private const int CheckpointPages = 100;

    // What the writer waits at, and what one batch and one round may add.
    private const int PagesMax = 8 * CheckpointPages;

    private readonly TemporaryFolder _folder = new();
    private readonly Appender _appender = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_write_ahead_log_is_taken_in_while_commits_go_on(bool inBackground)
    {
        const int Batches = 1_200;
        await using (var log = Open(inBackground))
        {
            for (var batch = 1; batch <= Batches; batch++)
            {
                await Appender.AppendAsync(log, _appender.Unit(Appender.Stream(batch), Appender.Stream(5_000 + (batch % 7))));

                // In the tables by then.
                Assert.Single(await log.ReadHeadsAsync(null, 1, default));
                Assert.InRange(new FileInfo(_folder.Log + "-wal").Length, 1, PagesMax * (PageLength + 24L));
            }

            Assert.True(new FileInfo(_folder.Log).Length > 10 * PageLength, "The file grew while the log was open.");
            Assert.Equal(2 * Batches, log.LastPosition);
        }

        await using var reopened = Open(inBackground);
        foreach (var head in await reopened.ReadHeadsAsync(null, int.MaxValue, default))
        {
            Assert.Equal(head.Version, (await reopened.ReadStreamAsync(head.Stream, 0, int.MaxValue, default)).Length);
        }

        Assert.Equal(2 * Batches, reopened.LastPosition);
    }

    [Fact]
    public async Task A_reader_that_stays_does_not_stop_the_writer()
    {
        await using var log = Open(inBackground: true);
        await Appender.AppendAsync(log, _appender.Unit(Appender.Stream(1)));
        Assert.Single(await log.ReadHeadsAsync(null, 2, default));
        using var tool = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.Log};Mode=ReadOnly;Pooling=False");
        tool.Open();
        using var snapshot = tool.BeginTransaction(deferred: true);
        Assert.Equal(1L, Count(tool, snapshot));

        for (var batch = 2; batch <= PagesMax; batch++)
        {
            await Appender.AppendAsync(log, _appender.Unit(Appender.Stream(batch)));
            Assert.Single(await log.ReadStreamAsync(Appender.Stream(batch), 0, 2, default));
        }

        Assert.Equal(1L, Count(tool, snapshot));
        Assert.Equal(PagesMax, log.LastPosition);
    }

    private SqliteEventLog Open(bool inBackground) =>
        SqliteEventLog.Open(_folder.Log, new SqliteEventLogOptions { CheckpointPages = CheckpointPages, WorksInBackground = inBackground });

    private static object? Count(Microsoft.Data.Sqlite.SqliteConnection tool, Microsoft.Data.Sqlite.SqliteTransaction snapshot)
    {
        using var command = tool.CreateCommand();
        command.Transaction = snapshot;
        command.CommandText = "SELECT count(*) FROM events";
        return command.ExecuteScalar();
    }
}
