using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Ledger.Testing.Processes;

/// <summary>
/// Ports of this machine for servers that have to be told theirs. They are outside the range that the system takes ports of connections from: one of those, free when it was looked for, may be some connection's
/// when the server starts, or starts again.
/// </summary>
public static class LoopbackPort
{
    /// <summary>Below are the ports of services that machines run (RFC 6335: system ports), and some more.</summary>
    private const int Lowest = 10_000;

    /// <summary>Linux's own setting (ip(7)), for machines that do not tell theirs.</summary>
    private const int ConnectionsFromDefault = 32_768;

    private const int AttemptsMax = 1_000;

    private static readonly Lock Gate = new();
    private static readonly HashSet<int> Given = [];

    /// <summary>One on which nothing listens, and which this process was not given before.</summary>
    /// <exception cref="InvalidOperationException">None was found.</exception>
    public static int Next()
    {
        var end = ConnectionsFrom();
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var port = Random.Shared.Next(Lowest, end);
            lock (Gate)
            {
                if (IsFree(port) && Given.Add(port)) return port;
            }
        }

        throw new InvalidOperationException($"No free port was found among {Lowest} to {end} in {AttemptsMax} attempts.");
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int ConnectionsFrom()
    {
        const string setting = "/proc/sys/net/ipv4/ip_local_port_range";
        if (!File.Exists(setting)) return ConnectionsFromDefault;

        var from = int.Parse(File.ReadAllText(setting).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
        return from > Lowest ? from : ConnectionsFromDefault;
    }
}
