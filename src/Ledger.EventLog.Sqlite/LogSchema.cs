using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The event log's tables. Plain enough to be read with any SQLite tool in ten years; the view says everything in words.
/// Stored, so never changed: another shape is another version.
/// </summary>
internal static class LogSchema
{
    // application_id: « LEDG » in ASCII.
    public static readonly FileKind Kind = new("event log", 0x4C45_4447, 3, EventLogCorruptException.WhatToDo);

    // Measured with this schema, 1,000 to 4,096 commands a commit: pages of 16 KiB take half the processor time of pages of 4 KiB in commits and
    // checkpoints, and make no difference to a single command's commit. benchmarks/results has the figures.
    public const int PageSize = 16_384;

    /// <summary>In table meta: counts the writers that took the log over.</summary>
    public const string EpochKey = "epoch";

    /// <summary>In table meta: the sequence of the last commit that is in the tables.</summary>
    public const string AppliedKey = "applied";

    /// <summary>In table meta: 1 while the commit files may hold what the tables do not.</summary>
    public const string CommitFilesKey = "commit_files";

    public const string Tables =
        """
        CREATE TABLE meta (
            key TEXT PRIMARY KEY NOT NULL,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES ('epoch', 0), ('applied', 0), ('commit_files', 0);

        -- Where each stream begins, and its head. id: position of the stream's first event.
        CREATE TABLE streams (
            name TEXT PRIMARY KEY NOT NULL,
            id INTEGER NOT NULL,
            version INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE event_types (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        -- stream: the stream's name, in its first event (position = stream_id) only. recorded_at: nanoseconds since 1970-01-01 UTC.
        -- hash: see specs/events/chain.md.
        CREATE TABLE events (
            position INTEGER PRIMARY KEY,
            stream_id INTEGER NOT NULL,
            stream TEXT,
            version INTEGER NOT NULL,
            type_id INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            command_id BLOB NOT NULL,
            payload BLOB NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;

        -- A first event is found by its position.
        CREATE UNIQUE INDEX events_of_stream ON events (stream_id, version) WHERE version > 1;

        CREATE TABLE commands (
            id BLOB PRIMARY KEY NOT NULL,
            fingerprint BLOB NOT NULL,
            reply BLOB NOT NULL,
            recorded_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW event_log AS
        SELECT e.position,
            f.stream,
            e.version,
            t.name AS type,
            strftime('%Y-%m-%dT%H:%M:%S', e.recorded_at / 1000000000, 'unixepoch') || printf('.%09dZ', e.recorded_at % 1000000000) AS recorded_at,
            lower(hex(e.command_id)) AS command_id,
            CAST(e.payload AS TEXT) AS payload,
            lower(hex(e.hash)) AS hash
        FROM events e
        LEFT JOIN events f ON f.position = e.stream_id
        LEFT JOIN event_types t ON t.id = e.type_id
        """;

    /// <summary>A value of table meta.</summary>
    public static long ReadMeta(SqliteConnection connection, string key) => connection.ReadNumber($"SELECT value FROM meta WHERE key = '{key}'");
}
