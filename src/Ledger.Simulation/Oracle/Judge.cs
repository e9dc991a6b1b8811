using System.Diagnostics;
using Ledger.Acquiring;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Simulation.Oracle;

/// <summary>
/// Watches a run from beside it and knows nothing of the engine: every unit as it is committed, every answer as it is given. Keeps books of its
/// own, so that each step costs the same however long the run is. The first thing that must not be is kept, and ends the run.
/// </summary>
internal sealed class Judge
{
    private readonly World _world;
    private readonly CommandBook _commands;
    private readonly StreamBook _streams;
    private readonly Dictionary<ExchangeId, Money> _reversals = [];

    public Judge(World world)
    {
        _world = world;
        _commands = new CommandBook(this);
        _streams = new StreamBook(this);
        Contracts = new ContractBook(this);
        Remittances = new RemittanceBook(this);
        Payments = new PaymentBook(this);
        Tills = new TillBook(this);
        Postings = new PostingBook(this);
    }

    public SimulationFailure? Failure { get; private set; }

    public ContractBook Contracts { get; }

    public RemittanceBook Remittances { get; }

    public PaymentBook Payments { get; }

    public TillBook Tills { get; }

    public PostingBook Postings { get; }

    public SimulationCounts Counts => _world.Counts;

    /// <param name="invariant">Its id.</param>
    public void Broken(string invariant, string what) => Failure ??= new SimulationFailure(invariant, what, _world.Options.Seed, _world.Schedule.Steps, _world.Schedule.Now);

    /// <summary>An exception that nothing which was done to the system explains.</summary>
    public void Fault(string where, Exception exception) => Broken("fault", $"{where}: {exception}");

    public bool IsDurable(Guid command) => _commands.IsCommitted(command);

    /// <summary>Whoever asks this asks for what must not be granted.</summary>
    public void MustRefuse(Guid command, string invariant) => _commands.MustRefuse(command, invariant);

    public void ExpectConflict(Guid command) => _commands.ExpectConflict(command);

    public void Asked(EngineCommand command) => _commands.Asked(command);

    /// <summary>A unit is on the disk.</summary>
    public void Committed(AppendUnit unit, ReadOnlyMemory<RecordedEvent> recorded)
    {
        _commands.Committed(unit.Command);
        if (recorded.Length > 0)
        {
            var events = _streams.Chain(recorded.Span);
            Take(recorded.Span, events);
            if (Failure is null) _streams.DecideAgain(_commands.AskedUnder(unit.Command.Id), recorded.Span, events);
            _world.Schedule.Note(System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(recorded.Span[^1].Hash.Span));
        }

        Counts.Events += recorded.Length;
        _world.Weather.Pass();
        _world.Site.WakeProcesses();
    }

    /// <summary>An engine answered.</summary>
    public void Answered(EngineCommand command, CommandReply reply)
    {
        Counts.Commands++;
        if (reply.Replayed) Counts.Repeats++;
        if (!reply.IsAccepted) Counts.Refusals++;
        _world.Schedule.Note((ulong)reply.Outcome);
        _commands.Answered(command, reply);
        if (reply.Outcome == CommandOutcome.Accepted) CheckPlace(command, reply);
    }

    /// <summary>An engine could not answer.</summary>
    public void Failed(EngineCommand command, Exception exception)
    {
        Counts.Errors++;
        _world.Schedule.Note(3);
        if (exception is CommandIdReusedException) _commands.Conflicted(command.Id);
        else if (exception is not (EventLogUnavailableException or EventLogFencedException or MailboxFullException)) Fault($"command {command.Id:N}", exception);
    }

    /// <summary>A server gave this to its caller, who may ask again and must hear the same.</summary>
    public void Told(Guid command, object answer)
    {
        if (answer is DeskReply reply) _commands.Told(command, reply);
    }

    public void Conflicted(Guid command) => _commands.Conflicted(command);

    /// <summary>A reversal goes out: always under its first keys (I14).</summary>
    public void ReversalAsked(ExchangeId original, Money amount)
    {
        if (!_reversals.TryAdd(original, amount) && _reversals[original] != amount) Broken("I14", $"the reversal of {original} was first for {_reversals[original]} and is now for {amount}");
    }

    /// <summary>What was acknowledged until a crash is there after it.</summary>
    public void ServerDied()
    {
        foreach (var id in _commands.TakeAnsweredSinceLastDeath())
        {
            if (_world.Disk.Find(id) is null) Broken("I11", $"command {id:N} was acknowledged and is gone after a crash");
        }
    }

    private void CheckPlace(EngineCommand command, CommandReply reply)
    {
        var events = _world.Disk.Events;
        if (reply.Position < 1 || reply.Position > events.Count || events[(int)reply.Position - 1].CommandId != command.Id)
            Broken("I11", $"command {command.Id:N} was acknowledged at position {reply.Position}, where there is nothing of it");
        foreach (var (stream, version) in reply.Versions)
        {
            if (version > _streams.VersionOf(stream)) Broken("I11", $"{stream} was acknowledged at version {version} and ends at {_streams.VersionOf(stream)}");
        }
    }

    private void Take(ReadOnlySpan<RecordedEvent> recorded, ReadOnlySpan<ILedgerEvent> events)
    {
        for (var index = 0; index < events.Length; index++)
        {
            var stream = recorded[index].Stream;
            Postings.Take(events[index]);
            switch (events[index])
            {
                case TransactionEvent e: Payments.Take(stream, e); break;
                case Domain.Terminals.TerminalEvent e: Tills.Take(stream, e); break;
                case Domain.Remittances.RemittanceEvent e: Remittances.Take(e); break;
                case Domain.Merchants.MerchantEvent e: Contracts.Take(stream, e); break;
                case Domain.Cards.CardEvent e: Contracts.Take(stream, e); break;
                default: throw new UnreachableException(events[index].GetType().Name);
            }
        }

        Tills.CheckUnit(recorded, events);
    }
}
