using System.Collections.Immutable;
using Ledger.Domain.Transactions;
using Ledger.EventLog.Faults;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Tests.Verification;

namespace Ledger.EventLog.Tests.Sqlite.Faults;

/// <summary>
/// One writer on a disk that fails: appends batches of a seed, repeats what was not acknowledged with the same ids until it is, opens the log
/// again whenever that is what its error asks for, and knows at every moment what must be in the log.
/// </summary>
internal sealed class FaultRun(int seed) : IAsyncDisposable
{
    private const int StreamsMax = 40;
    private const int UnitsMax = 6;
    private const int ReplyLengthMax = 4000;

    /// <summary>Attempts at one batch before the log is opened anew.</summary>
    private const int AppendAttemptsMax = 3;

    /// <summary>Attempts at opening before the faults are switched off.</summary>
    private const int OpenAttemptsMax = 8;

    /// <summary>Low, so that the write-ahead log is taken in and begun anew many times in a run.</summary>
    private static readonly SqliteEventLogOptions Options = new() { CheckpointPages = 20, CommitFileLength = 64 * 1024, WorksInBackground = false, BusyTimeoutMilliseconds = 0 };

    private readonly TemporaryFolder _folder = new();
    private readonly Random _random = new(seed);
    private readonly Dictionary<StreamName, StreamHead> _heads = [];
    private readonly Dictionary<Guid, AppendUnit> _acknowledged = [];
    private ImmutableArray<AppendUnit> _doubtful = [];
    private SqliteEventLog? _log;

    public FaultDisk Disk { get; } = new();

    /// <summary>How often the log was opened again.</summary>
    public int Reopenings { get; private set; }

    public SqliteEventLog Log => _log!;

    /// <summary>In every message: what to run again.</summary>
    private string Run => $"Seed {seed}, {_acknowledged.Count} acknowledged, {Disk.Strikes} faults, {Reopenings} reopenings:";

    public async Task OpenAsync()
    {
        for (var attempt = 1; _log is null; attempt++)
        {
            var strike = Disk.Strike;
            if (attempt > OpenAttemptsMax) Disk.Strike = static _ => null;
            try
            {
                _log = SqliteEventLog.Open(_folder.Log, Disk.On(Options));
            }
            catch (EventLogUnavailableException) when (attempt <= OpenAttemptsMax)
            {
                RestorePower();
            }
            finally
            {
                Disk.Strike = strike;
            }
        }

        await CheckAsync();
    }

    /// <summary>As an operator who starts the process again; after a power cut with what the disk kept.</summary>
    public async Task ReopenAsync()
    {
        await CloseAsync();
        Reopenings++;
        await OpenAsync();
    }

    /// <summary>The process ends without a word, and the next one finds what it left, synced or not.</summary>
    public async Task KillAndReopenAsync()
    {
        Disk.KillProcess();
        if (_log is not null) await _log.DisposeAsync();
        _log = null;
        Disk.StartProcess();
        await ReopenAsync();
    }

    public async Task AppendAsync(int batches)
    {
        for (var batch = 0; batch < batches; batch++) await AppendOneAsync(NextBatch());
    }

    /// <summary>Once; the run takes it for neither there nor not there from now on.</summary>
    public async Task AppendAndFailAsync(ImmutableArray<AppendUnit> units, Action<EventLogUnavailableException> expect)
    {
        _doubtful = units;
        expect(await Assert.ThrowsAsync<EventLogUnavailableException>(async () => await _log!.AppendAsync(units, default)));
    }

    /// <summary>Until it is acknowledged.</summary>
    public async Task AppendOneAsync(ImmutableArray<AppendUnit> units)
    {
        _doubtful = units;
        for (var attempt = 1; !_doubtful.IsEmpty; attempt++)
        {
            if (attempt > AppendAttemptsMax || Disk.IsCut)
            {
                await ReopenAsync();
                attempt = 1;
            }

            try
            {
                Acknowledge(await _log!.AppendAsync(units, default));
            }
            catch (EventLogUnavailableException)
            {
                // Asked again.
            }
        }
    }

    public ImmutableArray<AppendUnit> NextBatch() => [.. Enumerable.Range(0, _random.Next(1, UnitsMax + 1)).Select(_ => NextUnit())];

