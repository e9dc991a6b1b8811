using Ledger.Engine;

namespace Ledger.Hosting.Composition;

/// <summary>Where the commands of a server's requests and processes are decided: by its own engine, or on whichever node of a cluster their streams stand. Safe for any number of callers.</summary>
internal interface IServerRuntime : IAsyncDisposable
{
    /// <summary>Takes all of the server's commands and reads.</summary>
    ILedgerEngine Engine { get; }

    /// <summary>Completes, with what an operator is told, when the server can serve no more although nobody stopped it; never for an engine of its own.</summary>
    Task<string> Ended { get; }

    /// <summary>What must be well before requests are sent here, besides what every server has.</summary>
    void AddChecks(IHealthChecksBuilder checks);
}

/// <summary>Starts a runtime before a server's own engine; it is disposed before that.</summary>
internal delegate Task<IServerRuntime> StartRuntime(LedgerEngine engine, ILoggerFactory loggers, CancellationToken cancellation);

/// <summary>The server's own engine decides: one server, or several that share a log.</summary>
internal sealed class EmbeddedRuntime(LedgerEngine engine) : IServerRuntime
{
    public static readonly StartRuntime Start = static (engine, _, _) => Task.FromResult<IServerRuntime>(new EmbeddedRuntime(engine));

    public ILedgerEngine Engine => engine;

    public Task<string> Ended { get; } = new TaskCompletionSource<string>().Task;

    public void AddChecks(IHealthChecksBuilder checks)
    {
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
