using System.Net;
using Ledger.EndToEnd.Tests;
using Ledger.Testing.Postgres;

namespace Ledger.Cluster.Tests;

/// <summary>The network between nodes is cut for real while they are at work. The database is a third place that all of them reach all the time.</summary>
public sealed class PartitionTests
{
    private const int PaymentsEach = 3;

    /// <summary>The oldest node, which says where streams stand, is the one that is cut off.</summary>
    private const int CutOff = 0;

    [Fact]
    public async Task A_node_that_the_network_cuts_off_stops_and_its_streams_go_on_at_the_majority_without_a_lost_or_a_second_payment()
    {
        await using var network = await PartedNetwork.StartAsync(3);
        using var rights = new TemporaryFolder();
        await using var database = await PrivateDatabase.StartAsync($"listen_addresses='127.0.0.1,{network.Host}'", $"hba_file='{LetAllIn(rights)}'");
        var connection = database.Server.ConnectionString.Replace("127.0.0.1", network.Host, StringComparison.Ordinal);
        await using var nodes = await ServerNodes.StartAsync(network.Places, connection, network.Host);
        await nodes.WaitForPaymentsAsync(PaymentsEach);

        await network.CutAsync(CutOff);
        await nodes.WaitForReadinessAsync(CutOff, HttpStatusCode.ServiceUnavailable, static cluster => cluster.Contains("no majority", StringComparison.Ordinal));
        var run = await nodes.WaitForEndAsync(CutOff);
        Assert.Equal(5, run.ExitCode);
        Assert.Contains("Start it again, and it joins anew.", run.Error, StringComparison.Ordinal);

        // Also of the phones that asked the node that is gone: each of their questions has had an end there.
        await nodes.WaitForPaymentsAsync(PaymentsEach);
        await nodes.WaitForAllReadyAsync();

        await network.HealAsync(CutOff);
        await nodes.StartNodeAsync(CutOff);
        await nodes.WaitForAllReadyAsync();
        await nodes.WaitForPaymentsAsync(PaymentsEach);
        await nodes.ProveAsync();
    }

    /// <summary>Whoever is on this machine or in the test's networks; nobody else reaches those addresses.</summary>
    private static string LetAllIn(TemporaryFolder folder)
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException();

        var file = folder.In("pg_hba.conf");
        File.WriteAllText(file, "host all all 0.0.0.0/0 trust\n");
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        return file;
    }
}
