using Ledger.Cluster.Akka;
using Ledger.Engine;
using Ledger.Hosting.Composition;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ledger.Cluster.Serving;

/// <summary>A server's place in the cluster: its commands go to whichever node their streams stand on, and other nodes' commands for streams that stand here come to its engine.</summary>
internal sealed partial class ClusterRuntime : IServerRuntime
{
    /// <summary>How long leaving may take in all: answering what was sent, giving the shards away. Then the process ends, and the others find out.</summary>
    public static readonly TimeSpan LeaveMax = TimeSpan.FromSeconds(20);

    private readonly ClusterNode _node;
    private readonly ILogger _logger;

    private ClusterRuntime(ClusterNode node, ILogger logger)
    {
        (_node, _logger) = (node, logger);
        Ended = SayEndAsync(node);
    }

    public ILedgerEngine Engine => _node.Engine;

    public Task<string> Ended { get; }

    public static StartRuntime Start(ClusterNodeOptions options) => async (engine, loggers, cancellation) =>
    {
        try
        {
            return new ClusterRuntime(await ClusterNode.StartAsync(options with { Loggers = loggers }, engine, cancellation), loggers.CreateLogger("Ledger.Cluster"));
        }
        catch (TimeoutException late)
        {
            throw new ServiceEndedException($"{late.Message} Is one of {string.Join(", ", options.Seeds)} running and to be reached from here? The first of them founds the cluster; start it first.");
        }
    };

    public void AddChecks(IHealthChecksBuilder checks) => checks.AddCheck("cluster", new ClusterHealthCheck(_node));

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _node.DisposeAsync().AsTask().WaitAsync(LeaveMax);
        }
        catch (TimeoutException)
        {
            LogLate(_logger, LeaveMax.TotalSeconds);
        }
    }

    private static async Task<string> SayEndAsync(ClusterNode node)
    {
        await node.Stopped;
        return $"The node at {node.Address} is out of the cluster: the others could not reach it and go on without it, or it saw no majority. What was acknowledged is in the log. Start it again, and it joins anew.";
    }

    [LoggerMessage(1, LogLevel.Warning, "The node did not leave within {Seconds} s and ends all the same; the others take its streams over when they miss it.")]
    private static partial void LogLate(ILogger logger, double seconds);
}
