namespace Ledger.EventLog;

/// <summary>Named places on a command's way from its decision to its reply, in order: where tests kill the process. Nothing is told of them in production.</summary>
public enum CommitPoint
{
    /// <summary>The committer has its next batch and has not handed it to the log.</summary>
    BatchFormed = 1,

    /// <summary>The log's transaction is open, nothing is written.</summary>
    TransactionBegun = 2,

    /// <summary>One more unit of the batch is written into the transaction; passed once per unit.</summary>
    UnitWritten = 3,

    /// <summary>All of the batch is written, the commit is not asked for.</summary>
    BeforeCommit = 4,

    /// <summary>The commit is durable, and nobody knows.</summary>
    AfterCommit = 5,

    /// <summary>The committer knows the outcome of each unit; the shards do not.</summary>
    BeforeReplies = 6,

    /// <summary>A shard has released replies.</summary>
    AfterReplies = 7,
}
