using System.CommandLine;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using NodaTime;

namespace Ledger.Cluster.Serving;

/// <summary>`serve`: the whole server of `ledger serve`, as a node of the cluster.</summary>
internal static class ServeNodeCommand
{
    public static Command Build()
    {
        var serving = new ServeOptions();
        var host = new Option<string?>("--cluster-host") { Description = "Address or name at which the other nodes reach this one. Default: LEDGER_CLUSTER_HOST.", HelpName = "host" };
        var port = new Option<string?>("--cluster-port") { Description = $"Where it listens for them, on a network of their own. Default: LEDGER_CLUSTER_PORT, or {ClusterSettings.PortDefault}.", HelpName = "port" };
        var seeds = new Option<string[]>("--seed")
        {
            Description = "« host:port » of nodes to join, the same list at every node; the first founds the cluster. Default: LEDGER_CLUSTER_SEEDS.",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("serve", "The server of « ledger serve » as a node of the cluster, over the PostgreSQL database that the nodes share; stop it with Ctrl-C or SIGTERM.");
        serving.AddTo(command);
        foreach (var option in new Option[] { host, port, seeds }) command.Options.Add(option);
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(
                [
                    .. serving.Read(result),
                    new("CLUSTER_HOST", result.GetValue(host)),
                    new("CLUSTER_PORT", result.GetValue(port)),
                    new("CLUSTER_SEEDS", result.GetValue(seeds) is { Length: > 0 } given ? string.Join(';', given) : null),
                ],
                token),
            cancellation));
        return command;
    }

    private static Task<int> RunAsync(KeyValuePair<string, string?>[] commandLine, CancellationToken cancellation)
    {
        var configuration = ServerSettings.Configure(commandLine);
        var settings = ServerSettings.Read(configuration);
        if (settings.Log is not LogPlace.Database) throw new UsageException("Nodes of a cluster share a database: give --log postgres and --connection, or LEDGER_LOG and LEDGER_CONNECTION. For one folder there is « ledger serve ».");
        ServeOptions.CheckAcquirer(settings);
        var node = ClusterSettings.Read(configuration);

        // Callers' threads are left to the actors while the log writes.
        var parts = ServerParts.Real(settings, SystemClock.Instance);
        parts = parts with { Engine = parts.Engine with { RunsOnCallers = false }, StartRuntime = ClusterRuntime.Start(node) };
        return ServeCommand.RunAsync(parts, $"{settings.Log} with {settings.Folder} as node {node.Host}:{node.Port}", cancellation);
    }
}
