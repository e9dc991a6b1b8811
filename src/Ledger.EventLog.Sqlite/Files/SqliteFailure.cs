using static SQLitePCL.raw;

namespace Ledger.EventLog.Sqlite.Files;

/// <summary>SQLite's result codes as the port's exceptions.</summary>
internal static class SqliteFailure
{
    private const int PrimaryMask = 0xFF;

    /// <summary>A write whose durability is unknown: the kernel may have dropped the pages, and says so only once.</summary>
    public static bool IsFsync(int extendedCode) => extendedCode is SQLITE_IOERR_FSYNC or SQLITE_IOERR_DIR_FSYNC;

    /// <inheritdoc cref="IsFsync(int)"/>
    public static bool IsFsync(EventLogUnavailableException exception) => exception.InnerException is SqliteCodeException code && IsFsync(code.ExtendedCode);

    public static Exception From(int extendedCode, string message, string path, FileKind kind) => (extendedCode & PrimaryMask) switch
    {
        SQLITE_CORRUPT or SQLITE_NOTADB => Corrupt(message, path, kind),
        SQLITE_FULL => Unavailable(extendedCode, $"The disk that holds {path} is full: free space or move it. Nothing of this was stored."),
        SQLITE_BUSY or SQLITE_LOCKED => Unavailable(extendedCode, $"Another program holds a lock on {path}: close what has it open (an SQLite tool, a backup). Nothing of this was stored."),
        SQLITE_READONLY or SQLITE_PERM => Unavailable(extendedCode, $"{path} cannot be written: give this user write access to it and its folder. Nothing of this was stored."),
        SQLITE_IOERR when IsFsync(extendedCode) => Unavailable(
            extendedCode, $"The disk that holds {path} failed to make a write durable ({message}). This process stops writing: check the disk, then start it again."),
        SQLITE_IOERR or SQLITE_CANTOPEN or SQLITE_NOMEM or SQLITE_PROTOCOL or SQLITE_INTERRUPT => Unavailable(
            extendedCode, $"{path} could not be read or written ({message}): check the disk and the folder. Nothing of this was stored."),

        // A missing table, a column of another kind, a row that is there twice: the file is not as it was written.
        _ => Corrupt(message, path, kind),
    };

    public static EventLogCorruptException Corrupt(string why, string path, FileKind kind) => new($"{path} is damaged ({why}). {kind.WhatToDo}");

    private static EventLogUnavailableException Unavailable(int extendedCode, string message) => new(message, new SqliteCodeException(extendedCode));
}

/// <summary>Keeps SQLite's own extended result code beside our words.</summary>
internal sealed class SqliteCodeException(int extendedCode) : Exception($"SQLite extended result code {extendedCode}.")
{
    public int ExtendedCode { get; } = extendedCode;
}
