using System.Runtime.CompilerServices;
using Ledger.EventLog;

namespace Ledger.Engine;

/// <summary>The engine's bounds. Every value is at least 1.</summary>
public sealed record EngineOptions
{
    /// <summary>How many shards, a thread each. Which shard runs a stream follows from its partition, so the number may change between starts. Default 2.</summary>
    public int ShardCount { get; init => field = AtLeastOne(value); } = 2;

    /// <summary>Commands and reads that wait for one shard; more are refused at once. Default 4096.</summary>
    public int MailboxCapacity { get; init => field = AtLeastOne(value); } = 4096;

    /// <summary>Commands of one shard that are decided and not yet durable; the shard decides no more until some are. Default 8192.</summary>
    public int InFlightUnitsMax { get; init => field = AtLeastOne(value); } = 8192;

    /// <summary>Commands in one commit. Default 4096.</summary>
    public int BatchUnitsMax { get; init => field = AtLeastOne(value); } = 4096;

    /// <summary>Payload bytes in one commit; one command alone may have more. Default 8 MiB.</summary>
    public int BatchBytesMax { get; init => field = AtLeastOne(value); } = 8 * 1024 * 1024;

    /// <summary>
    /// Actors that one shard keeps in memory, but for those of transactions; those that are not used go first, and the log brings them back. Actors with a commit
    /// on its way stay in any case. Default 100000.
    /// </summary>
    public int ActorsMax { get; init => field = AtLeastOne(value); } = 100_000;

    /// <summary>
    /// Actors of transactions that one shard keeps ready; beyond it those that are not used are packed into bytes, which keeps them from the collector.
    /// Default 1024.
    /// </summary>
    public int UnpackedActorsMax { get; init => field = AtLeastOne(value); } = 1024;

    /// <summary>
    /// Memory for the packed actors of one shard, about 200 bytes for a transaction that was requested and 350 for a completed one; those packed longest ago go first,
    /// and the log brings them back. At least 512 KiB are taken. Default 64 MiB.
    /// </summary>
    public int PackedActorBytesMax { get; init => field = AtLeastOne(value); } = 64 * 1024 * 1024;

    /// <summary>Replies that one shard remembers; an older command's repeat is answered from the log. Default 16384.</summary>
    public int RecentCommandsMax { get; init => field = AtLeastOne(value); } = 16_384;

    /// <summary>How often one command is decided when others get in first. Default 5.</summary>
    public int AttemptsMax { get; init => field = AtLeastOne(value); } = 5;

    /// <summary>How often one batch is handed to a log that is unavailable, at once after one another. Default 2.</summary>
    public int AppendAttemptsMax { get; init => field = AtLeastOne(value); } = 2;

    /// <summary>How often a stream whose history cannot be read is tried again, once per command; then it stays stopped until the engine restarts. Default 5.</summary>
    public int RestartsMax { get; init => field = AtLeastOne(value); } = 5;

    /// <summary>How long disposing waits for what was taken in to become durable; a log that hangs must not keep the process. Default 30 s.</summary>
    public TimeSpan StopWaitMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether a command that finds its shard with nothing to do may be decided, committed and answered on its caller's thread, which then waits for the disk: two
    /// switches of threads less for it. One caller a shard at a time, only for its own command, and hardly ever one who sends more before he has his answer. False:
    /// always on the shard's thread. Default true.
    /// </summary>
    public bool RunsOnCallers { get; init; } = true;

    /// <summary>False: no threads are started, and <see cref="LedgerEngine.RunOnce"/> does the work, for simulations on one thread. Default true.</summary>
    public bool HasThreads { get; init; } = true;

    /// <summary>For tests: told of each place that a commit passes, on the engine's threads; null, which costs a comparison.</summary>
    internal Action<CommitPoint>? OnCommitPoint { get; init; }

    private static int AtLeastOne(int value, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }
}
