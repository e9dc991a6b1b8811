using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Accounting;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Verification;
using Ledger.Testing;

namespace Ledger.Crashes;

/// <summary>One command that was sent in some life.</summary>
/// <param name="Index">Its place among its caller's.</param>
internal sealed record Sent(int Life, int Caller, int Index, Step Step)
{
    /// <summary>What its caller was told; null for the one that was under way when the process died.</summary>
    public string? Digest { get; set; }

    /// <summary>From the first repeat on.</summary>
    public CommandReply? Reply { get; set; }

    /// <summary>Its last event in the log; 0 when it has none.</summary>
    public long LastPosition { get; set; }
}

/// <summary>All that was ever sent, and what callers were told of it: kept outside of the process that is killed, and held against its log.</summary>
internal sealed class Books(int seed, int callers)
{
    private readonly Dictionary<Guid, Sent> _sent = [];
    private readonly List<Guid> _order = [];
    private readonly Dictionary<StreamName, (long Version, object State)> _streams = [];
    private TrialBalance _balance = TrialBalance.Empty;

    public int Acknowledged { get; private set; }

    /// <summary>Commands that were under way at a kill and had taken effect by then.</summary>
    public int Survived { get; private set; }

    public long Events { get; private set; }

    /// <returns>The life's commands, those that were under way last, one list per caller.</returns>
    public ImmutableArray<ImmutableArray<Sent>> Hear(int life, ImmutableArray<Acknowledgement> said)
    {
        var byCaller = said.ToLookup(static told => told.Caller);
        return [.. Enumerable.Range(0, callers).Select(caller => Hear(life, caller, byCaller[caller]))];
    }

    /// <summary>Before anything is repeated: the log is sound, holds nothing that nobody sent, and every command's events where its reply says.</summary>
    public async Task CheckAsync(IEventLog log)
    {
        _balance = TrialBalance.Empty;
        _streams.Clear();
        foreach (var sent in _sent.Values) sent.LastPosition = 0;
        var report = await new LogVerifier(log, EventCodec.Default, Fault, new ManualClock(Sales.Today)).VerifyAsync(null, CancellationToken.None).ConfigureAwait(false);
        if (report.FirstBad is { } bad) throw new CrashFoundException($"Position {bad.Position}, « {bad.Stream} » version {bad.Version}: {bad.Why}");

        Events = report.Events;
        foreach (var (id, sent) in _sent)
        {
            if (sent.Digest is null && sent.LastPosition > 0) Survived++;
            if (sent.Reply is not { } reply) continue;
            var expected = reply.Outcome == CommandOutcome.Accepted ? reply.Position : 0;
            if (sent.LastPosition != expected) throw new CrashFoundException($"The last event of command {id:N} stands at {sent.LastPosition}, its reply says {expected}.");
            if (reply.Versions.Any(part => _streams.GetValueOrDefault(part.Stream).Version < part.Version)) throw new CrashFoundException($"Command {id:N} is not there whole: {reply}.");
        }
    }

    /// <summary>A repeat's reply: to the letter what was told before, and told as a repeat; what was under way may be done only now.</summary>
    public void Hear(Sent sent, CommandReply reply)
    {
        var digest = Acknowledgement.DigestOf(reply);
        var id = sent.Step.Command.Id;
        if (sent.Digest is not null && !reply.Replayed) throw new CrashFoundException($"Command {id:N} was acknowledged, and its repeat did it again.");
        if (sent.LastPosition > 0 && !reply.Replayed) throw new CrashFoundException($"Command {id:N} has events, and its repeat did it again.");
        if (sent.Reply is null && reply is { Replayed: true, Outcome: CommandOutcome.Accepted } && sent.LastPosition == 0) throw new CrashFoundException($"Command {id:N} has a record and no events.");
        if (sent.Digest is not null && sent.Digest != digest) throw new CrashFoundException($"Command {id:N} was acknowledged with another reply than its repeat got: {reply}.");
        (sent.Digest, sent.Reply) = (digest, reply);
    }

    /// <summary>After the repeats: debits equal credits, and the acquirer owes what the replies add up to.</summary>
    public async Task CheckBalanceAsync(IEventLog log)
    {
        foreach (var recorded in await log.ReadAllAsync(Events, int.MaxValue, CancellationToken.None).ConfigureAwait(false))
        {
            if (Fault(recorded, EventCodec.Default.Decode(recorded)) is { } why) throw new CrashFoundException($"Position {recorded.Position}: {why}");
        }

        var expected = _sent.Values.Where(static sent => sent.Reply is { Outcome: CommandOutcome.Accepted }).Sum(static sent => sent.Step.Receivable);
        var actual = _balance[Postings.AcquirerReceivable, Currency.Eur].Balance;
        if (!_balance.IsBalanced) throw new CrashFoundException("The trial balance is not zero.");
        if (actual != expected) throw new CrashFoundException($"The acquirer owes {actual}; the replies add up to {expected}.");
    }

    /// <summary>Some of the earlier lives' commands.</summary>
    public ImmutableArray<Sent> Earlier(int count, Random random) =>
        _order.Count == 0 ? [] : [.. Enumerable.Range(0, count).Select(_ => _sent[_order[random.Next(_order.Count)]]).DistinctBy(static sent => sent.Step.Command.Id)];

    private ImmutableArray<Sent> Hear(int life, int caller, IEnumerable<Acknowledgement> said)
    {
        var told = new List<string>();
        foreach (var (_, index, digest) in said)
        {
            if (index == told.Count) told.Add(digest);
            else if (told[index] != digest) throw new CrashFoundException($"Caller {caller} got two replies to its command {index}.");
        }

        var sent = new Sales(seed, life, caller).Steps().Take(told.Count + 1)
            .Select((step, index) => new Sent(life, caller, index, step) { Digest = index < told.Count ? told[index] : null }).ToImmutableArray();
        foreach (var one in sent)
        {
            _sent.Add(one.Step.Command.Id, one);
            _order.Add(one.Step.Command.Id);
        }

        Acknowledged += told.Count;
        return sent;
    }

    /// <returns>Null when the event may stand where it does.</returns>
    private string? Fault(RecordedEvent recorded, ILedgerEvent @event)
    {
        var postings = Postings.Of(@event);
        if (!Postings.AreBalanced(postings)) return "Its postings do not balance.";
        if (!_sent.TryGetValue(recorded.CommandId, out var sent)) return $"Nobody sent command {recorded.CommandId:N}.";
        if (sent.Reply is { } reply && !reply.Versions.Any(part => part.Stream == recorded.Stream && recorded.Version <= part.Version)) return $"The reply to command {recorded.CommandId:N} does not tell of it: {reply}.";

        // A history that the decider could not have made throws, and that is the fault.
        var before = _streams.GetValueOrDefault(recorded.Stream).State;
        object state = @event switch
        {
            TerminalEvent e => Terminal.Evolve((TerminalState?)before ?? Terminal.Initial, e),
            TransactionEvent e => Transaction.Evolve((TransactionState?)before ?? Transaction.Initial, e),
            _ => throw new System.Diagnostics.UnreachableException(recorded.Type),
        };
        _streams[recorded.Stream] = (recorded.Version, state);
        sent.LastPosition = recorded.Position;
        if (postings.Count > 0) _balance = _balance.Add(postings);
        return null;
    }
}
