using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Hosting;
using Ledger.Engine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using AkkaCluster = global::Akka.Cluster.Cluster;

namespace Ledger.Cluster.Akka;

/// <summary>
/// One node: an actor system that is a member of the cluster, before an engine of its own over the log that all nodes share. The engine and the log belong to whoever made them, and
/// are disposed after the node. Safe for any thread.
/// </summary>
public sealed class ClusterNode : IAsyncDisposable
{
    /// <summary>Whoever says where shards stand answers in milliseconds.</summary>
    private static readonly TimeSpan PlaceAnswerMax = TimeSpan.FromSeconds(1);

    private readonly IHost _host;
    private readonly ActorSystem _system;
    private readonly IActorRef _region;
    private readonly ClusterNodeOptions _options;
    private readonly ClusterEngine _engine;
    private int _isDisposed;

    private ClusterNode(IHost host, ActorSystem system, IActorRef region, LedgerEngine engine, ClusterNodeOptions options)
    {
        (_host, _system, _region, _options) = (host, system, region, options);
        _engine = new ClusterEngine(system, region, engine, options);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "ledger-answers", async () =>
        {
            await _engine.DrainAsync().ConfigureAwait(false);
            return global::Akka.Done.Instance;
        });
    }

    /// <summary>All streams, on whichever node they stand.</summary>
    public ILedgerEngine Engine => _engine;

    /// <summary>« host:port » at which other nodes join it.</summary>
    public string Address => AddressOf(Cluster.SelfAddress);

    /// <summary>Completes when the node has stopped: it left, was put out by the others, or found itself in a minority.</summary>
    public Task Stopped => _system.WhenTerminated;

    /// <summary>How it is now.</summary>
    public ClusterStatus Status
    {
        get
        {
            if (_system.WhenTerminated.IsCompleted) return new ClusterStatus(ClusterHealth.Out, "The node has stopped.", [], []);

            var state = Cluster.State;
            ImmutableArray<string> up = [.. state.Members.Where(static member => member.Status == MemberStatus.Up).Select(static member => AddressOf(member.Address)).Order(StringComparer.Ordinal)];
            ImmutableArray<string> unreachable = [.. state.Unreachable.Select(static member => AddressOf(member.Address)).Order(StringComparer.Ordinal)];
            if (Cluster.SelfMember.Status != MemberStatus.Up) return new ClusterStatus(ClusterHealth.Out, $"The node is {Cluster.SelfMember.Status}, not Up.", up, unreachable);
            if (!SeesMajority(state)) return new ClusterStatus(ClusterHealth.Minority, $"{string.Join(", ", unreachable)} cannot be reached: no majority is left on this side, and this node stops soon.", up, unreachable);
            return unreachable.IsEmpty
                ? new ClusterStatus(ClusterHealth.Healthy, null, up, unreachable)
                : new ClusterStatus(ClusterHealth.Degraded, $"{string.Join(", ", unreachable)} cannot be reached.", up, unreachable);
        }
    }

    /// <summary>Its bounds.</summary>
    internal ClusterNodeOptions Options => _options;

    /// <summary>For tests.</summary>
    internal ActorSystem System => _system;

    private AkkaCluster Cluster => AkkaCluster.Get(_system);

    /// <summary>Starts a node and joins it; returns when it is a member.</summary>
    /// <param name="engine">Over the shared log. One whose <see cref="EngineOptions.RunsOnCallers"/> is off leaves the node's threads to its actors while the log writes.</param>
    /// <exception cref="IOException">It cannot listen where it was told to: another program does, or the address is not this machine's.</exception>
    /// <exception cref="TimeoutException">It was no member within <see cref="ClusterNodeOptions.JoinWithin"/>; it was stopped again.</exception>
    public static async Task<ClusterNode> StartAsync(ClusterNodeOptions options, LedgerEngine engine, CancellationToken cancellation)
    {
        await CheckAddressAsync(options, cancellation).ConfigureAwait(false);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        if (options.Loggers is { } loggers) builder.Services.AddSingleton(loggers);
        builder.Services.AddAkka(options.ClusterName, akka => NodeConfiguration.Configure(akka, options, engine));
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancellation).ConfigureAwait(false);
            var system = host.Services.GetRequiredService<ActorSystem>();
            await JoinAsync(AkkaCluster.Get(system), options, cancellation).ConfigureAwait(false);
            return new ClusterNode(host, system, host.Services.GetRequiredService<IRequiredActor<StreamEntity>>().ActorRef, engine, options);
        }
        catch
        {
            await StopAsync(host).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The shards that stand on this node, in order.</summary>
    /// <exception cref="AskTimeoutException">The node did not say within <see cref="ClusterNodeOptions.AnswerWithin"/>.</exception>
    public async Task<ImmutableArray<int>> ReadShardsAsync(CancellationToken cancellation)
    {
        var state = await ReadRegionAsync(cancellation).ConfigureAwait(false);
        return [.. state.Shards.Select(static shard => int.Parse(shard.ShardId, CultureInfo.InvariantCulture)).Order()];
    }

    /// <summary>Whether somebody says where shards stand, and knows that they may stand here.</summary>
    internal async Task<bool> HasPlaceAsync(CancellationToken cancellation)
    {
        try
        {
            var current = await _region.Ask<CurrentRegions>(GetCurrentRegions.Instance, PlaceAnswerMax, cancellation).ConfigureAwait(false);
            return current.Regions.Contains(Cluster.SelfAddress);
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    /// <summary>How many streams are in this node's memory as entities.</summary>
    /// <exception cref="AskTimeoutException">The node did not say within <see cref="ClusterNodeOptions.AnswerWithin"/>.</exception>
    public async Task<int> CountEntitiesAsync(CancellationToken cancellation)
    {
        var state = await ReadRegionAsync(cancellation).ConfigureAwait(false);
        return state.Shards.Sum(static shard => shard.EntityIds.Count);
    }

    /// <summary>
    /// Leaves for good, as for a rolling restart: takes no more commands, answers those that are under way, gives its shards to the others, whose streams finish what they have
    /// before they stop here, and stops. Each phase within <see cref="ClusterNodeOptions.LeavePhaseMax"/>.
    /// </summary>
    public Task LeaveAsync() => CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);

    /// <summary>Stops at once and tells nobody, as a process does that dies. For tests.</summary>
    internal void Abort() => ((ExtendedActorSystem)_system).Abort();

    /// <summary>Leaves, where it has not yet, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;

        try
        {
            if (!_system.WhenTerminated.IsCompleted) await LeaveAsync().ConfigureAwait(false);
            await StopAsync(_host).ConfigureAwait(false);
        }
        finally
        {
            _engine.End();
        }
    }

    /// <summary>As the split-brain resolver counts: more than half of those who take part; of two equal halves the one with the first address.</summary>
    private static bool SeesMajority(ClusterEvent.CurrentClusterState state)
    {
        Member[] all = [.. state.Members.Where(static member => member.Status is MemberStatus.Up or MemberStatus.Leaving)];
        var reached = all.Count(member => !state.Unreachable.Contains(member));
        return 2 * reached > all.Length || (2 * reached == all.Length && all.Length > 0 && !state.Unreachable.Contains(all.MinBy(static member => member.Address, Member.AddressOrdering)!));
    }

    /// <summary>Akka's own complaint is eight stack traces.</summary>
    private static async Task CheckAddressAsync(ClusterNodeOptions options, CancellationToken cancellation)
    {
        try
        {
            var address = IPAddress.TryParse(options.Host, out var literal) ? literal : (await Dns.GetHostAddressesAsync(options.Host, AddressFamily.InterNetwork, cancellation).ConfigureAwait(false)).FirstOrDefault();
            if (address is null) throw new SocketException((int)SocketError.HostNotFound);

            using var listener = new TcpListener(address, options.Port);
            listener.Start();
        }
        catch (SocketException fault)
        {
            throw new IOException(
                $"The node cannot listen at {options.Host}:{options.Port} for the other nodes: {fault.Message}. Where another program listens there, stop it or choose another port; the host is an address or a name of this machine.", fault);
        }
    }

    private static async Task JoinAsync(AkkaCluster cluster, ClusterNodeOptions options, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(options.JoinWithin);
        try
        {
            if (options.Seeds.IsEmpty) await cluster.JoinAsync(cluster.SelfAddress, patience.Token).ConfigureAwait(false);
            else await cluster.JoinSeedNodesAsync(options.Seeds.Select(seed => SeedOf(cluster.SelfAddress, seed)), patience.Token).ConfigureAwait(false);
        }
        catch (Exception late) when (patience.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The node at {AddressOf(cluster.SelfAddress)} was no member within {options.JoinWithin}.", late);
        }
    }

    private static global::Akka.Actor.Address SeedOf(global::Akka.Actor.Address self, string seed)
    {
        var (host, port) = ClusterNodeOptions.FindAddress(seed) ?? throw new ArgumentException($"« {seed} » is no « host:port ».", nameof(seed));
        return self.WithHost(host).WithPort(port);
    }

    private static string AddressOf(global::Akka.Actor.Address address) => string.Create(CultureInfo.InvariantCulture, $"{address.Host}:{address.Port}");

    private static async Task StopAsync(IHost host)
    {
        await host.StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (host is IAsyncDisposable disposable) await disposable.DisposeAsync().ConfigureAwait(false);
        else host.Dispose();
    }

    private async Task<CurrentShardRegionState> ReadRegionAsync(CancellationToken cancellation) =>
        await _region.Ask<CurrentShardRegionState>(GetShardRegionState.Instance, _options.AnswerWithin, cancellation).ConfigureAwait(false);
}
