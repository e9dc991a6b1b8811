using System.Collections.Immutable;
using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The embedded log: one SQLite file in write-ahead mode, synced in every commit. One process writes it, held to by a lock beside the file
/// and by an epoch inside; others may read it meanwhile (<see cref="OpenReadOnly"/>). Reads and writes run on the caller's thread.
/// </summary>
public sealed class SqliteEventLog : IEventLog
{
    /// <summary>How many times <see cref="SqliteEventLogOptions.CheckpointPages"/> the write-ahead log may grow before the writer waits for the checkpointer.</summary>
    private const int CheckpointLagMax = 4;

    private readonly Lock _appending = new();
    private readonly string _path;
    private readonly LogReaderPool _readers;
    private readonly LogWriter? _writer;
    private readonly Checkpointer? _checkpointer;
    private readonly WriterLock? _lock;
    private readonly int _checkpointPages;
    private readonly CommitSignal _signal;
    private Exception? _stopped;
    private bool _disposed;

    private SqliteEventLog(string path, LogReaderPool readers, SqliteEventLogOptions options, LogWriter? writer, Checkpointer? checkpointer, WriterLock? @lock)
    {
        _path = path;
        _readers = readers;
        _checkpointPages = options.CheckpointPages;
        _writer = writer;
        _checkpointer = checkpointer;
        _lock = @lock;
        _signal = new CommitSignal(writer?.Position ?? 0);
    }

    /// <summary>Position of the last committed event. Read from the file each time when it was opened for reading only.</summary>
    public long LastPosition => _writer is not null ? _signal.Position : _readers.Read(0, static (reader, _) => reader.LastPosition());

    /// <summary>Opens for writing and takes the log over; creates the file when it is missing (its folder must exist).</summary>
    /// <exception cref="EventLogRefusedException">Another program's file, another version, open in another process, or not accessible. Nothing was changed.</exception>
    /// <exception cref="EventLogCorruptException">Damaged or cut off.</exception>
    /// <exception cref="EventLogUnavailableException">The disk cannot be written.</exception>
    public static SqliteEventLog Open(string path, SqliteEventLogOptions options)
    {
        path = Path.GetFullPath(path);
        var @lock = WriterLock.Take(path, LogSchema.Kind.Name);
        LogWriter? writer = null;
        try
        {
            LedgerFile.CreateWhenMissing(path, LogSchema.Kind, LogSchema.Tables, LogSchema.PageSize, options.VfsName);
            FileHeader.Check(path, LogSchema.Kind);
            FileHeader.CheckWriteAheadLog(path, LogSchema.Kind);
            writer = new LogWriter(OpenDurable(path, options), 2 * options.CheckpointPages, options.OnCommitPoint);
            var checkpointer = options.CheckpointsInBackground ? new Checkpointer(OpenWriter(path, options)) : null;
            return new SqliteEventLog(path, CreatePool(path, options), options, writer, checkpointer, @lock);
        }
        catch
        {
            writer?.Dispose();
            @lock.Dispose();
            throw;
        }
    }

