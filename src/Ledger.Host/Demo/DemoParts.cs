using Ledger.Acquiring;
using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.Hosting.Composition;
using NodaTime;

namespace Ledger.Host.Demo;

/// <summary>The demo's server: as a real one, but on the demo's clock and faults, and quiet.</summary>
internal static class DemoParts
{
    /// <summary>The demo's clock jumps, so its processes look at it often.</summary>
    private static readonly Duration Poll = Duration.FromMilliseconds(20);

    /// <summary>Its secrets are invented and thrown away, so its half minute is not spent on hashing them.</summary>
    private const int HashIterations = 10_000;

    public static ServerParts Of(DemoOptions options, DemoClock clock) => new(
        new LogPlace.File(options.Folder),
        options.Folder,
        options.Port == 0 ? "http://127.0.0.1:0" : $"http://localhost:{options.Port}",
        clock,
        DemoCards.Script,
        unchecked((long)options.Seed),
        new EngineOptions(),
        new ProcessOptions { PollMax = Poll, GatherFor = Poll },
        HostTimeouts.Default,
        LogFormat.Simple,
        LogLevel.Warning,
        Docs: true,
        HashIterations);
}
