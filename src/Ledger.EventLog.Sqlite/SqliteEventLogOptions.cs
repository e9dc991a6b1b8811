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
    /// After how many pages of 16 KiB SQLite's write-ahead log is taken into the file. 10 to 100000, default 250: more makes fewer, longer rounds, and what a
    /// round syncs keeps the disk from the commits for as long. No commit waits for a round's end, unless the disk is slower than the commits for long.
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
    } = 250;

    /// <summary>
    /// A commit file takes commits until it has so many bytes, then the other does. 65536 to 1073741824, default 33554432: more lets the tables lag
    /// further behind a burst, and makes a longer start after a crash.
    /// </summary>
    public int CommitFileLength
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 64 * 1024);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1024 * 1024 * 1024);
            field = value;
        }
    } = 32 * 1024 * 1024;

    /// <summary>
    /// True: threads take commits into the tables, and SQLite's write-ahead log into the file, while commits go on. False: whoever needs it there does,
    /// so that everything happens on callers' threads, as tests of faults want it. Default true.
    /// </summary>
    public bool WorksInBackground { get; init; } = true;

    /// <summary>
    /// For tests: places of streams and ids of commands that the writer remembers, in each of two generations; what the tables do not have yet comes on top. More spare
    /// looks at the tables, and take up to 300 bytes each.
    /// </summary>
    internal int KeptPerGeneration { get; init; } = 32_768;

    /// <summary>For tests: the SQLite file system that the log's files are on; null for SQLite's own.</summary>
    internal string? VfsName { get; init; }

    /// <summary>For tests: the disk that the commit files are on.</summary>
    internal Commits.CommitDisk CommitDisk { get; init; } = Commits.CommitDisk.Own;

    /// <summary>For tests: told of each place that an append passes, on its thread; null, which costs a comparison.</summary>
    internal Action<CommitPoint>? OnCommitPoint { get; init; }

    /// <summary>For tests: told of a file's path right after it was synced without SQLite; what it throws is as the sync's own error.</summary>
    internal Action<string>? OnSynced { get; init; }
}
