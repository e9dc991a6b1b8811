using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace Ledger.Cluster.Akka;

/// <summary>Where a node is and what its bounds are. Every time is above zero, every count at least 1.</summary>
/// <param name="Host">The address at which the other nodes reach it, an IP address or a host's name.</param>
/// <param name="Port">0 to 65535; 0 takes a free one.</param>
public sealed record ClusterNodeOptions(string Host, int Port)
{
    /// <summary>The cluster's name, the same on all of its nodes. Default « ledger ».</summary>
    public string ClusterName { get; init; } = "ledger";

    /// <summary>
    /// « host:port » of nodes to join, tried in order; the same list on every node. The first of them founds the cluster where no other answers. Empty founds one of its own. Default empty.
    /// </summary>
    public ImmutableArray<string> Seeds { get; init; } = [];

    /// <summary>How long it may take to be a member at the start. Default 60 s.</summary>
    public TimeSpan JoinWithin { get; init => field = Positive(value); } = TimeSpan.FromSeconds(60);

    /// <summary>How long a command's caller waits for its answer, the time included that its shard takes to move; he may be told up to a sixteenth later. Default 10 s.</summary>
    public TimeSpan AnswerWithin { get; init => field = Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>Commands of this node's callers that wait for an answer; more are refused at once. By it all mailboxes between are bounded. Default 8192.</summary>
    public int CallsMax { get; init => field = AtLeastOne(value); } = 8192;

    /// <summary>Commands that wait on this node for shards that have no place yet; more are lost, and their callers get no answer in time. Default 65536.</summary>
    public int ShardBufferMax { get; init => field = AtLeastOne(value); } = 65_536;

    /// <summary>A stream without commands for so long leaves the memory. Default 10 s.</summary>
    public TimeSpan IdleAfter { get; init => field = Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>Heartbeats of a node may stay away for so long; then it is unreachable. Default 3 s.</summary>
    public TimeSpan HeartbeatPauseMax { get; init => field = Positive(value); } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// When nodes are unreachable and nothing has changed for so long, the majority takes their shards and the minority stops. Default 7 s. Neither rests on it for being
    /// right: the log does not let two nodes decide one stream apart.
    /// </summary>
    public TimeSpan StableAfter { get; init => field = Positive(value); } = TimeSpan.FromSeconds(7);

    /// <summary>
    /// How long nobody may be there who says where shards stand, as after the death of the node that did, until this node says that it is not well. Where known shards stand, nodes remember
    /// meanwhile. Default 30 s.
    /// </summary>
    public TimeSpan PlacelessMax { get; init => field = Positive(value); } = TimeSpan.FromSeconds(30);

    /// <summary>Where the node's warnings go; addresses and reasons, nothing of a command. Default null: nowhere. Stays whose it is.</summary>
    public ILoggerFactory? Loggers { get; init; }

    /// <summary>How long each phase of leaving may take: answering what was sent, giving the shards away. Default 30 s.</summary>
    public TimeSpan LeavePhaseMax { get; init => field = Positive(value); } = TimeSpan.FromSeconds(30);

    /// <summary>Whether it is « host:port », with a port from 1 to 65535.</summary>
    public static bool IsAddress(string text) => FindAddress(text) is not null;

    /// <returns>Null where it is not « host:port ».</returns>
    internal static (string Host, int Port)? FindAddress(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535) return null;
        return (text[..colon], port);
    }

    private static TimeSpan Positive(TimeSpan value, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
        return value;
    }

    private static int AtLeastOne(int value, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }
}
