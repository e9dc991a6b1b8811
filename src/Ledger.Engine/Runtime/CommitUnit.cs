using System.Collections.Immutable;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>One decided command on its way into the log. The shard makes it, the committer gives it its outcome, the shard settles it.</summary>
internal sealed class CommitUnit(Shard shard, PendingCommand pending, AppendUnit append, ReplyDraft reply, Actor[] written, ImmutableArray<UnitDependency> basedOn)
{
    private long _position;

    public Shard Shard { get; } = shard;

    public PendingCommand Pending { get; } = pending;

    public AppendUnit Append { get; } = append;

    /// <summary>Made when the commit has given it its position.</summary>
    public CommandReply Reply => new(reply.Outcome, reply.Rejection, reply.Versions, _position, Replayed: false);

    /// <summary>Actors that are ahead of the log because of it.</summary>
    public Actor[] Written { get; } = written;

    /// <summary>What was in flight when it was decided and what its decision saw: without that it is void. Let go when it has its outcome.</summary>
    public ImmutableArray<UnitDependency> BasedOn { get; private set; } = basedOn;

    /// <summary>Reads that saw its effect and wait for it.</summary>
    public List<IPendingRead>? Readers { get; set; }

    public UnitOutcome Outcome { get; private set; } = UnitOutcome.Waiting;

    /// <summary>Set with <see cref="UnitOutcome.Failed"/>.</summary>
    public Exception? Error { get; private set; }

    /// <summary>The record under its id, set with <see cref="UnitOutcome.Duplicate"/>.</summary>
    public CommandRecord? Existing { get; private set; }

    /// <summary>Where another writer was first, as far as <see cref="UnitOutcome.Overtaken"/> comes from the log.</summary>
    public AppendResult.VersionConflict? Overtaker { get; private set; }

    /// <summary>Counted by the shard, which has it all at hand.</summary>
    public int PayloadBytes { get; } = CountPayload(append);

    public bool IsVoid => Outcome is UnitOutcome.Failed or UnitOutcome.Duplicate or UnitOutcome.Overtaken;

    private static int CountPayload(AppendUnit append)
    {
        var bytes = 0;
        foreach (var write in append.Writes)
        {
            foreach (var @event in write.Events) bytes += @event.Payload.Length;
        }

        return bytes;
    }

    public void Enter() => Outcome = UnitOutcome.InBatch;

    public void Fail(Exception error) => (Outcome, Error, BasedOn) = (UnitOutcome.Failed, error, []);

    public void Overtake() => (Outcome, BasedOn) = (UnitOutcome.Overtaken, []);

    public void Resolve(AppendResult result)
    {
        BasedOn = [];
        switch (result)
        {
            case AppendResult.Appended appended:
                Outcome = UnitOutcome.Committed;
                _position = appended.LastPosition;
                break;
            case AppendResult.DuplicateCommand duplicate:
                Outcome = UnitOutcome.Duplicate;
                Existing = duplicate.Existing;
                break;
            case AppendResult.VersionConflict conflict:
                Outcome = UnitOutcome.Overtaken;
                Overtaker = conflict;
                break;
            default: throw new System.Diagnostics.UnreachableException();
        }
    }
}

/// <summary>A reply but for its position.</summary>
internal readonly record struct ReplyDraft(CommandOutcome Outcome, CommandRejection? Rejection, ImmutableArray<StreamVersion> Versions);

/// <param name="IsChained">
/// The dependent writes the same stream: the log itself refuses it when the other is refused, so both may be in one batch.
/// </param>
internal readonly record struct UnitDependency(CommitUnit Unit, bool IsChained);

internal enum UnitOutcome
{
    Waiting = 1,

    /// <summary>Handed to the log.</summary>
    InBatch = 2,

    Committed = 3,

    /// <summary>The commit failed, of it or of one that it is based on.</summary>
    Failed = 4,

    /// <summary>Its id was used before; the log has the reply.</summary>
    Duplicate = 5,

    /// <summary>What it is based on did not come to be, or another writer was first: decide anew.</summary>
    Overtaken = 6,
}
