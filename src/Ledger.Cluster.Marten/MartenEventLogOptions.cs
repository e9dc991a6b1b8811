using System.Runtime.CompilerServices;

namespace Ledger.Cluster.Marten;

/// <summary>Where the database is, and the bounds of what is asked of it.</summary>
/// <param name="ConnectionString">
/// Npgsql's, with several hosts for a primary and its replicas: the one that can be written is found. Its time-outs and session settings are replaced by these
/// options. Holds a password: never logged.
/// </param>
public sealed record MartenEventLogOptions(string ConnectionString)
{
    /// <summary>How long one connection attempt may take; whole seconds, at least one. Default 3 s.</summary>
    public TimeSpan ConnectTimeout { get; init => field = WholeSeconds(value); } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long one statement may take, its wait for other writers included, and how long a writer that went silent may hold the others up; the server is told
    /// the same. Whole seconds, at least one. Default 5 s.
    /// </summary>
    public TimeSpan StatementTimeout { get; init => field = WholeSeconds(value); } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long readers who wait may stay unaware of a commit of another process whose notification was lost; usually they know of it at once. Default 1 s.
    /// </summary>
    public TimeSpan PollEvery { get; init => field = Positive(value); } = TimeSpan.FromSeconds(1);

    /// <summary>Connections at most, the one that waits for notifications included. Default 20, at least 3.</summary>
    public int ConnectionsMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 3);
            field = value;
        }
    } = 20;

    /// <summary>A record prints everything it has; this one has a password.</summary>
    public override string ToString() => nameof(MartenEventLogOptions);

    private static TimeSpan WholeSeconds(TimeSpan value, [CallerMemberName] string name = "") =>
        value >= TimeSpan.FromSeconds(1) && value.Ticks % TimeSpan.TicksPerSecond == 0 ? value : throw new ArgumentOutOfRangeException(name, value, "Whole seconds, at least one.");

    private static TimeSpan Positive(TimeSpan value, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
        return value;
    }
}
