namespace Ledger.EventLog;

/// <summary>Named places on a command's way from its decision to its reply, in order: where tests kill the process. Nothing is told of them in production.</summary>
public enum CommitPoint
{
    /// <summary>The committer has its next batch and has not handed it to the log.</summary>
    BatchFormed = 1,

    /// <summary>The log has the batch, nothing is written.</summary>
    TransactionBegun = 2,

    /// <summary>The log has decided one more unit of the batch; passed once per unit.</summary>
    UnitWritten = 3,

    /// <summary>All of the batch is written and not durable.</summary>
    BeforeCommit = 4,

    /// <summary>The commit is durable, and nobody knows.</summary>
    AfterCommit = 5,

    /// <summary>The committer knows the outcome of each unit; the shards do not.</summary>
    BeforeReplies = 6,

    /// <summary>A shard has released replies.</summary>
    AfterReplies = 7,
}
