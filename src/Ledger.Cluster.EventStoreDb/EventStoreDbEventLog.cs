using System.Collections.Immutable;
using System.Security.Cryptography;
using EventStore.Client;
using Ledger.Cluster.EventStoreDb.Appending;
using Ledger.Cluster.EventStoreDb.Indexing;
using Ledger.Cluster.EventStoreDb.Reading;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb;

/// <summary>
/// The log as one stream of EventStoreDB, which any number of processes write: for a team that lives on EventStoreDB and reads our events its own way. A batch is one append
/// after exactly what it was decided on. See specs/decisions/0027.
/// </summary>
public sealed class EventStoreDbEventLog : IEventLog
{
    private const int WriterLength = 16;

    private readonly EventStoreClient _client;
    private readonly LogIndex _index;
    private readonly CommitSignal _signal;
    private readonly CatchUp _catchUp;
    private readonly BatchAppender _appender;
    private readonly EventReader _reader;
    private readonly CommitBell _bell;
    private readonly SemaphoreSlim _appending = new(1);
    private int _isDisposed;

    private EventStoreDbEventLog(EventStoreClient client, LogIndex index, EventStoreDbOptions options)
    {
        (_client, _index, _signal) = (client, index, new CommitSignal(index.End.Position));
        var stream = new LedgerStream(client, options);
        _catchUp = new CatchUp(stream, index, _signal);
        // Chance, not the clock or a setting: what matters is that no other writer has it.
        _appender = new BatchAppender(stream, index, _catchUp, _signal, new BatchEvents(RandomNumberGenerator.GetBytes(WriterLength)), _appending, options);
        _reader = new EventReader(stream, index);
        _bell = new CommitBell(stream, index, _catchUp, _appending, options);
    }

    /// <summary>The last that this process appended or heard of; the server may have later ones.</summary>
    public long LastPosition => _signal.Position;

    /// <summary>Always: whoever has the connection string may open it too.</summary>
    public bool HasOtherWriters => true;

    /// <summary>Opens the log, or begins one where its stream does not exist, and reads what the index lacks.</summary>
    /// <exception cref="EventLogRefusedException">The connection string or the index file cannot be used, or the user may not.</exception>
    /// <exception cref="EventLogUnavailableException">The server cannot be reached.</exception>
    /// <exception cref="EventLogFencedException">The server lacks events that the index file has.</exception>
    /// <exception cref="EventLogCorruptException">The stream is no log, or is damaged.</exception>
    public static async Task<EventStoreDbEventLog> OpenAsync(EventStoreDbOptions options, CancellationToken cancellation)
    {
        var settings = options.Settings();
        var index = LogIndex.Open(options.IndexFile, options.LogStream);
        var log = new EventStoreDbEventLog(new EventStoreClient(settings), index, options);
        try
        {
            await log._catchUp.RunAsync(cancellation).ConfigureAwait(false);
            log._bell.Start();
            return log;
        }
        catch
        {
            await log.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        AppendCheck.Units(units);
        if (units.Count == 0) return [];

        var results = ImmutableArray.CreateBuilder<AppendResult>(units.Count);
        foreach (var part in _appender.Split(units)) results.AddRange(await _appender.AppendAsync(part).ConfigureAwait(false));
        return results.MoveToImmutable();
    }

    public async ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        await CatchUpAsync(cancellation).ConfigureAwait(false);
        return await _reader.ReadStreamAsync(stream, afterVersion, countMax, cancellation).ConfigureAwait(false);
    }

    public async ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterPosition);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        cancellation.ThrowIfCancellationRequested();
        if (_index.End.Position <= afterPosition) await CatchUpAsync(cancellation).ConfigureAwait(false);
        return await _reader.ReadAllAsync(afterPosition, countMax, cancellation).ConfigureAwait(false);
    }

    public ValueTask WaitForAsync(long position, CancellationToken cancellation) => _signal.WaitForAsync(position, cancellation);

    public async ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation)
    {
        await CatchUpAsync(cancellation).ConfigureAwait(false);
        return _index.FindCommand(commandId);
    }

    public async ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        await CatchUpAsync(cancellation).ConfigureAwait(false);
        return _index.ReadCommands(afterId, countMax);
    }

    public async ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        await CatchUpAsync(cancellation).ConfigureAwait(false);
        return _index.ReadHeads(afterName, countMax);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;

        await _bell.DisposeAsync().ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
        _catchUp.Dispose();
        _appending.Dispose();
        _index.Dispose();
    }

    /// <summary>So that what others committed before is seen.</summary>
    private Task CatchUpAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        return _catchUp.RunAsync(cancellation);
    }
}
