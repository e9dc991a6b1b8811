using Ledger.Acquiring;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Simulation.Oracle;

/// <summary>Command ids, what was asked under them and what was answered: one effect and one answer each (I11).</summary>
internal sealed class CommandBook(Judge judge)
{
    private readonly Dictionary<Guid, Asking> _asked = [];
    private readonly HashSet<Guid> _committed = [];
    private readonly Dictionary<Guid, (ReadOnlyMemory<byte> Fingerprint, CommandReply Reply)> _answered = [];
    private readonly Dictionary<Guid, DeskReply> _told = [];
    private readonly Dictionary<Guid, string> _mustRefuse = [];
    private readonly HashSet<Guid> _conflicts = [];
    private List<Guid> _sinceDeath = [];

    public bool IsCommitted(Guid command) => _committed.Contains(command);

    public void MustRefuse(Guid command, string invariant) => _mustRefuse[command] = invariant;

    public void ExpectConflict(Guid command) => _conflicts.Add(command);

    /// <summary>Remembers what an engine was given; under one id it may be several, which differ by their instant.</summary>
    public void Asked(EngineCommand command)
    {
        if (!_committed.Contains(command.Id)) _asked[command.Id] = new Asking(command, _asked.GetValueOrDefault(command.Id));
    }

    public Asking? AskedUnder(Guid command)
    {
        _asked.Remove(command, out var asking);
        return asking;
    }

    public void Committed(CommandRecord record)
    {
        if (!_committed.Add(record.Id)) judge.Broken("I11", $"command {record.Id:N} took effect a second time");
    }

    public void Answered(EngineCommand command, CommandReply reply)
    {
        var id = command.Id;
        if (!_committed.Contains(id)) judge.Broken("I11", $"command {id:N} was acknowledged before it was durable");
        if (reply.IsAccepted && _mustRefuse.TryGetValue(id, out var invariant)) judge.Broken(invariant, $"command {id:N} was accepted: {reply.Outcome}, {string.Join(", ", reply.Versions)}");

        if (_answered.TryAdd(id, (command.Fingerprint, reply)))
        {
            _sinceDeath.Add(id);
            return;
        }

        var first = _answered[id];
        if (!first.Fingerprint.Span.SequenceEqual(command.Fingerprint.Span)) judge.Broken("I11", $"command {id:N} was answered for another body");
        if (!IsSame(first.Reply, reply)) judge.Broken("I11", $"command {id:N} was answered {first.Reply} and then {reply}");
    }

    public void Told(Guid command, DeskReply reply)
    {
        // A cancellation without an answer stays open, and who asks again may hear more.
        if (IsStillOpen(reply) || _told.TryAdd(command, reply)) return;

        var first = _told[command];
        // What another stream refused (a blocked terminal) is shown with the transaction as it is, for it was not looked at then.
        var isShown = reply.Transaction is { Stream: var stream } && reply.Reply.Versions.Any(version => version.Stream == stream);
        var isSame = IsSame(first.Reply, reply.Reply) && (!isShown || (first.Transaction?.Version == reply.Transaction?.Version && StatusOf(first) == StatusOf(reply)));
        if (!isSame) judge.Broken("I11", $"a phone was told {Describe(first)} and then, under the same id {command:N}, {Describe(reply)}");
    }

    public void Conflicted(Guid command)
    {
        if (!_conflicts.Contains(command)) judge.Broken("I11", $"command {command:N} was refused as another body's, and never had another body");
    }

    public List<Guid> TakeAnsweredSinceLastDeath()
    {
        var taken = _sinceDeath;
        _sinceDeath = [];
        return taken;
    }

    /// <summary>The position of a command without events says only where the log was then.</summary>
    private static bool IsSame(CommandReply left, CommandReply right) =>
        left.Outcome == right.Outcome
        && left.Rejection == right.Rejection
        && left.Versions.AsSpan().SequenceEqual(right.Versions.AsSpan())
        && (left.Outcome != CommandOutcome.Accepted || left.Position == right.Position);

    private static bool IsStillOpen(DeskReply reply) =>
        reply.Transaction?.State is TransactionState.CancellationPending
        || (reply.Transaction?.State is TransactionState.Completed completed && completed.Refunds.Values.Any(static refund => refund.Status is RefundStatus.CancellationPending));

    private static TransactionStatus? StatusOf(DeskReply reply) => reply.Transaction?.State.StatusOf();

    private static string Describe(DeskReply reply) => $"{reply.Reply.Outcome} {reply.Reply.Rejection} {StatusOf(reply)} at version {reply.Transaction?.Version}";
}

/// <summary>One command as an engine was given it, and what it was given before under the same id.</summary>
internal sealed record Asking(EngineCommand Command, Asking? Before);
