using Ledger.Acquiring;
using Ledger.Acquiring.Simulation;
using Ledger.Engine;
using Ledger.Engine.Processes;
using Ledger.Engine.Tickets;
using Ledger.Vault;
using NodaTime;

namespace Ledger.Hosting.Composition;

/// <summary>All that one server is composed of and that differs between a real one and a demo's.</summary>
/// <param name="Urls">Separated by « ; ».</param>
/// <param name="Clock">The ledger's time; processes act by it.</param>
/// <param name="Script">What the simulated acquirer does wrong.</param>
/// <param name="Seed">Of the simulated acquirer's chance.</param>
/// <param name="LogLevel">Of our own lines; the framework's are shown from Warning on.</param>
/// <param name="HashIterations">Cost of password hashes.</param>
internal sealed record ServerParts(
    LogPlace Log,
    LedgerFolder Folder,
    string Urls,
    IClock Clock,
    FaultScript Script,
    long Seed,
    EngineOptions Engine,
    ProcessOptions Processes,
    HostTimeouts Timeouts,
    LogFormat LogFormat,
    LogLevel LogLevel,
    bool Docs,
    int HashIterations)
{
    /// <summary>
    /// How long what follows from the log may gather events under load. Well below what a merchant notices, and a read that asks for a position does
    /// not wait for it. Why: specs/decisions/0019.
    /// </summary>
    public static readonly Duration GatherFor = Duration.FromMilliseconds(50);

    /// <summary>Whether measures are sent to where the environment says.</summary>
    public bool SendsMeasures { get; init; }

    /// <summary>Where commands are decided. Default: by the server's own engine.</summary>
    public StartRuntime StartRuntime { get; init; } = EmbeddedRuntime.Start;

    /// <summary>Where the acquirer is that several servers ask; null: simulated in this process.</summary>
    public Uri? Acquirer { get; init; }

    /// <summary>Where tickets go instead of the folder's outbox; null: the outbox.</summary>
    public SmtpTicketOptions? Smtp { get; init; }

    /// <summary>From one address.</summary>
    public int ActivationsPerMinuteMax { get; init; } = 30;

    public static ServerParts Real(ServerSettings settings, IClock clock) => new(
        settings.Log,
        settings.Folder,
        settings.Urls,
        clock,
        settings.SimulatedFaults ? FaultScript.AmountsDecide : FaultScript.None,
        Seed: 0,
        new EngineOptions { ShardCount = settings.Shards },
        new ProcessOptions { GatherFor = GatherFor },
        HostTimeouts.Default,
        settings.LogFormat,
        settings.LogLevel,
        settings.Docs,
        CredentialStore.IterationsDefault)
    {
        Acquirer = settings.Acquirer,
        Smtp = settings.Smtp,
        SendsMeasures = settings.Collector is not null,
    };
}
