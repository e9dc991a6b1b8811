using System.Collections.Immutable;
using Ledger.Acquiring;
using Ledger.Acquiring.FollowUp;
using Ledger.Acquiring.Simulation;
using Ledger.Acquiring.Simulation.Remote;
using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.Engine.Tickets;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using Ledger.Projections;
using Ledger.Vault;
using NodaTime;

namespace Ledger.Hosting.Composition;

/// <summary>
/// Everything of a server but the web: composed here, and only here. The log is opened first and closed last.
/// </summary>
internal sealed class LedgerCore : IAsyncDisposable
{
    private readonly Closers _closers;
    private readonly LedgerEngine _engine;
    private readonly string _howToForgetToDo;
    private readonly IToDoStore _toDo;
    private readonly RunAlone _runAlone;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<ILogger, ImmutableArray<ProcessRunner>> _makeRunners;
    private ProcessLog? _observer;
    private Task _processes = Task.CompletedTask;

    private LedgerCore(ServerParts parts, Closers closers, LedgerStores stores, LedgerSecrets secrets, ReadModels views, LedgerEngine engine, IServerRuntime runtime)
    {
        var folder = parts.Folder;
        (Clock, Log, ReadModels, _engine, Runtime, _closers, _runAlone) = (parts.Clock, stores.Log, views, engine, runtime, closers, stores.RunAlone);
        (Credentials, Contacts) = secrets;
        var acquirer = parts.Acquirer is { } address ? new RemoteHost(closers.Add(new HttpClient { BaseAddress = address })) : (IAuthorisationHost)closers.Add(new SimulatedHost(Clock, DelayAsync, parts.Script, parts.Seed, folder.HostBooks));
        Acquirer = acquirer as SimulatedHost;
        _howToForgetToDo = stores.HowToForgetToDo;
        _toDo = closers.Add(stores.OpenToDo());
        var host = new TimedHost(acquirer, parts.Timeouts, TimeProvider.System);
        Desk = new PaymentDesk(Engine, host, Clock) { OnContradiction = found => _observer?.Contradiction(found) };
        _makeRunners = logger => MakeRunners(parts, host, logger);
    }

    public IClock Clock { get; }

    public IEventLog Log { get; }

    /// <summary>Takes the commands of requests and processes.</summary>
    public ILedgerEngine Engine => Runtime.Engine;

    /// <summary>Of this server's own engine, which in a cluster decides what stands on this node.</summary>
    public EngineStatus EngineStatus => _engine.Status;

    public IServerRuntime Runtime { get; }

    public ReadModels ReadModels { get; }

    public ICredentialStore Credentials { get; }

    public IContactVault Contacts { get; }

    /// <summary>Null where it is another process.</summary>
    public SimulatedHost? Acquirer { get; }

    public PaymentDesk Desk { get; }

    /// <summary>Empty until they were started. Where servers share a log, one of them runs them at a time.</summary>
    public ImmutableArray<ProcessRunner> Runners { get; private set; } = [];

    /// <exception cref="EventLogRefusedException">Another host has the folder, or a file is another program's or another version's.</exception>
    public static async Task<LedgerCore> OpenAsync(ServerParts parts, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var closers = new Closers();
        try
        {
            parts.Folder.Create();
            LedgerCore? core = null;
            var stores = await LedgerStores.OpenAsync(parts.Log, parts.Folder, closers, trouble => core?._observer?.TurnUnknown(trouble), cancellation);
            var secrets = await LedgerSecrets.OpenAsync(parts.Folder, stores.Database, parts.HashIterations, closers, cancellation);
            var views = closers.Add(await ReadModels.OpenAsync(stores.Views, stores.Log, EventCodec.Default, parts.Clock, new ReadModelOptions { GatherFor = ServerParts.GatherFor.ToTimeSpan() }, cancellation));
            var engine = closers.Add(new LedgerEngine(stores.Log, EventCodec.Default, parts.Clock, parts.Engine));
            var runtime = closers.Add(await parts.StartRuntime(engine, loggers, cancellation));
            return core = new LedgerCore(parts, closers, stores, secrets, views, engine, runtime);
        }
        catch
        {
            await closers.DisposeAsync();
            throw;
        }
    }

    /// <summary>Once: time-outs, reversals, tickets, remittances and blocks from now on.</summary>
    /// <exception cref="EventLogRefusedException">The to-do lists have taken in events that the log does not have.</exception>
    public async Task StartProcessesAsync(ILoggerFactory loggers, CancellationToken cancellation)
    {
        var runners = _makeRunners(loggers.CreateLogger("Ledger.Processes"));
        foreach (var runner in runners) await CheckListAsync(runner.Name, cancellation);
        Runners = runners;
        _processes = _runAlone(new ProcessGroup(runners).RunAsync, _stopping.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _processes;
        await _closers.DisposeAsync();
        _stopping.Dispose();
    }

    private ImmutableArray<ProcessRunner> MakeRunners(ServerParts parts, TimedHost host, ILogger logger)
    {
        var observer = _observer = new ProcessLog(logger);
        ImmutableArray<IProcess> processes =
        [
            new FollowUpProcess(Engine, host, Clock, FollowUpOptions.Default, observer.Alarm),
            new RemittanceProcess(Engine),
            new TicketProcess(Engine, Contacts, parts.Smtp is { } smtp ? new SmtpTicketSender(smtp) : new FileDropTicketSender(parts.Folder.Outbox), new TicketOptions()),
            new TerminalBlockProcess(Engine),
        ];
        return [.. processes.Select(process => new ProcessRunner(process, Log, EventCodec.Default, _toDo, Clock, parts.Processes, observer))];
    }

    /// <summary>A log that was restored from a backup is older than the lists beside it: they would wait for ever for what they think they know.</summary>
    private async Task CheckListAsync(string process, CancellationToken cancellation)
    {
        var checkpoint = await _toDo.ReadCheckpointAsync(process, cancellation);
        if (!await Log.HearsOfAsync(checkpoint, cancellation))
        {
            throw new EventLogRefusedException($"The to-do list of « {process} » knows events up to {checkpoint}, the log ends at {Log.LastPosition}: they do not belong together. {_howToForgetToDo}; it is made anew from the log.");
        }
    }

    private static async ValueTask DelayAsync(Duration delay, CancellationToken cancellation) => await Task.Delay(delay.ToTimeSpan(), cancellation);
}
