using Ledger.EventLog;
using NodaTime;

namespace Ledger.Engine.Runtime;

/// <summary>
/// Runs the actors of some partitions, one command at a time. A state machine: <see cref="RunOnce"/> does what can be done and never waits,
/// except for a stream to be read. One thread at a time runs it: its own, or a simulator's.
/// </summary>
internal sealed class Shard
{
    /// <summary>Commands decided before their units are handed on: few enough that the committer does not wait for the last.</summary>
    private const int TurnWorkMax = 64;

    /// <summary>Commands that the shard commits itself, when it has nothing else to do: more are better committed while the next are decided.</summary>
    private const int OwnCommitUnitsMax = 2;

    private readonly EngineState _engine;
    private readonly IEventLog _log;
    private readonly Committer _committer;
    private readonly IClock _clock;
    private readonly EngineOptions _options;
    private readonly ActorTable _actors;
    private readonly ActorLoader _loader;
    private readonly Draft _draft;
    private readonly RecentCommands _recent;
    private readonly Dictionary<Guid, PendingCommand> _open = [];
    private readonly Queue<IShardWork> _again = [];
    private readonly List<CommitUnit> _decided = [];

    // Taken from the mailbox, and from _nextWork on not begun.
    private List<IShardWork> _work = [];
    private int _nextWork;
    private List<CommitUnit> _settled = [];
    private int _inFlight;
    private bool _isBroken;

    public Shard(EngineState engine, IEventLog log, EventCodec codec, Committer committer, IClock clock, StreamTypes types, EngineOptions options)
    {
        (_engine, _log, _committer, _clock, _options) = (engine, log, committer, clock, options);
        Mailbox = new Mailbox(options.MailboxCapacity, lends: options.RunsOnCallers);
        _actors = new ActorTable(types, options);
        _loader = new ActorLoader(log, codec, options.RestartsMax);
        _draft = new Draft(types, _actors, _loader, codec, engine.Committed, log.HasOtherWriters);
        _recent = new RecentCommands(options.RecentCommandsMax);
        Types = types;
    }

    public Mailbox Mailbox { get; }

    public StreamTypes Types { get; }

    /// <summary>About now, for whoever asks from another thread.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    public int ActorCount => _actors.Count;

    public int FailedStreams => _loader.FailedCount;

    /// <summary>Nothing waits, nothing is in flight, nothing more comes.</summary>
    public bool IsFinished => _isBroken || (_inFlight == 0 && !HasWork && Mailbox.IsDrained);

    private bool HasWork => _again.Count > 0 || _nextWork < _work.Count;

    private bool TakesWork => _inFlight < _options.InFlightUnitsMax;

    public void WaitForSomething()
    {
        if (!HasWork || !TakesWork) Mailbox.WaitForSomething(TakesWork, isIdle: _inFlight == 0);
    }

    /// <summary>Settles what is durable or failed, decides some more, hands it to the committer.</summary>
    /// <param name="commitsItself">May commit a few commands on this thread. False: leaves all to the committer.</param>
    /// <returns>False when there was nothing to do.</returns>
    public bool RunOnce(bool commitsItself)
    {
        var settled = SettleAll();
        var worked = RunWork();
        if (_decided.Count > 0)
        {
            if (commitsItself && _inFlight <= OwnCommitUnitsMax && !HasWork && Mailbox.Depth == 0) _committer.SubmitAndRun(_decided);
            else _committer.Submit(_decided);
            _decided.Clear();
        }

        _actors.Trim();
        return settled || worked;
    }

    /// <summary>
    /// On the thread of the one caller that it was lent to, as its own thread does it: decides what that brought, commits it if nobody else commits, answers
    /// it. What came meanwhile is left to its own thread.
    /// </summary>
    public void RunLent()
    {
        RunGuarded(static shard =>
        {
            shard.RunOnce(commitsItself: true);
            shard.SettleAll();
        });
        Mailbox.GiveBack(HasWork);
    }

    /// <summary>Runs it, and stops the engine when it breaks.</summary>
    public void RunGuarded(Action<Shard> run)
    {
        try
        {
            run(this);
        }
        catch (Exception exception)
        {
            // The running thread's edge: this shard cannot go on, and the engine must not go on without it.
            var error = new EngineFaultedException(exception);
            _isBroken = true;
            _engine.Stop(error);
            FailAll(error);
        }
    }

