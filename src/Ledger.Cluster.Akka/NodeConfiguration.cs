using System.Globalization;
using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Ledger.Cluster.Akka.Wire;
using Ledger.Engine;

namespace Ledger.Cluster.Akka;

/// <summary>A node's settings, in code.</summary>
internal static class NodeConfiguration
{
    public const string Role = "ledger";

    private const string ShardTypeName = "stream";

    /// <summary>Longest message between nodes, in bytes: the longest command and what surrounds it.</summary>
    private const int FrameLengthMax = WireFormat.BodyLengthMax + (64 * 1024);

    public static void Configure(AkkaConfigurationBuilder akka, ClusterNodeOptions options, LedgerEngine engine) => akka
        .ConfigureLoggers(static loggers =>
        {
            loggers.LogLevel = LogLevel.WarningLevel;
            loggers.ClearLoggers();
            loggers.AddLoggerFactory();
        })
        .AddHocon(Settings(options), HoconAddMode.Prepend)
        .WithRemoting(new RemoteOptions { HostName = options.Host, PublicHostName = options.Host, Port = options.Port })
        .WithClustering(new ClusterOptions
        {
            Roles = [Role],
            SplitBrainResolver = new KeepMajorityOption(),
            FailureDetector = new PhiAccrualFailureDetectorOptions { AcceptableHeartbeatPause = options.HeartbeatPauseMax },
        })
        .WithShardRegion<StreamEntity>(ShardTypeName, (_, _) => PropsFor(engine), new StreamShards(), new ShardOptions
        {
            Role = Role,
            StateStoreMode = StateStoreMode.DData,
            RememberEntities = false,
            PassivateIdleEntityAfter = options.IdleAfter,
            HandOffStopMessage = StreamEntity.StopWhenDone.Instance,
        });

    private static Func<string, global::Akka.Actor.Props> PropsFor(LedgerEngine engine)
    {
        var props = StreamEntity.PropsOf(engine).WithMailbox(EntityMailbox.Path);
        return _ => props;
    }

    private static string NameOf(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";

    private static string Settings(ClusterNodeOptions options) => string.Create(CultureInfo.InvariantCulture, $$"""
        akka {
          stdout-loglevel = OFF
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          actor.serialize-messages = off
          actor.serializers.ledger = "{{NameOf(typeof(WireSerializer))}}"
          actor.serialization-bindings."{{NameOf(typeof(IWireMessage))}}" = ledger
          actor.serialization-bindings."System.Object" = ledger
          remote.dot-netty.tcp.maximum-frame-size = {{FrameLengthMax}}b
          remote.dot-netty.tcp.send-buffer-size = {{FrameLengthMax}}b
          remote.dot-netty.tcp.receive-buffer-size = {{FrameLengthMax}}b
          cluster.split-brain-resolver.stable-after = {{options.StableAfter.TotalMilliseconds}}ms
          cluster.sharding.buffer-size = {{options.ShardBufferMax}}
          cluster.sharding.handoff-timeout = {{options.LeavePhaseMax.TotalMilliseconds}}ms
          cluster.sharding.retry-interval = 500ms
          cluster.sharding.coordinator-failure-backoff = 1s
          # Where shards stand is written to and read from a majority, the oldest nodes first. The defaults ask all of a small cluster: while a dead node is not removed yet, no stream would get a place.
          cluster.sharding.distributed-data.majority-min-cap = 1
          cluster.sharding.distributed-data.prefer-oldest = on
          cluster.sharding.coordinator-state.write-majority-plus = 0
          cluster.sharding.coordinator-state.read-majority-plus = 0
          coordinated-shutdown.default-phase-timeout = {{options.LeavePhaseMax.TotalMilliseconds}}ms
          coordinated-shutdown.phases.cluster-sharding-shutdown-region.timeout = {{options.LeavePhaseMax.TotalMilliseconds}}ms
          coordinated-shutdown.phases.cluster-exiting.timeout = {{options.LeavePhaseMax.TotalMilliseconds}}ms
          coordinated-shutdown.exit-clr = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
        }
        {{EntityMailbox.Path}}.mailbox-type = "{{NameOf(typeof(EntityMailbox))}}"
        """);
}
