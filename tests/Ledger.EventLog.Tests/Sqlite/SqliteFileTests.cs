using System.Buffers.Binary;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Sqlite.ToDo;
using Ledger.EventLog.Tests.Verification;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>Files that are not whole, not ours, or not of this version: named, and left as they are.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory, Rule("E100")]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(20_000)]
    [InlineData(-4096)]
    [InlineData(-1)]
    public async Task A_file_that_was_cut_off_is_refused_and_left_as_it_is(int length)
    {
        var whole = await FilledAsync();
        AssertCorrupt(whole[..(length < 0 ? whole.Length + length : length)]);
    }

    [Fact, Rule("E100")]
    public async Task A_file_whose_first_page_was_overwritten_is_refused()
    {
        var whole = await FilledAsync();
        whole.AsSpan(100, 3996).Clear();
        await File.WriteAllBytesAsync(_folder.Log, whole);
        Assert.Throws<EventLogCorruptException>(() => Open());

        whole.AsSpan(0, 16).Clear();
        AssertCorrupt(whole);
    }

    [Fact, Rule("E100")]
    public async Task A_missing_file_whose_write_ahead_log_is_there_is_not_made_anew()
    {
        await FilledAsync();
        File.Move(_folder.Log, _folder.Log + "-wal");
        Assert.Contains("-wal", Assert.Throws<EventLogCorruptException>(() => Open()).Message);
        Assert.False(File.Exists(_folder.Log));
    }

    [Fact, Rule("E100")]
    public async Task A_page_that_was_lost_is_never_passed_over_in_silence()
    {
        const int PageSize = 16_384;
        var whole = await FilledAsync();
        var before = await ReadEverythingAsync();
        var caught = 0;
        for (var page = 1; page < whole.Length / PageSize; page++)
        {
            var damaged = whole.ToArray();
            damaged.AsSpan(page * PageSize, PageSize).Clear();
            await File.WriteAllBytesAsync(_folder.Log, damaged);
            try
            {
                Assert.Equal(before, await ReadEverythingAsync());
            }
            catch (EventLogCorruptException)
            {
                caught++;
            }
        }

        Assert.True(caught > whole.Length / PageSize / 2, "Most pages are needed.");
    }

    [Fact]
    public async Task Another_programs_file_is_refused_and_left_as_it_is()
    {
        await File.WriteAllTextAsync(_folder.Log, new string('x', 5000));
        AssertRefused("another program's file");

        File.Delete(_folder.Log);
        Tampering.Query(_folder.Log, "CREATE TABLE theirs (a); SELECT 1");
        AssertRefused("another program's file");

        File.Delete(_folder.Log);
        await SqliteToDoStore.Open(_folder.Log).DisposeAsync();
        AssertRefused("another program's file");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Another_versions_file_is_refused_and_left_as_it_is(int version)
    {
        var whole = await FilledAsync();
        BinaryPrimitives.WriteInt32BigEndian(whole.AsSpan(60), version);
        await File.WriteAllBytesAsync(_folder.Log, whole);
        AssertRefused($"version {version}");
    }

    [Fact]
    public void A_path_that_cannot_be_a_log_is_refused_with_what_to_do()
    {
        Assert.Contains("Create it", Assert.Throws<EventLogRefusedException>(() => SqliteEventLog.Open(Path.Combine(_folder.Root, "no", "such", "log.db"), SqliteEventLogOptions.Default)).Message);
        Assert.Contains("does not exist", Assert.Throws<EventLogRefusedException>(() => SqliteEventLog.OpenReadOnly(_folder.Log)).Message);
        Assert.Throws<EventLogRefusedException>(() => SqliteEventLog.OpenReadOnly(_folder.Root));
        Assert.False(File.Exists(_folder.Log));
    }

    [Fact]
    public async Task What_a_crash_while_creating_left_behind_is_no_hindrance()
    {
        await File.WriteAllTextAsync(_folder.Log + ".creating", "half a file");
        await FilledAsync();
        Assert.False(File.Exists(_folder.Log + ".creating"));
    }

    [Fact]
    public async Task A_damaged_to_do_list_may_be_deleted_and_says_so()
    {
        await SqliteToDoStore.Open(_folder.Log).DisposeAsync();
        await File.WriteAllBytesAsync(_folder.Log, (await File.ReadAllBytesAsync(_folder.Log))[..4096]);
        Assert.Contains("Delete it", Assert.Throws<EventLogCorruptException>(() => SqliteToDoStore.Open(_folder.Log)).Message);
    }

    [Fact]
    public async Task The_log_can_be_read_with_any_tool_through_its_view()
    {
        await FilledAsync();
        Assert.Equal("transaction-approved.1|2026-11-22T08:00:04.000000000Z|transaction-0|1500", Tampering.Query(
            _folder.Log, "SELECT concat_ws('|', type, recorded_at, stream, payload ->> '$.amount.minorUnits') FROM event_log WHERE position = 4"));
    }

    private SqliteEventLog Open() => SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);

    /// <summary>The bytes of a closed log of some hundred events.</summary>
    private async Task<byte[]> FilledAsync()
    {
        await using (var log = Open()) await SampleLog.FillAsync(log, rounds: 4);
        return await File.ReadAllBytesAsync(_folder.Log);
    }

    private async Task<List<string>> ReadEverythingAsync()
    {
        await using var log = SqliteEventLog.OpenReadOnly(_folder.Log);
        var everything = new List<string>();
        var all = await log.ReadAllAsync(0, int.MaxValue, default);
        everything.AddRange(all.Select(recorded => Convert.ToHexString(recorded.Hash.Span)));
        foreach (var head in await log.ReadHeadsAsync(null, int.MaxValue, default))
        {
            var stream = await log.ReadStreamAsync(head.Stream, 0, int.MaxValue, default);
            everything.Add($"{head.Stream} {head.Version} {Convert.ToHexString(stream[^1].Hash.Span)}");
        }

        foreach (var recorded in all) everything.Add($"{(await log.FindCommandAsync(recorded.CommandId, default))?.Id}");
        return everything;
    }

    private void AssertCorrupt(byte[] content)
    {
        File.WriteAllBytes(_folder.Log, content);
        Assert.Contains(_folder.Log, Assert.Throws<EventLogCorruptException>(() => Open()).Message);
        Assert.Contains("restore from a verified backup", Assert.Throws<EventLogCorruptException>(() => SqliteEventLog.OpenReadOnly(_folder.Log)).Message);
        Assert.Equal(content, File.ReadAllBytes(_folder.Log));
    }

    private void AssertRefused(string why)
    {
        var content = File.ReadAllBytes(_folder.Log);
        Assert.Contains(why, Assert.Throws<EventLogRefusedException>(() => Open()).Message);
        Assert.Contains(why, Assert.Throws<EventLogRefusedException>(() => SqliteEventLog.OpenReadOnly(_folder.Log)).Message);
        Assert.Equal(content, File.ReadAllBytes(_folder.Log));
    }
}