    public void Execute(PendingCommand pending)
    {
        if (_engine.Stopped is { } stopped)
        {
            pending.Fail(stopped);
            return;
        }

        var id = pending.Command.Id;
        if (_open.TryGetValue(id, out var first) && first != pending)
        {
            if (pending.HasFingerprint(first.Command.Fingerprint.Span)) first.Follow(pending);
            else pending.Fail(new CommandIdReusedException(id));
            return;
        }

        if (_recent.Find(id, pending.Command.Fingerprint.Span, out var isSame) is { } recent)
        {
            if (isSame) pending.Complete(recent);
            else pending.Fail(new CommandIdReusedException(id));
            return;
        }

        Decide(pending);
    }

    public void Read(IPendingRead read)
    {
        try
        {
            if (_engine.Stopped is { } stopped) throw stopped;
            var actor = _actors.Find(read.Stream);
            if (actor is null) _actors.Add(actor = _loader.Load(read.Stream, Types.Of(read.Stream)));
            else if (read.IsAfterOthers) Follow(actor);
            read.See(actor);
            if (actor.LastUnit is { } unit)
            {
                (unit.Readers ??= []).Add(read);
                return;
            }

            _engine.Committed.Publish(actor);
            read.Complete();
        }
        catch (Exception exception)
        {
            // The request's edge: whatever it is, the caller gets it.
            read.Fail(exception);
        }
    }

    /// <summary>The engine broke: all who wait here get the error.</summary>
    public void FailAll(Exception error)
    {
        Mailbox.Close();
        foreach (var pending in _open.Values) pending.Fail(error);
        foreach (var work in _work.Skip(_nextWork).Concat(Mailbox.TakeWork([])).Concat(_again)) work.Fail(error);
    }

    private bool RunWork()
    {
        var room = Math.Min(TurnWorkMax, _options.InFlightUnitsMax - _inFlight);
        var left = room;
        for (; left > 0 && _again.TryDequeue(out var again); left--) again.RunOn(this);
        if (left > 0 && _nextWork == _work.Count)
        {
            _work.Clear();
            _nextWork = 0;
            _work = Mailbox.TakeWork(_work);
        }

        var first = _nextWork;
        for (; left > 0 && _nextWork < _work.Count; left--)
        {
            var work = _work[_nextWork];
            _work[_nextWork++] = null!;
            work.RunOn(this);
        }

        if (_nextWork > first) Mailbox.Begun(_nextWork - first);
        return left < room;
    }

    private void Decide(PendingCommand pending)
    {
        _open[pending.Command.Id] = pending;
        pending.Attempts++;
        try
        {
            _decided.Add(_draft.Decide(this, pending, _clock.GetCurrentInstant()));
            Volatile.Write(ref _inFlight, _inFlight + 1);
        }
        catch (Exception exception)
        {
            // The actor's edge. A repeat is answered even where its streams cannot be decided any more.
            if (exception is ActorFailedException failed) Stop(failed.Stream);
            AnswerFromLog(pending, exception);
        }
    }

    private void Stop(StreamName stream)
    {
        if (_actors.Find(stream) is not { } actor) return;
        if (actor.InFlight > 0) actor.IsStopped = true;
        else _actors.Drop(actor);
    }

    private bool SettleAll()
    {
        _settled.Clear();
        _settled = Mailbox.TakeSettled(_settled);
        foreach (var unit in _settled) Settle(unit);
        if (_settled.Count > 0) _options.OnCommitPoint?.Invoke(CommitPoint.AfterReplies);
        return _settled.Count > 0;
    }

    private void Settle(CommitUnit unit)
    {
        Volatile.Write(ref _inFlight, _inFlight - 1);
        foreach (var actor in unit.Written) Release(actor, unit);
        if (unit.Readers is { } readers)
        {
            foreach (var read in readers)
            {
                if (unit.Outcome == UnitOutcome.Committed) read.Complete();
                else _again.Enqueue(read);
            }
        }

        switch (unit.Outcome)
        {
            case UnitOutcome.Committed: Finish(unit.Pending, unit.Reply, unit.Append.Command.Reply.Span); break;
            case UnitOutcome.Duplicate: Answer(unit.Pending, unit.Existing!); break;
            case UnitOutcome.Overtaken:
                if (unit.Overtaker is { } overtaker) Refresh(overtaker.Stream);
                DecideAgain(unit.Pending);
                break;
            case UnitOutcome.Failed: Fail(unit.Pending, unit.Error!); break;
            case UnitOutcome.Waiting or UnitOutcome.InBatch: throw new System.Diagnostics.UnreachableException(unit.Outcome.ToString());
        }
    }

