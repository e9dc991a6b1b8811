using System.CommandLine;
using Ledger.Cluster;
using Ledger.Cluster.Messages;
using Ledger.Cluster.Nodes;
using Ledger.Cluster.Serving;
using Ledger.Cluster.Showing;
using Ledger.Hosting.CommandLine;

var nodes = new Option<int>("--nodes") { Description = "How many nodes to start, a process each; at least 3, so that a majority is left when one dies.", DefaultValueFactory = static _ => 3 };
var connection = new Option<string?>("--connection") { Description = "An empty PostgreSQL database of yours. Default: a private server, gone at the end." };
nodes.Validators.Add(static result =>
{
    if (result.GetValueOrDefault<int>() is < ClusterShow.NodesMin or > ClusterShow.NodesMax) result.AddError($"--nodes is {ClusterShow.NodesMin} to {ClusterShow.NodesMax}.");
});
var root = new RootCommand("Starts nodes over one PostgreSQL, kills one of them, has another leave, and shows that no payment was lost or made twice.") { nodes, connection };
root.SetAction((result, cancellation) => ClusterEdge.RunAsync(() => ClusterShow.RunAsync(result.GetValue(nodes), result.GetValue(connection), Console.Out, cancellation)));

var seeds = new Option<string[]>("--seed") { Description = "« host:port » of nodes to join; none founds a cluster." };
var node = new Command("node", "One node, which takes its work as lines from its input and ends with it.") { seeds };
node.Hidden = true;
node.SetAction((result, cancellation) => ClusterEdge.RunAsync(() => NodeServer.RunAsync([.. result.GetValue(seeds) ?? []], Console.In, Console.Out, cancellation)));
root.Subcommands.Add(node);
root.Subcommands.Add(MessagesCommand.Create());
root.Subcommands.Add(ServeNodeCommand.Build());
var parsed = root.Parse(args);
return parsed.Errors.Count > 0 ? await UsageAsync(parsed) : await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Edge.StopMax });

// The exit codes are those of « ledger », decision 10.
static async Task<int> UsageAsync(ParseResult parsed)
{
    await parsed.InvokeAsync();
    return ExitCode.Usage;
}
