using System.Runtime.CompilerServices;

namespace Ledger.Client;

/// <summary>Bounds of a <see cref="SwitchClient"/>.</summary>
public sealed record SwitchClientOptions
{
    /// <summary>The most commands that the server takes in one request.</summary>
    public const int CommandsPerRequestLimit = 10_000;

    /// <summary>Commands of one request; the commands of a request that is under way are held for a repeat. 1 to 10000, default 2000.</summary>
    public int CommandsPerRequestMax { get; init => field = InRange(value, 1, CommandsPerRequestLimit); } = 2_000;

    /// <summary>Requests one after another that brought no outcome at all before <see cref="SwitchUnavailableException"/>. 1 to 1000, default 10.</summary>
    public int AttemptsMax { get; init => field = InRange(value, 1, 1_000); } = 10;

    /// <summary>The longest wait before a repeat, in seconds, whatever the server asks for. 1 to 3600, default 60.</summary>
    public int RetryAfterSecondsMax { get; init => field = InRange(value, 1, 3_600); } = 60;

    private static int InRange(int value, int min, int max, [CallerMemberName] string name = "")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, min, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, max, name);
        return value;
    }
}
