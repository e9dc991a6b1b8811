using System.Globalization;
using Ledger.EventLog;
using Microsoft.Data.Sqlite;

namespace Ledger.Cluster.EventStoreDb.Indexing;

/// <summary>The SQLite database of an index, in a file or in memory: opened, and made where it is not there or has another version.</summary>
internal static class IndexFile
{
    /// <summary>Of the tables below. Another one is no error: the index is made anew from the log.</summary>
    private const long Version = 1;

    /// <summary>How long another process that has the file is waited for, in seconds. 0 would be for ever.</summary>
    private const int BusySecondsMax = 1;

    private const string DropSql = "DROP TABLE IF EXISTS mark; DROP TABLE IF EXISTS streams; DROP TABLE IF EXISTS events; DROP TABLE IF EXISTS shifts; DROP TABLE IF EXISTS commands";

    // A revision is a position and a shift, which changes only where the log's stream has an event without a position: few rows for many events.
    private static readonly string CreateSql = string.Create(
        CultureInfo.InvariantCulture,
        $"""
        CREATE TABLE mark (one INTEGER PRIMARY KEY CHECK (one = 1), log TEXT NOT NULL, revision INTEGER NOT NULL, event_id BLOB NOT NULL, position INTEGER NOT NULL);
        CREATE TABLE streams (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, hash BLOB NOT NULL);
        CREATE TABLE events (stream INTEGER NOT NULL, version INTEGER NOT NULL, revision INTEGER NOT NULL, PRIMARY KEY (stream, version)) WITHOUT ROWID;
        CREATE TABLE shifts (position INTEGER PRIMARY KEY, shift INTEGER NOT NULL);
        CREATE TABLE commands (id BLOB PRIMARY KEY, fingerprint BLOB NOT NULL, reply BLOB NOT NULL, recorded_at INTEGER NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = {Version};
        """);

    /// <param name="file">Null for one in memory.</param>
    /// <exception cref="EventLogRefusedException">Another process has it, it is another log's, or it is no such file.</exception>
    public static SqliteConnection Open(string? file, string logStream)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file ?? ":memory:", Pooling = false, DefaultTimeout = BusySecondsMax }.ConnectionString);
        try
        {
            connection.Open();
            // Of a crash the last commits may be missing, never half of one: what is missing is read again.
            Run(connection, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
            Prepare(connection, logStream);
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw new EventLogRefusedException($"The log's index « {file} » cannot be used (SQLite {exception.SqliteErrorCode}): another process has it, or it is no index. Name another file for each process, or delete it: it is made again.", exception);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Prepare(SqliteConnection connection, string logStream)
    {
        using var transaction = connection.BeginTransaction();
        if (Scalar(connection, "PRAGMA user_version") is not Version)
        {
            Run(connection, DropSql);
            Run(connection, CreateSql);
            using var mark = connection.CreateCommand();
            mark.CommandText = "INSERT INTO mark VALUES (1, $log, -1, zeroblob(16), 0)";
            mark.Parameters.AddWithValue("$log", logStream);
            mark.ExecuteNonQuery();
        }

        if (Scalar(connection, "SELECT log FROM mark") is string log && log != logStream) throw new EventLogRefusedException($"The log's index is that of « {log} », not of « {logStream} ». Name another file for it.");
        transaction.Commit();
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
