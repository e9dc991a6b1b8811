namespace Ledger.EventLog.Sqlite;

/// <summary>What may be tuned. The defaults suit one server process with the file on a local disk.</summary>
public sealed record SqliteEventLogOptions
{
    public static SqliteEventLogOptions Default { get; } = new();

    /// <summary>Most reads at a time; more wait. 1 to 64, default 4.</summary>
    public int ReadersMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 64);
            field = value;
        }
    } = 4;

    /// <summary>How long to wait for another program's lock on the file before the call fails, in milliseconds. 0 to 60000, default 2000.</summary>
    public int BusyTimeoutMilliseconds
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 60_000);
            field = value;
        }
    } = 2_000;

    /// <summary>
    /// After how many pages of 16 KiB the write-ahead log is taken into the file. 10 to 100000, default 4000: more makes fewer, longer rounds and a
    /// longer start after a crash. A writer that is faster than the disk waits when the log has four times as many.
    /// </summary>
    public int CheckpointPages
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 10);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 100_000);
            field = value;
        }
    } = 4_000;

    /// <summary>
    /// True: a thread takes the write-ahead log in while commits go on. False: the commit that passes <see cref="CheckpointPages"/> does, so that
    /// everything happens on the caller's thread, as tests of faults want it. Default true.
    /// </summary>
    public bool CheckpointsInBackground { get; init; } = true;

    /// <summary>For tests: the SQLite file system that the log's files are on; null for SQLite's own.</summary>
    internal string? VfsName { get; init; }

    /// <summary>For tests: told of each place that an append passes, on its thread; null, which costs a comparison.</summary>
    internal Action<CommitPoint>? OnCommitPoint { get; init; }

    /// <summary>For tests: told of a file's path right after it was synced without SQLite; what it throws is as the sync's own error.</summary>
    internal Action<string>? OnSynced { get; init; }
}
