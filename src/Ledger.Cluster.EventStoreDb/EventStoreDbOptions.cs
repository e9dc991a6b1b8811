using System.Runtime.CompilerServices;
using EventStore.Client;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb;

/// <summary>Where the log is, and the bounds of what is asked of its server.</summary>
/// <param name="ConnectionString">The client's, « esdb://… »: one node, or several of a cluster, whose leader is found. May hold a password: never logged.</param>
public sealed record EventStoreDbOptions(string ConnectionString)
{
    /// <summary>Largest append that a server can be told to take (--max-append-size), in bytes.</summary>
    public const int ServersAppendBytesMax = 16 * 1024 * 1024;

    /// <summary>
    /// The one EventStoreDB stream that holds the whole log. Letters, digits, « - » and « _ », at most <see cref="StreamName.LengthMax"/>. Default « ledger ».
    /// </summary>
    public string LogStream
    {
        get;
        init => field = value.Length is > 0 and <= StreamName.LengthMax && value.All(static character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_')
            ? value
            : throw new ArgumentException($"« {value} » is no name for the log's stream: letters, digits, « - » and « _ », at most {StreamName.LengthMax}.", nameof(value));
    } = "ledger";

    /// <summary>
    /// The file of this process's index of the log, which another may not open meanwhile; null, the default, keeps it in memory and makes it anew at each opening. It
    /// holds nothing that the log has not: deleted, it is made again.
    /// </summary>
    public string? IndexFile { get; init; }

    /// <summary>How long one question to the server may take, and one append with its repeats. Default 5 s.</summary>
    public TimeSpan OperationTimeout { get; init => field = Positive(value); } = TimeSpan.FromSeconds(5);

    /// <summary>Pause before a lost subscription to others' commits is made anew. Default 1 s.</summary>
    public TimeSpan ReconnectAfter { get; init => field = Positive(value); } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Largest append in bytes, not above the server's --max-append-size; a longer batch is several commits, a longer unit is refused. Default
    /// 1 MiB, as the server's. From 64 KiB to <see cref="ServersAppendBytesMax"/>.
    /// </summary>
    public int AppendBytesMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 64 * 1024);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ServersAppendBytesMax);
            field = value;
        }
    } = 1024 * 1024;

    /// <summary>A record prints everything it has; this one may have a password.</summary>
    public override string ToString() => nameof(EventStoreDbOptions);

    /// <summary>Settings for a client of the log.</summary>
    /// <exception cref="EventLogRefusedException">The connection string cannot be used.</exception>
    internal EventStoreClientSettings Settings()
    {
        EventStoreClientSettings settings;
        try
        {
            settings = EventStoreClientSettings.Create(ConnectionString);
        }
        catch (Exception exception) when (exception is ConnectionStringParseException or ArgumentException or FormatException)
        {
            // Its own message has the string, password and all.
            throw new EventLogRefusedException("The connection string for EventStoreDB cannot be used. It looks like « esdb://localhost:2113?tls=false », or « esdb+discover://… » for a cluster.");
        }

        settings.OperationOptions.ThrowOnAppendFailure = false;
        settings.DefaultDeadline = OperationTimeout;
        settings.ConnectivitySettings.NodePreference = NodePreference.Leader;
        return settings;
    }

    private static TimeSpan Positive(TimeSpan value, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
        return value;
    }
}
