using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Ledger.Vault;

/// <summary>One SQLite file of the vault: opened, checked, and used by one caller at a time. Another process may use the same file.</summary>
internal sealed class VaultFile : IDisposable
{
    private const int BusyTimeoutSeconds = 5;
    private const int ErrorBusy = 5; // SQLITE_BUSY
    private const int ErrorNotADatabase = 26; // SQLITE_NOTADB

    private readonly SqliteConnection _connection;
    private readonly SemaphoreSlim _turn = new(1, 1);

    private VaultFile(SqliteConnection connection) => _connection = connection;

    /// <param name="applicationId">Says whose file it is; SQLite keeps it in the file's header.</param>
    /// <param name="schema">Statements that make version 1.</param>
    /// <exception cref="VaultFileException">The file is another program's or another version's.</exception>
    public static VaultFile Open(string path, int applicationId, string schema)
    {
        CreatePrivately(path);
        // secure_delete overwrites what is deleted with zeros: a destroyed key is gone from the file, not only from its table.
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = BusyTimeoutSeconds }.ToString());
        try
        {
            connection.Open();
            Check(connection, path, applicationId);
            Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout = {BusyTimeoutSeconds}000; PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"));
            Prepare(connection, path, applicationId, schema);
            return new VaultFile(connection);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is ErrorNotADatabase)
        {
            connection.Dispose();
            throw new VaultFileException($"{path} is no SQLite file. Move it away, or give another path.");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _turn.Dispose();
    }

    /// <summary>Runs <paramref name="work"/> in one transaction that is durable when this returns.</summary>
    /// <exception cref="VaultBusyException">Another process held the file for more than five seconds; nothing was changed.</exception>
    public async ValueTask<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return InTransaction(_connection, work);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is ErrorBusy)
        {
            throw new VaultBusyException("The vault's file is locked by another process. Nothing was done; try again.");
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return work(_connection);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Moves everything from the write-ahead file into the database and empties it.</summary>
    /// <returns>False when a reader in another process kept it from being emptied.</returns>
    public ValueTask<bool> EmptyWriteAheadAsync(CancellationToken cancellation) => ReadAsync(static connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        using var row = command.ExecuteReader();
        return row.Read() && row.GetInt32(0) == 0;
    }, cancellation);

    /// <summary>A command with parameters $1, $2 and so on.</summary>
    public static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        var number = 0;
        foreach (var value in values) command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"${++number}"), value);
        return command;
    }

    public static int Run(SqliteConnection connection, string sql, params ReadOnlySpan<object> values)
    {
        using var command = Command(connection, sql, values);
        return command.ExecuteNonQuery();
    }

    private static void CreatePrivately(string path)
    {
        if (path == ":memory:" || OperatingSystem.IsWindows() || File.Exists(path)) return;
        try
        {
            new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process made it meanwhile, in the same way.
        }
    }

    private static void Check(SqliteConnection connection, string path, int applicationId)
    {
        var owner = Number(connection, "PRAGMA application_id");
        var version = Number(connection, "PRAGMA user_version");
        var tables = Number(connection, "SELECT count(*) FROM sqlite_schema");
        if (owner == 0 && version == 0 && tables == 0) return;
        if (owner != applicationId) throw new VaultFileException($"{path} belongs to another program, or is another file of ours. Give another path.");
        if (version != 1) throw new VaultFileException($"{path} has version {version}; this program reads version 1. Use the program that wrote it.");
    }

    // Two processes may come here at once: the write lock lets one make the tables and the other find them.
    private static void Prepare(SqliteConnection connection, string path, int applicationId, string schema)
    {
        InTransaction(connection, _ =>
        {
            Check(connection, path, applicationId);
            if (Number(connection, "PRAGMA user_version") == 1) return false;
            Run(connection, schema);
            Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA application_id = {applicationId}; PRAGMA user_version = 1;"));
            return true;
        });
    }

    // SQLite has no asynchronous calls: it works on the caller's thread, for milliseconds.
    private static T InTransaction<T>(SqliteConnection connection, Func<SqliteConnection, T> work)
    {
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = work(connection);
        transaction.Commit();
        return result;
    }

    private static long Number(SqliteConnection connection, string sql)
    {
        using var command = Command(connection, sql);
        return (long)command.ExecuteScalar()!;
    }
}
