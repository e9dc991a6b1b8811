namespace Ledger.Api;

/// <summary>What a deployment may set.</summary>
public sealed class LedgerApiOptions
{
    /// <summary>Attempts at activation per minute and address, from 1. More get 429.</summary>
    public int ActivationsPerMinuteMax { get; set; } = 30;

    /// <summary>Longest time for one request, live updates apart, in seconds from 1. Longer ones get 503; what they asked may have taken effect.</summary>
    public int RequestTimeoutSeconds { get; set; } = 60;

    /// <summary>Open live-update connections; more get 503.</summary>
    public int LiveConnectionsMax { get; set; } = 500;

    /// <summary>Silence on a live-update connection before a heartbeat is sent, in seconds.</summary>
    public int LiveHeartbeatSeconds { get; set; } = 15;

    /// <summary>Bulk requests that run at once, from 1; more get 503.</summary>
    public int SwitchRequestsMax { get; set; } = 16;

    /// <summary>Projections further behind the log than this make /health/ready fail, in events.</summary>
    public int ReadyLagEventsMax { get; set; } = 10_000;

    /// <summary>Whether to serve the API page at /docs.</summary>
    public bool Docs { get; set; }
}
