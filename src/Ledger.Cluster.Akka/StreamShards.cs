using System.Globalization;
using Akka.Cluster.Sharding;
using Ledger.Cluster.Akka.Wire;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka;

/// <summary>
/// Which streams stand on one node together: a shard is every 128th partition, so a terminal and its transactions are in one. Safe for any thread.
/// </summary>
internal sealed class StreamShards : IMessageExtractor
{
    /// <summary>The same on every node of a cluster; another number needs all of them stopped.</summary>
    public const int ShardCount = 128;

    private static readonly string[] Names = [.. Enumerable.Range(0, ShardCount).Select(static number => number.ToString(CultureInfo.InvariantCulture))];

    /// <exception cref="ArgumentException">No decider has that category, or the id is none of its.</exception>
    public static string ShardOf(StreamName stream) => Names[StreamPartition.Of(stream) % ShardCount];

    /// <inheritdoc/>
    public string? EntityId(object message) => (message as ExecuteCommand)?.EntityId;

    /// <inheritdoc/>
    public object? EntityMessage(object message) => message;

    /// <inheritdoc/>
    public string? ShardId(object message) => (message as ExecuteCommand)?.ShardId;

    /// <inheritdoc/>
    public string ShardId(string entityId, object? messageHint = null) => (messageHint as ExecuteCommand)?.ShardId ?? ShardOf(StreamName.Parse(entityId));
}
