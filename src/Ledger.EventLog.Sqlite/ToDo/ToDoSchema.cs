namespace Ledger.EventLog.Sqlite.ToDo;

/// <summary>The to-do file's tables. Another shape is another version; the file is then made anew from the log.</summary>
internal static class ToDoSchema
{
    public const string Tables =
        """
        CREATE TABLE checkpoints (
            process TEXT PRIMARY KEY NOT NULL,
            position INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- due_at: nanoseconds since 1970-01-01 UTC.
        CREATE TABLE items (
            process TEXT NOT NULL,
            key TEXT NOT NULL,
            due_at INTEGER,
            data TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            PRIMARY KEY (process, key)
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX items_due ON items (process, due_at, key) WHERE due_at IS NOT NULL
        """;
}
