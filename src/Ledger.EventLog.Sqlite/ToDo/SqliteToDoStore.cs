using Ledger.EventLog.Sqlite.Files;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.EventLog.Sqlite.ToDo;

/// <summary>
/// To-do lists in a file of their own. Checkpoint and items change in one transaction; a power cut may take the last ones back, together,
/// and the log is then folded again from there. One process has the file open; calls take turns.
/// </summary>
public sealed class SqliteToDoStore : IToDoStore
{
    private const int BusyTimeoutMilliseconds = 2_000;
    private const string Columns = "key, due_at, data, attempts";

    // application_id: « LEDT » in ASCII.
    private static readonly FileKind Kind = new("to-do list", 0x4C45_4454, 1, "Delete it: it is made anew from the log.");

    private readonly Lock _lock = new();
    private readonly SqliteConnection _connection;
    private readonly WriterLock _writerLock;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _readCheckpoint;
    private readonly SqliteStatement _moveCheckpoint;
    private readonly SqliteStatement _put;
    private readonly SqliteStatement _remove;
    private readonly SqliteStatement _reschedule;
    private readonly SqliteStatement _find;
    private readonly SqliteStatement _scan;
    private readonly SqliteStatement _due;
    private readonly SqliteStatement _nextDue;
    private bool _disposed;

    private SqliteToDoStore(SqliteConnection connection, WriterLock writerLock)
    {
        _connection = connection;
        _writerLock = writerLock;
        _begin = connection.Prepare("BEGIN IMMEDIATE");
        _commit = connection.Prepare("COMMIT");
        _readCheckpoint = connection.Prepare("SELECT position FROM checkpoints WHERE process = ?1");
        _moveCheckpoint = connection.Prepare("INSERT INTO checkpoints (process, position) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET position = ?2");
        _put = connection.Prepare("REPLACE INTO items (process, key, due_at, data, attempts) VALUES (?1, ?2, ?3, ?4, 0)");
        _remove = connection.Prepare("DELETE FROM items WHERE process = ?1 AND key = ?2");
        _reschedule = connection.Prepare("UPDATE items SET due_at = ?3, attempts = attempts + 1 WHERE process = ?1 AND key = ?2");
        _find = connection.Prepare($"SELECT {Columns} FROM items WHERE process = ?1 AND key = ?2");
        _scan = connection.Prepare($"SELECT {Columns} FROM items WHERE process = ?1 AND key >= ?2 ORDER BY key LIMIT ?3");
        _due = connection.Prepare($"SELECT {Columns} FROM items WHERE process = ?1 AND due_at <= ?2 ORDER BY due_at, key LIMIT ?3");
        _nextDue = connection.Prepare("SELECT due_at FROM items WHERE process = ?1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1");
    }

    /// <summary>Opens the file, and creates it when it is missing (its folder must exist).</summary>
    /// <exception cref="EventLogRefusedException">Another program's file, another version, open in another process, or not accessible.</exception>
    /// <exception cref="EventLogCorruptException">Damaged or cut off; it may be deleted.</exception>
    public static SqliteToDoStore Open(string path)
    {
        path = Path.GetFullPath(path);
        var writerLock = WriterLock.Take(path, Kind.Name);
        SqliteConnection? connection = null;
        try
        {
            LedgerFile.CreateWhenMissing(path, Kind, ToDoSchema.Tables);
            FileHeader.Check(path, Kind);
            connection = SqliteConnection.OpenWriter(path, Kind);
            LedgerFile.Configure(connection, BusyTimeoutMilliseconds);

            // NORMAL: consistent after a power cut, if perhaps a little behind, which folding the log again makes good.
            connection.Execute("PRAGMA synchronous = NORMAL");
            return new SqliteToDoStore(connection, writerLock);
        }
        catch
        {
            connection?.Dispose();
            writerLock.Dispose();
            throw;
        }
    }

    public ValueTask<long> ReadCheckpointAsync(string process, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock) return new(ReadCheckpoint(process));
    }

    public ValueTask CommitAsync(string process, long checkpoint, IReadOnlyList<ToDoChange> changes, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(checkpoint, ReadCheckpoint(process));
            try
            {
                _begin.Run();
                foreach (var change in changes) Apply(process, change);
                _moveCheckpoint.Bind(1, process).Bind(2, checkpoint).Run();
                _commit.Run();
            }
            catch
            {
                _connection.Rollback();
                throw;
            }
        }

        return ValueTask.CompletedTask;
    }

    public ToDoItem? Find(string process, string key)
    {
        lock (_lock) return Read(Ready(_find).Bind(1, process).Bind(2, key), 1, static _ => true) is [var item] ? item : null;
    }

    public IReadOnlyList<ToDoItem> Scan(string process, string keyPrefix, int countMax)
    {
        // The keys that start with the prefix stand together, from the prefix on.
        lock (_lock) return Read(Ready(_scan).Bind(1, process).Bind(2, keyPrefix).Bind(3, countMax), countMax, item => item.Key.StartsWith(keyPrefix, StringComparison.Ordinal));
    }

    public IReadOnlyList<ToDoItem> ReadDue(string process, Instant now, int countMax)
    {
        lock (_lock) return Read(Ready(_due).Bind(1, process).Bind(2, DueInstant.ToStored(now)).Bind(3, countMax), countMax, static _ => true);
    }

    public ValueTask RescheduleAsync(string process, string key, Instant dueAt, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        lock (_lock) Ready(_reschedule).Bind(1, process).Bind(2, key).Bind(3, DueInstant.ToStored(dueAt)).Run();
        return ValueTask.CompletedTask;
    }

    public Instant? NextDue(string process)
    {
        lock (_lock)
        {
            var next = Ready(_nextDue).Bind(1, process).Step() ? _nextDue.NumberOrNull(0) : null;
            _nextDue.Reset();
            return next is { } nanoseconds ? ChainHash.FromNanoseconds(nanoseconds) : null;
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed) return ValueTask.CompletedTask;
            _disposed = true;
            _connection.Dispose();
            _writerLock.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private SqliteStatement Ready(SqliteStatement statement)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return statement;
    }

    private long ReadCheckpoint(string process)
    {
        var position = Ready(_readCheckpoint).Bind(1, process).Step() ? _readCheckpoint.Number(0) : 0;
        _readCheckpoint.Reset();
        return position;
    }

    private void Apply(string process, ToDoChange change)
    {
        switch (change)
        {
            case ToDoChange.Put put: _put.Bind(1, process).Bind(2, put.Key).Bind(3, put.DueAt is { } due ? DueInstant.ToStored(due) : null).Bind(4, put.Data).Run(); break;
            case ToDoChange.Remove remove: _remove.Bind(1, process).Bind(2, remove.Key).Run(); break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private static List<ToDoItem> Read(SqliteStatement rows, int countMax, Func<ToDoItem, bool> belongs)
    {
        var items = new List<ToDoItem>();
        try
        {
            while (items.Count < countMax && rows.Step())
            {
                var item = new ToDoItem(rows.Text(0), rows.NumberOrNull(1) is { } due ? ChainHash.FromNanoseconds(due) : null, rows.Text(2), (int)rows.Number(3));
                if (!belongs(item)) break;
                items.Add(item);
            }
        }
        finally
        {
            rows.Reset();
        }

        return items;
    }
}
