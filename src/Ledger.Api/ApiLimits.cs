namespace Ledger.Api;

/// <summary>Bounds of every request.</summary>
public static class ApiLimits
{
    /// <summary>Longest request body, in bytes.</summary>
    public const int BodyLengthMax = 64 * 1024;

    public const int IdempotencyKeyLengthMin = 8;
    public const int IdempotencyKeyLengthMax = 64;

    /// <summary>Longest bearer token that is looked at.</summary>
    public const int TokenLengthMax = 128;

    /// <summary>Longest cursor that is looked at.</summary>
    public const int CursorLengthMax = 512;

    /// <summary>Events of one stream in one answer.</summary>
    public const int EventsPageMax = 500;

    /// <summary>Longest stream that an audit replays in one answer; longer ones go by the command line.</summary>
    public const int ReplayEventsMax = 100_000;

    /// <summary>Streams and events that one call of the verifier reads.</summary>
    public const int VerifyStreamsMax = 1_000;
    public const int VerifyEventsMax = 20_000;

    /// <summary>Candidates for a cancellation or refund in one answer (D-04).</summary>
    public const int OriginalsMax = 50;

    /// <summary>Accounts of one trial balance.</summary>
    public const int AccountsPageMax = 200;

    /// <summary>Commands of one bulk request.</summary>
    public const int SwitchCommandsMax = 10_000;

    /// <summary>Longest body of a bulk request, in bytes.</summary>
    public const int SwitchBodyLengthMax = 8 * 1024 * 1024;

    /// <summary>Longest command of a bulk request, in bytes.</summary>
    public const int SwitchLineLengthMax = 4 * 1024;

    /// <summary>Commands of one bulk request that are read and have no outcome yet; the next is read when one has.</summary>
    public const int SwitchWindow = 1_024;
}
