using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.LoadTests.Runtimes;

/// <summary>Where logs and runtimes of another assembly are: a public class of it with a constructor without parameters. See --with.</summary>
public interface IEngineSource
{
    IReadOnlyList<LogKind> Logs { get; }

    IReadOnlyList<RuntimeKind> Runtimes { get; }

    /// <summary>What is measured beside them with the same commands and has no log of ours.</summary>
    IReadOnlyList<EngineKind> Engines { get; }
}

/// <summary>Something else that takes the same commands.</summary>
/// <param name="Name">Its row in the report.</param>
/// <param name="CommandsMax">More are not asked of it, so that a slow one takes no hour.</param>
/// <param name="OpenAsync">An empty one. <exception cref="Peers.PeerMissingException">What it needs is not on this machine.</exception></param>
public sealed record EngineKind(string Name, long CommandsMax, Func<LogPlace, CancellationToken, ValueTask<IRunningEngine>> OpenAsync);

/// <summary>How a log comes to be.</summary>
/// <param name="Name">What --log calls it, and the report.</param>
/// <param name="CommandsMax">More are not asked of it, so that a slow one takes no hour.</param>
/// <param name="OpenAsync">An empty one. <exception cref="Peers.PeerMissingException">What it needs is not on this machine.</exception></param>
public sealed record LogKind(string Name, long CommandsMax, Func<LogPlace, CancellationToken, ValueTask<IEventLog>> OpenAsync);

/// <summary>How an engine comes to run over a log.</summary>
/// <param name="Name">What --runtime calls it, and the report.</param>
/// <param name="StartAsync">Over a log that stays the caller's.</param>
public sealed record RuntimeKind(string Name, Func<IEventLog, EngineOptions, CancellationToken, ValueTask<IRunningEngine>> StartAsync);

/// <summary>An engine and what it runs in; disposing ends both.</summary>
public interface IRunningEngine : IAsyncDisposable
{
    ILedgerEngine Engine { get; }
}

/// <param name="Folder">Empty, on the disk that is measured.</param>
/// <param name="CreateDatabaseAsync">
/// An empty PostgreSQL database on the run's own server: its connection string. <exception cref="Peers.PeerMissingException">There is no PostgreSQL here.</exception>
/// </param>
public sealed record LogPlace(string Folder, Func<CancellationToken, ValueTask<string>> CreateDatabaseAsync);