    /// <summary>Opens for verifying, replaying and exporting, also while a server writes. Changes nothing in the file.</summary>
    /// <exception cref="EventLogRefusedException">Missing, another program's file, another version, or not accessible.</exception>
    /// <exception cref="EventLogCorruptException">Damaged or cut off.</exception>
    public static SqliteEventLog OpenReadOnly(string path)
    {
        path = Path.GetFullPath(path);
        FileHeader.Check(path, LogSchema.Kind);
        var log = new SqliteEventLog(
            path, CreatePool(path, SqliteEventLogOptions.Default), SqliteEventLogOptions.Default, writer: null, checkpointer: null, @lock: null);
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
        if (_writer is null) throw new EventLogRefusedException($"{_path} was opened for reading only. Open it for writing.");

        ImmutableArray<AppendResult> results;
        lock (_appending)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_stopped is { } stopped) throw Again(stopped);
            results = Append(units);
            Checkpoint();
        }

        _signal.Advance(_writer.Position);
        return new(results);
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterVersion);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return _readers.ReadAsync((stream, afterVersion, countMax), static (reader, asked) => reader.ReadStream(asked.stream, asked.afterVersion, asked.countMax), cancellation);
    }

    public ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(afterPosition);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return _readers.ReadAsync((afterPosition, countMax), static (reader, asked) => reader.ReadAll(asked.afterPosition, asked.countMax), cancellation);
    }

    /// <inheritdoc/>
    /// <exception cref="EventLogRefusedException">It would have to wait and was opened for reading only: another process's commits wake nobody here.</exception>
    public ValueTask WaitForAsync(long position, CancellationToken cancellation)
    {
        if (_writer is not null) return _signal.WaitForAsync(position, cancellation);
        if (position < LastPosition) return ValueTask.CompletedTask;
        throw new EventLogRefusedException($"{_path} was opened for reading only: read it again instead of waiting.");
    }

    public ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation) =>
        _readers.ReadAsync(commandId, static (reader, id) => reader.FindCommand(id), cancellation);

    public ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(countMax);
        return _readers.ReadAsync((Name: afterName, countMax), static (reader, asked) => reader.ReadHeads(asked.Name, asked.countMax), cancellation);
    }

    public ValueTask DisposeAsync()
    {
        lock (_appending)
        {
            if (_disposed) return ValueTask.CompletedTask;
            _disposed = true;
            _readers.Dispose();
            try
            {
                _checkpointer?.Dispose();
                _writer?.Dispose();
            }
            finally
            {
                _lock?.Dispose();
            }
        }

        return ValueTask.CompletedTask;
    }

    private static LogReaderPool CreatePool(string path, SqliteEventLogOptions options) =>
        new(() => new LogReader(LedgerFile.OpenReader(path, LogSchema.Kind, options.BusyTimeoutMilliseconds, options.VfsName)), options.ReadersMax);

    private static SqliteConnection OpenDurable(string path, SqliteEventLogOptions options)
    {
        var connection = OpenWriter(path, options);
        try
        {
            LedgerFile.MakeDurable(connection, options.OnSynced);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static SqliteConnection OpenWriter(string path, SqliteEventLogOptions options)
    {
        var connection = SqliteConnection.OpenWriter(path, LogSchema.Kind, options.VfsName);
        try
        {
            LedgerFile.Configure(connection, options.BusyTimeoutMilliseconds);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private ImmutableArray<AppendResult> Append(IReadOnlyList<AppendUnit> units)
    {
        if (_checkpointer?.Failure is { } failure) throw Again(_stopped = failure);
        try
        {
            return _writer!.Append(units);
        }
        catch (Exception failed) when (StopsWriting(failed))
        {
            _stopped = failed;
            throw;
        }
    }

    /// <summary>After a commit, whose result stands whatever happens here.</summary>
    private void Checkpoint()
    {
        var pages = _writer!.WriteAheadLogPages;
        if (pages < _checkpointPages) return;
        try
        {
            if (_checkpointer is null || _checkpointer.AskOrFinish()) _writer.Checkpoint();
            else if (pages >= CheckpointLagMax * _checkpointPages) _checkpointer.WaitForRound();
        }
        catch (Exception failed) when (StopsWriting(failed))
        {
            _stopped = failed;
        }
        catch (EventLogUnavailableException)
        {
            // A full disk, or another program's lock: the commit is durable in the write-ahead log, and the next one tries again.
        }
    }

    /// <summary>Taken over, or a failed sync: after that a later one may succeed although the pages are lost, and only a new start can tell what is there.</summary>
    private static bool StopsWriting(Exception exception) =>
        exception is EventLogFencedException || (exception is EventLogUnavailableException unavailable && SqliteFailure.IsFsync(unavailable));

    private static Exception Again(Exception stopped) => stopped switch
    {
        EventLogFencedException => new EventLogFencedException(stopped.Message),
        EventLogCorruptException => new EventLogCorruptException(stopped.Message, stopped),
        _ => new EventLogUnavailableException(stopped.Message, stopped.InnerException),
    };
}
