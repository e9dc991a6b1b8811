using System.Collections.Immutable;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The embedded log: a commit is one write and one sync of a commit file, and is taken into the tables of one SQLite file behind it
/// (specs/decisions/0020). One process writes it, held to by a lock beside the file and by an epoch inside; others may read the tables meanwhile
/// (<see cref="OpenReadOnly"/>). Reads and writes run on the caller's thread; a read of what is not in the tables yet waits until it is.
/// </summary>
public sealed class SqliteEventLog : IEventLog
{
    private readonly Lock _appending = new();
    private readonly string _path;
    private readonly LogReaderPool _readers;
    private readonly LogWriting? _writing;
    private readonly WriterLock? _lock;
    private readonly CommitSignal _signal;
    private readonly LogTail? _tail;
    private bool _disposed;

    private SqliteEventLog(string path, LogReaderPool readers, LogWriting? writing, WriterLock? @lock)
    {
        _path = path;
        _readers = readers;
        _writing = writing;
        _lock = @lock;
        _signal = new CommitSignal(writing?.Position ?? 0);
        if (writing is { Tables.IsInBackground: true }) _tail = new LogTail(writing.Position);
    }

    /// <summary>Position of the last committed event. Read from the tables each time when it was opened for reading only.</summary>
    public long LastPosition => _writing is not null ? _signal.Position : _readers.Read(0, static (reader, _) => reader.LastPosition());

    public bool HasOtherWriters => false;

    /// <summary>Opens for writing and takes the log over; creates the file when it is missing (its folder must exist).</summary>
    /// <exception cref="EventLogRefusedException">Another program's file, another version, open in another process, or not accessible. Nothing was changed.</exception>
    /// <exception cref="EventLogCorruptException">Damaged or cut off.</exception>
    /// <exception cref="EventLogUnavailableException">The disk cannot be written.</exception>
    public static SqliteEventLog Open(string path, SqliteEventLogOptions options)
    {
        path = Path.GetFullPath(path);
        var @lock = WriterLock.Take(path, LogSchema.Kind.Name);
        try
        {
            return new SqliteEventLog(path, CreatePool(path, options), LogOpening.Open(path, options), @lock);
        }
        catch
        {
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens for verifying, replaying and exporting, also while a server writes: then what it committed in the last moment may not be seen yet. What a
    /// crash left in the commit files is taken in first; else nothing in the file is changed.
    /// </summary>
    /// <exception cref="EventLogRefusedException">Missing, another program's file, another version, or not accessible.</exception>
    /// <exception cref="EventLogCorruptException">Damaged or cut off.</exception>
    /// <exception cref="EventLogUnavailableException">What a crash left cannot be taken in.</exception>
    public static SqliteEventLog OpenReadOnly(string path)
    {
        path = Path.GetFullPath(path);
        FileHeader.Check(path, LogSchema.Kind);
        LogOpening.TakeInWhatACrashLeft(path);
        var log = new SqliteEventLog(path, CreatePool(path, SqliteEventLogOptions.Default), writing: null, @lock: null);
        try
        {
            _ = log.LastPosition;
            return log;
        }
        catch
        {
            log._readers.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="EventLogRefusedException">The log was opened for reading only.</exception>
    public ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        AppendCheck.Units(units);
        if (_writing is null) throw new EventLogRefusedException($"{_path} was opened for reading only. Open it for writing.");

        ImmutableArray<AppendResult> results;
        long position;
        lock (_appending)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            results = _writing.Append(units);
            position = _writing.Position;
            _tail?.Add(units, results, position);
        }

        _signal.Advance(position);
        return new(results);
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return ReadAsync(
            _writing?.Reached.LastOf(stream) ?? 0, (stream, afterVersion, countMax), static (reader, asked) => reader.ReadStream(asked.stream, asked.afterVersion, asked.countMax), cancellation);
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterPosition);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        cancellation.ThrowIfCancellationRequested();
        if (_tail is not null && _tail.TryRead(afterPosition, countMax, out var late)) return new(late);

        var isInTables = _writing is null || _writing.Tables.Position - afterPosition >= countMax;
        return ReadAsync(isInTables ? 0 : _writing!.Reached.Last, (afterPosition, countMax), static (reader, asked) => reader.ReadAll(asked.afterPosition, asked.countMax), cancellation);
    }

    /// <inheritdoc/>
    /// <exception cref="EventLogRefusedException">It would have to wait and was opened for reading only: another process's commits wake nobody here.</exception>
    public ValueTask WaitForAsync(long position, CancellationToken cancellation)
    {
        if (_writing is not null) return _signal.WaitForAsync(position, cancellation);
        if (position < LastPosition) return ValueTask.CompletedTask;
        throw new EventLogRefusedException($"{_path} was opened for reading only: read it again instead of waiting.");
    }

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) =>
        ReadAsync(_writing?.Reached.LastOf(commandId) ?? 0, commandId, static (reader, id) => reader.FindCommand(id), cancellation);

    public ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return ReadAsync(_writing?.Reached.Last ?? 0, (afterId, countMax), static (reader, asked) => reader.ReadCommands(asked.afterId, asked.countMax), cancellation);
    }

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return ReadAsync(_writing?.Reached.Last ?? 0, (Name: afterName, countMax), static (reader, asked) => reader.ReadHeads(asked.Name, asked.countMax), cancellation);
    }

    public ValueTask DisposeAsync()
    {
        lock (_appending)
        {
            if (_disposed) return ValueTask.CompletedTask;
            _disposed = true;
            _tail?.Close();
            _readers.Dispose();
            try
            {
                _writing?.Dispose();
            }
            finally
            {
                _lock?.Dispose();
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Taken over, or a failed sync: after that a later one may succeed although the pages are lost, and only a new start can tell what is there.</summary>
    internal static bool StopsWriting(Exception exception) =>
        exception is EventLogFencedException || (exception is EventLogUnavailableException unavailable && SqliteFailure.IsFsync(unavailable));

    /// <summary>The same again, for another caller.</summary>
    internal static Exception Again(Exception stopped) => stopped switch
    {
        EventLogFencedException => new EventLogFencedException(stopped.Message),
        EventLogUnavailableException => new EventLogUnavailableException(stopped.Message, stopped.InnerException),
        EventLogCorruptException => new EventLogCorruptException(stopped.Message, stopped),
        _ => new EventLogUnavailableException(stopped.Message, stopped),
    };

    /// <param name="sequence">The commit that must be in the tables first; 0 for none.</param>
    private ValueTask<TResult> ReadAsync<TArguments, TResult>(
        long sequence, TArguments arguments, Func<LogReader, TArguments, TResult> read, CancellationToken cancellation)
    {
        if (sequence <= (_writing?.Tables.Applied ?? 0)) return _readers.ReadAsync(arguments, read, cancellation);
        return ReachAndReadAsync(sequence, arguments, read, cancellation);
    }

    private async ValueTask<TResult> ReachAndReadAsync<TArguments, TResult>(
        long sequence, TArguments arguments, Func<LogReader, TArguments, TResult> read, CancellationToken cancellation)
    {
        await _writing!.Tables.ReachAsync(sequence, cancellation).ConfigureAwait(false);
        return await _readers.ReadAsync(arguments, read, cancellation).ConfigureAwait(false);
    }

    private static LogReaderPool CreatePool(string path, SqliteEventLogOptions options) =>
        new(() => new LogReader(LedgerFile.OpenReader(path, LogSchema.Kind, options.BusyTimeoutMilliseconds, options.VfsName)), options.ReadersMax);
}
