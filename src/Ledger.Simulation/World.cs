using Ledger.Acquiring.Simulation;
using Ledger.Simulation.Lines;
using Ledger.Simulation.Oracle;
using Ledger.Simulation.Scheduling;
using Ledger.Simulation.Servers;
using Ledger.Simulation.Storage;
using Ledger.Simulation.Town;
using Ledger.Vault;
using NodaTime;

namespace Ledger.Simulation;

/// <summary>Everything of one run, on one thread: what there is, and what chance and the clock say.</summary>
internal sealed class World
{
    public World(SimulationOptions options)
    {
        Options = options;
        Chance = new Chance(options.Seed);
        Plan = TradingPlan.Draw(Chance);
        Schedule = new Schedule(Plan.Start);
        Clock = new SteppedClock(Schedule);
        Oracle = new Judge(this);
        Disk = new SimulatedDisk(options.Broken) { OnCommitted = Oracle.Committed };
        LogWeather = new LogWeather(Chance, Counts);
        Host = new SimulatedHost(new RightClock(Schedule), PauseAsync, HostScript.Draw(Chance), options.Seed, booksPath: null);
        Phones = new PhoneLine(this);
        Observer = new ProcessWatch(this);
        Weather = new Weather(this);
        Site = new Site(this);
    }

    public SimulationOptions Options { get; }

    public SimulationCounts Counts { get; } = new();

    public Chance Chance { get; }

    public TradingPlan Plan { get; }

    public Schedule Schedule { get; }

    public SteppedClock Clock { get; }

    public SimulatedDisk Disk { get; }

    public LogWeather LogWeather { get; }

    public SimulatedHost Host { get; }

    public PhoneLine Phones { get; }

    public InMemoryContactVault Contacts { get; } = new();

    public ProcessWatch Observer { get; }

    public Weather Weather { get; }

    public Judge Oracle { get; }

    public Site Site { get; }

    /// <summary>False while the town opens and once everything is to come to rest: nothing is lost, killed or stalled then.</summary>
    public bool IsBad => LogWeather.IsBad;

    /// <summary>Questions to the host and answers of it that are on their way.</summary>
    public int QuestionsUnderWay { get; set; }

    private async ValueTask PauseAsync(Duration wait, CancellationToken cancellation) => await Schedule.PauseAsync(wait).ConfigureAwait(false);
}
