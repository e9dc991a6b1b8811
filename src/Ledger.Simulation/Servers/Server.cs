using System.Collections.Immutable;
using Ledger.Acquiring;
using Ledger.Acquiring.FollowUp;
using Ledger.Domain.Merchants;
using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using Ledger.Simulation.Lines;
using Ledger.Simulation.Scheduling;
using Ledger.Simulation.Storage;

namespace Ledger.Simulation.Servers;

/// <summary>
/// One server process from its start to its end: log, engine, desk and processes, composed as the host composes them. Its engine has no threads:
/// the schedule steps its parts, in an order and at intervals that chance gives.
/// </summary>
internal sealed class Server
{
    /// <summary>How long a part of the engine takes to look again: 200 µs at most.</summary>
    private const int StepTicksMax = 2_000;

    private readonly World _world;
    private readonly LedgerEngine _engine;
    private readonly LeasedToDoStore _toDo;
    private readonly ImmutableArray<ProcessLoop> _loops;
    private readonly bool[] _arranged;
    private readonly Action[] _steps;

    public Server(World world, IToDoStore toDo, EngineOptions options)
    {
        _world = world;
        Home = new HomeContext(world.Schedule);
        Log = new SimulatedLog(world.Schedule, world.Disk, world.LogWeather) { OnAnswered = () => Arrange(_arranged!.Length - 1), OnCrash = () => world.Site.Crash(this) };
        _engine = new LedgerEngine(Log, EventCodec.Default, world.Clock, options);
        _arranged = new bool[_engine.StepPartCount];
        _steps = [.. Enumerable.Range(0, _arranged.Length).Select(part => (Action)(() => Step(part)))];
        Engine = new ServerEngine(_engine, world.Schedule) { OnPosted = ArrangeShards, OnAsked = world.Oracle.Asked, OnAnswered = world.Oracle.Answered, OnFailed = world.Oracle.Failed };

        var timers = new VirtualTimers(world.Schedule, Home);
        var host = new TimedHost(new HostLine(world, Home), HostTimeouts.Default, timers);
        Desk = new PaymentDesk(Engine, host, world.Clock);
        _toDo = new LeasedToDoStore(toDo);
        var processOptions = new ProcessOptions { ConcurrencyMax = 1, Timers = timers };
        _loops = [.. Processes(host).Select(process => new ProcessLoop(
            new ProcessRunner(process, Log, EventCodec.Default, _toDo, world.Clock, processOptions, world.Observer), _toDo, Home, world))];
        WakeProcesses();
    }

    public HomeContext Home { get; }

    public SimulatedLog Log { get; }

    public ServerEngine Engine { get; }

    public PaymentDesk Desk { get; }

    public bool IsAlive => !Home.IsDead;

    /// <summary>A contract's terms as the API reads them, at each request.</summary>
    public async ValueTask<ContractTerms> TermsAsync(MerchantId merchant)
    {
        var read = await Engine.ReadAsync<MerchantState>(merchant.Stream, CancellationToken.None);
        return read.State.Terms ?? throw new InvalidOperationException($"{merchant} has no contract: the town opens with all of them.");
    }

    public void WakeProcesses()
    {
        foreach (var loop in _loops) loop.Wake();
    }

    /// <summary>Another server has the to-do lists from now on.</summary>
    public void LoseLists() => _toDo.End();

    /// <summary>Killed, with all that it was about to do.</summary>
    public void Die()
    {
        Home.Die();
        Engine.Die();
        Log.Die();
        // Of the engine nothing is left but its place among the process's meters; without threads this is done at once.
        _ = _engine.DisposeAsync().AsTask();
    }

    private IEnumerable<IProcess> Processes(IAuthorisationHost host)
    {
        if (_world.Options.Broken != BrokenGuarantee.DoesNotFollowUp)
            yield return new FollowUpProcess(Engine, host, _world.Clock, FollowUpOptions.Default, static _ => { });
        yield return new RemittanceProcess(Engine);
        yield return new TerminalBlockProcess(Engine);
        yield return new TicketProcess(Engine, _world.Contacts, new TicketCarrier(_world), new TicketOptions());
    }

    private void ArrangeShards()
    {
        for (var part = 0; part < _arranged.Length - 1; part++) Arrange(part);
    }

    private void Arrange(int part)
    {
        if (_arranged[part] || !IsAlive) return;

        _arranged[part] = true;
        _world.Schedule.After(_world.Chance.Below(StepTicksMax), _steps[part]);
    }

    /// <summary>One part does what it can; then whoever may have got something to do has its turn.</summary>
    private void Step(int part)
    {
        if (!IsAlive) return;

        _arranged[part] = false;
        var worked = _engine.RunOnce(part);
        Engine.Collect();
        if (!worked) return;

        Arrange(part);
        Arrange(_arranged.Length - 1);
        if (part == _arranged.Length - 1) ArrangeShards();
    }
}
