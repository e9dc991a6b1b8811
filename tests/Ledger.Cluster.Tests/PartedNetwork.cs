using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Ledger.Cluster.Tests;

/// <summary>
/// Network namespaces of Linux, one a node, on two networks: over the one nodes speak with each other, over the other with this machine, where the database, the acquirer and the phones are. A node's
/// link to the other nodes can be cut and healed. What joins the nodes is a namespace too: on the machine itself a firewall, Docker's for one, may drop what one node sends another. Needs root and
/// iproute2; for one caller at a time.
/// </summary>
internal sealed class PartedNetwork : IAsyncDisposable
{
    private const int ClusterPort = 4053;

    /// <summary>198.18.0.0/15 is for tests of networks (RFC 2544), so it is nobody's.</summary>
    private readonly int _third = 2 * Random.Shared.Next(1, 127);

    private readonly string _name = $"lg{Random.Shared.Next(0x1000, 0x10000):x}";
    private readonly List<string> _undo = [];

    private PartedNetwork(int count) => Places = [.. Enumerable.Range(1, count).Select(number => new NodePlace(["ip", "netns", "exec", NamespaceOf(number)], AddressOf(_third, number), AddressOf(_third + 1, number), ClusterPort))];

    /// <summary>One for each node.</summary>
    public ImmutableArray<NodePlace> Places { get; }

    /// <summary>This machine's address on the network that is never cut.</summary>
    public string Host => AddressOf(_third, 254);

    /// <summary>The namespace of the bridge that joins the nodes.</summary>
    private string Between => $"{_name}c";

    /// <summary>Both networks; skips the test where the machine has no such thing or does not allow it.</summary>
    public static async Task<PartedNetwork> StartAsync(int count)
    {
        var network = new PartedNetwork(count);
        try
        {
            await network.MakeAsync(count);
            return network;
        }
        catch (NetworkRefusedException refused)
        {
            await network.DisposeAsync();
            Assert.Skip($"Network namespaces cannot be made here: {refused.Message}");
            throw;
        }
    }

    /// <summary>From now on the node and the others hear nothing of each other.</summary>
    /// <param name="number">From 0.</param>
    public Task CutAsync(int number) => IpAsync($"-n {Between} link set {LinkOf('c', number + 1)} down");

    public Task HealAsync(int number) => IpAsync($"-n {Between} link set {LinkOf('c', number + 1)} up");

    public async ValueTask DisposeAsync()
    {
        foreach (var undo in Enumerable.Reverse(_undo)) await IpAsync(undo);
    }

    private async Task MakeAsync(int count)
    {
        await MakeAsync($"link add {_name}s type bridge", $"link del {_name}s");
        await IpAsync($"link set {_name}s up");
        await IpAsync($"addr add {Host}/24 dev {_name}s");
        await MakeAsync($"netns add {Between}", $"netns del {Between}");
        await IpAsync($"-n {Between} link add {_name}c type bridge");
        await IpAsync($"-n {Between} link set {_name}c up");
        for (var number = 1; number <= count; number++)
        {
            var space = NamespaceOf(number);
            await MakeAsync($"netns add {space}", $"netns del {space}");
            await IpAsync($"-n {space} link set lo up");
            await ConnectAsync("", 's', number, Places[number - 1].Host);
            await ConnectAsync($"-n {Between} ", 'c', number, Places[number - 1].ClusterHost);
        }
    }

    /// <summary>The end in the node's namespace goes with it, and takes the other along.</summary>
    /// <param name="inBridges">Words that lead to where the bridge is.</param>
    private async Task ConnectAsync(string inBridges, char kind, int number, string address)
    {
        var (link, space) = (LinkOf(kind, number), NamespaceOf(number));
        await IpAsync($"{inBridges}link add {link} type veth peer name {kind}0 netns {space}");
        await IpAsync($"{inBridges}link set {link} master {_name}{kind} up");
        await IpAsync($"-n {space} addr add {address}/24 dev {kind}0");
        await IpAsync($"-n {space} link set {kind}0 up");
    }

    private async Task MakeAsync(string make, string undo)
    {
        await IpAsync(make);
        _undo.Add(undo);
    }

    private string NamespaceOf(int number) => string.Create(CultureInfo.InvariantCulture, $"{_name}n{number}");

    private string LinkOf(char kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{_name}{kind}{number}");

    private static string AddressOf(int third, int number) => string.Create(CultureInfo.InvariantCulture, $"198.18.{third}.{number}");

    private static async Task IpAsync(string words)
    {
        Process process;
        try
        {
            process = Process.Start(new ProcessStartInfo("ip", words) { RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new NetworkRefusedException($"ip: {missing.Message}");
        }

        using var started = process;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new NetworkRefusedException($"ip {words}: {error.Trim()}");
    }

    private sealed class NetworkRefusedException(string message) : Exception(message);
}
