using System.Globalization;
using System.Runtime.CompilerServices;

namespace Ledger.Postgres;

/// <summary>Where the database is, and the bounds of what is asked of it.</summary>
/// <param name="ConnectionString">
/// Npgsql's, with several hosts for a primary and its replicas: the one that can be written is found. Its session settings are replaced by these options. Holds a
/// password: never logged.
/// </param>
public sealed record PostgresOptions(string ConnectionString)
{
    /// <summary>The longest of both time-outs: what Npgsql takes for « Timeout ».</summary>
    public const int TimeoutSecondsMax = 1024;

    /// <summary>How long one connection attempt may take: whole seconds. Null, the default: « Timeout » of the connection string where it says one, else 3 s.</summary>
    public TimeSpan? ConnectTimeout { get; init => field = WholeSeconds(value); }

    /// <summary>
    /// How long one statement may take, its wait for other writers included; the server is told the same. Whole seconds. Null, the default: « Command Timeout » of the
    /// connection string where it says one, else 5 s.
    /// </summary>
    public TimeSpan? StatementTimeout { get; init => field = WholeSeconds(value); }

    /// <summary>
    /// How long readers who wait may stay unaware of a commit of another process whose notification was lost; usually they know of it at once. Default 1 s.
    /// </summary>
    public TimeSpan PollEvery { get; init => field = Positive(value); } = TimeSpan.FromSeconds(1);

    /// <summary>Connections at most, the one that waits for notifications included: as many as a server with all read models may want at once. Default 40, at least 3.</summary>
    public int ConnectionsMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 3);
            field = value;
        }
    } = 40;

    /// <summary>A record prints everything it has; this one has a password.</summary>
    public override string ToString() => nameof(PostgresOptions);

    private static TimeSpan? WholeSeconds(TimeSpan? value, [CallerMemberName] string name = "") =>
        value is not { } given || (given.TotalSeconds is >= 1 and <= TimeoutSecondsMax && given.Ticks % TimeSpan.TicksPerSecond == 0)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, string.Create(CultureInfo.InvariantCulture, $"Whole seconds, 1 to {TimeoutSecondsMax}."));

    private static TimeSpan Positive(TimeSpan value, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
        return value;
    }
}