    /// <summary>A state that rests on what was not committed is forgotten: the next command reads the log.</summary>
    private void Release(Actor actor, CommitUnit unit)
    {
        actor.InFlight--;
        if (actor.LastUnit == unit) actor.LastUnit = null;
        if (unit.Outcome != UnitOutcome.Committed || (actor.IsStopped && actor.InFlight == 0)) _actors.Drop(actor);
        else if (actor.LastUnit is null && unit.Pending.Command.IsReadAfter) _engine.Committed.Publish(actor);
        else if (actor.LastUnit is null) _engine.Committed.Renew(actor);
    }

    /// <summary>
    /// Another writer was there: takes in what the log has after the actor's state, if all of that is durable. Where something is on its way, its outcome will say
    /// whether the state still counts.
    /// </summary>
    private void Follow(Actor actor)
    {
        if (actor.InFlight > 0) return;

        // Gone if that fails: half of what it lacked is no state.
        _actors.Drop(actor);
        _loader.CatchUp(actor);
        _actors.Add(actor);
    }

    private void Refresh(StreamName stream)
    {
        try
        {
            if (_actors.Find(stream) is { } stale) Follow(stale);
        }
        catch (Exception exception) when (exception is ActorFailedException or EventLogUnavailableException or EventLogFencedException)
        {
            // Whoever needs it next loads it, and gets the error if there still is one.
        }
    }

    private void DecideAgain(PendingCommand pending)
    {
        if (pending.Attempts < _options.AttemptsMax)
        {
            _again.Enqueue(pending);
            return;
        }

        Fail(pending, new EventLogUnavailableException(
            $"Other writers were first {pending.Attempts} times; nothing of command {pending.Command.Id:N} was appended. Repeat it with the same id."));
    }

    private void AnswerFromLog(PendingCommand pending, Exception instead)
    {
        try
        {
            var record = instead is ActorFailedException ? Blocking.Wait(_log.FindCommandAsync(pending.Command.Id, CancellationToken.None)) : null;
            if (record is null) Fail(pending, instead);
            else Answer(pending, record);
        }
        catch (EventLogUnavailableException)
        {
            Fail(pending, instead);
        }
    }

    private void Answer(PendingCommand pending, CommandRecord record)
    {
        if (!pending.HasFingerprint(record.Fingerprint.Span))
        {
            Fail(pending, new CommandIdReusedException(record.Id));
            return;
        }

        try
        {
            var reply = ReplyCodec.Decode(record);
            Finish(pending, reply with { Position = FindPosition(record, reply) }, record.Reply.Span);
        }
        catch (Exception exception) when (exception is EventLogUnavailableException or EventLogCorruptException)
        {
            Fail(pending, exception);
        }
    }

    /// <summary>Where its last event stands; without events, where the log is now.</summary>
    private long FindPosition(CommandRecord record, CommandReply reply)
    {
        if (reply.Outcome != CommandOutcome.Accepted) return _log.LastPosition;

        var position = 0L;
        foreach (var (stream, version) in reply.Versions)
        {
            if (version == 0) continue;
            foreach (var last in Blocking.Wait(_log.ReadStreamAsync(stream, version - 1, 1, CancellationToken.None)))
            {
                if (last.CommandId == record.Id) position = Math.Max(position, last.Position);
            }
        }

        return position;
    }

    private void Finish(PendingCommand pending, CommandReply reply, ReadOnlySpan<byte> encoded)
    {
        _open.Remove(pending.Command.Id);
        _recent.Add(pending.Command.Id, pending.Command.Fingerprint.Span, encoded, reply.Position);
        _engine.Meter.Answered(reply.Outcome);
        pending.Complete(reply);
    }

    private void Fail(PendingCommand pending, Exception error)
    {
        _open.Remove(pending.Command.Id);
        pending.Fail(error);
    }
}
