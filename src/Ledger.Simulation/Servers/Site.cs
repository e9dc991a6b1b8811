using Ledger.Engine;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Simulation.Servers;

/// <summary>Where servers run: starts them, kills them, and lets a new one take over while the old one still runs. One thread.</summary>
internal sealed class Site(World world)
{
    private static readonly Duration DownMin = Duration.FromMilliseconds(300);
    private static readonly Duration DownMax = Duration.FromSeconds(20);
    private static readonly Duration OutlivesMin = Duration.FromMilliseconds(10);
    private static readonly Duration OutlivesMax = Duration.FromSeconds(45);

    private InMemoryToDoStore _toDo = new();
    private Server? _old;

    /// <summary>The one that phones are led to; null while it is down.</summary>
    public Server? Current { get; private set; }

    /// <summary>Where one message ends up: some still reach the server that was replaced.</summary>
    public Server? Reached() => _old is { IsAlive: true } old && world.Chance.OneIn(3) ? old : Current;

    public void Start()
    {
        if (Current is { IsAlive: true }) return;

        Current = new Server(world, _toDo, DrawOptions());
    }

    public void Crash(Server server)
    {
        if (!server.IsAlive) return;

        server.Die();
        world.Counts.Crashes++;
        world.Schedule.Note(1);
        world.Oracle.ServerDied();
        if (server != Current) return;

        Current = null;
        if (world.IsBad && world.Chance.OneIn(8)) LoseLists();
        world.Schedule.After(world.Chance.Between(DownMin, DownMax), Start);
    }

    /// <summary>A new server opens the log; the old one does not know yet.</summary>
    public void TakeOver()
    {
        if (Current is not { } old || _old is { IsAlive: true }) return;

        world.Counts.Fences++;
        old.LoseLists();
        (_old, Current) = (old, null);
        Start();
        world.Schedule.After(world.Chance.Between(OutlivesMin, OutlivesMax), () => Crash(old));
    }

    public void WakeProcesses() => Current?.WakeProcesses();

    private void LoseLists()
    {
        _toDo = new InMemoryToDoStore();
        world.Counts.LostLists++;
    }

    /// <summary>Small bounds, so that passivation, full mailboxes and batches that split are met.</summary>
    private EngineOptions DrawOptions() => new()
    {
        HasThreads = false,
        ShardCount = world.Chance.Between(1, 3),
        MailboxCapacity = world.Chance.OneIn(8) ? 64 : 4096,
        InFlightUnitsMax = world.Chance.OneIn(4) ? 3 : 1024,
        BatchUnitsMax = world.Chance.OneIn(3) ? 3 : 512,
        BatchBytesMax = world.Chance.OneIn(6) ? 2_000 : 8 * 1024 * 1024,
        ActorsMax = world.Chance.OneIn(8) ? 40 : 5_000,
        UnpackedActorsMax = world.Chance.OneIn(2) ? 4 : 4_096,
        PackedActorBytesMax = 1,
        RecentCommandsMax = world.Chance.OneIn(2) ? 8 : 4_096,
    };
}
