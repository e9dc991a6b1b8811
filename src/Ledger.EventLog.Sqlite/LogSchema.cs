using Ledger.EventLog.Sqlite.Files;

namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The event log's tables. Plain enough to be read with any SQLite tool in ten years; the view says everything in words.
/// Stored, so never changed: another shape is another version.
/// </summary>
internal static class LogSchema
{
    // application_id: « LEDG » in ASCII.
    public static readonly FileKind Kind = new("event log", 0x4C45_4447, 1, EventLogCorruptException.WhatToDo);

    public const string Tables =
        """
        CREATE TABLE meta (
            key TEXT PRIMARY KEY NOT NULL,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES ('epoch', 0);

        CREATE TABLE streams (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            version INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;

        CREATE TABLE event_types (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE
        ) STRICT;

        -- recorded_at: nanoseconds since 1970-01-01 UTC. hash: see specs/events/chain.md.
        CREATE TABLE events (
            position INTEGER PRIMARY KEY,
            stream_id INTEGER NOT NULL,
            version INTEGER NOT NULL,
            type_id INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            command_id BLOB NOT NULL,
            payload BLOB NOT NULL,
            hash BLOB NOT NULL,
            UNIQUE (stream_id, version)
        ) STRICT;

        CREATE TABLE commands (
            id BLOB PRIMARY KEY NOT NULL,
            fingerprint BLOB NOT NULL,
            reply BLOB NOT NULL,
            recorded_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW event_log AS
        SELECT e.position,
            s.name AS stream,
            e.version,
            t.name AS type,
            strftime('%Y-%m-%dT%H:%M:%S', e.recorded_at / 1000000000, 'unixepoch') || printf('.%09dZ', e.recorded_at % 1000000000) AS recorded_at,
            lower(hex(e.command_id)) AS command_id,
            CAST(e.payload AS TEXT) AS payload,
            lower(hex(e.hash)) AS hash
        FROM events e
        LEFT JOIN streams s ON s.id = e.stream_id
        LEFT JOIN event_types t ON t.id = e.type_id
        """;
}