    /// <summary>What was acknowledged is there, once, as it was sent; what was not, whole or not at all; the log is sound.</summary>
    public async Task CheckAsync()
    {
        var strike = Disk.Strike;
        Disk.Strike = static _ => null;
        var report = await SampleLog.VerifyAsync(_log!);
        Assert.True(report.IsSound, $"{Run} {report.FirstBad?.Why}");

        var stored = (await _log!.ReadAllAsync(0, int.MaxValue, default)).ToLookup(static recorded => recorded.CommandId);
        foreach (var unit in _acknowledged.Values) await CheckStoredAsync(unit, stored[unit.Command.Id]);

        var found = _doubtful.Count(unit => stored.Contains(unit.Command.Id));
        Assert.True(found == 0 || found == _doubtful.Length, $"{Run} {found} of {_doubtful.Length} units of one commit are there.");
        foreach (var unit in _doubtful.Take(found)) await CheckStoredAsync(unit, stored[unit.Command.Id]);
        Assert.True(stored.Count == _acknowledged.Count + found, $"{Run} {stored.Count} commands are there.");
        Assert.True(Disk.Broken is null, $"{Run} {Disk.Broken}");
        Disk.Strike = strike;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        Disk.Dispose();
        _folder.Dispose();
    }

    private async Task CloseAsync()
    {
        if (_log is not null) await _log.DisposeAsync();
        _log = null;
        RestorePower();
    }

    private void RestorePower()
    {
        if (Disk.IsCut) Disk.RestorePower(_random);
    }

    private async Task CheckStoredAsync(AppendUnit unit, IEnumerable<RecordedEvent> stored)
    {
        var events = stored.ToArray();
        var sent = unit.Writes.SelectMany(static write => write.Events.Select((e, index) => (write.Stream, Version: write.ExpectedVersion + index + 1, Hash: Convert.ToHexString(e.Hash.Span))));
        Assert.True(sent.SequenceEqual(events.Select(static e => (e.Stream, e.Version, Hash: Convert.ToHexString(e.Hash.Span)))), $"{Run} command {unit.Command.Id:N} has {events.Length} events, or others.");

        var record = await _log!.FindCommandAsync(unit.Command.Id, default);
        Assert.True(record is not null && IsSame(record, unit.Command), $"{Run} the record of command {unit.Command.Id:N} is not there or another.");
    }

    /// <summary>The first commit that succeeds takes all of a batch; a repeat finds it all there, with the replies that it was sent with.</summary>
    private void Acknowledge(ImmutableArray<AppendResult> results)
    {
        Assert.True(results.Length == _doubtful.Length && results.Select(static result => result.GetType()).Distinct().Count() == 1, $"{Run} {string.Join(", ", results)}");
        foreach (var (unit, result) in _doubtful.Zip(results))
        {
            var isSame = result is AppendResult.Appended || (result is AppendResult.DuplicateCommand duplicate && IsSame(duplicate.Existing, unit.Command));
            Assert.True(isSame, $"{Run} {result}");
            _acknowledged.Add(unit.Command.Id, unit);
        }

        _doubtful = [];
    }

    private static bool IsSame(CommandRecord stored, CommandRecord sent) =>
        stored.Id == sent.Id && stored.RecordedAt == sent.RecordedAt && stored.Fingerprint.Span.SequenceEqual(sent.Fingerprint.Span) && stored.Reply.Span.SequenceEqual(sent.Reply.Span);

    private AppendUnit NextUnit()
    {
        var id = new Guid(Bytes(16));
        var first = _random.Next(StreamsMax);
        var writes = Enumerable.Range(0, _random.Next(1, 3)).Select(offset => NextWrite(id, new StreamName("transaction", $"{(first + offset) % StreamsMax:00}"))).ToImmutableArray();
        return new AppendUnit(new CommandRecord(id, Bytes(32), Bytes(_random.Next(ReplyLengthMax)), SampleLog.Start), writes);
    }

    private StreamWrite NextWrite(Guid id, StreamName stream)
    {
        var head = _heads.GetValueOrDefault(stream, new StreamHead(stream, 0, ChainHash.Genesis));
        var events = Enumerable.Range(0, _random.Next(1, 4)).Select(static _ => new TransactionEvent.Progressed(CardStage.CardRead, SampleLog.Start)).ToArray();
        var write = EventEncoder.Write(EventCodec.Default, stream, head.Version, head.Hash, SampleLog.Start, id, events);
        _heads[stream] = new StreamHead(stream, head.Version + events.Length, write.Events[^1].Hash);
        return write;
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
