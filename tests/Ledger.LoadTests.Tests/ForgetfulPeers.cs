using Ledger.LoadTests.Peers;

namespace Ledger.LoadTests.Tests;

/// <summary>What an assembly with peers looks like. This one keeps nothing, so it measures the harness itself; another is never there.</summary>
public sealed class ForgetfulPeers : IPeerSource
{
    public const string Name = "nothing";
    public const string MissingName = "never there";

    public IReadOnlyList<PeerKind> Kinds { get; } =
    [
        new PeerKind(Name, BatchCommands: 70, CommandsMax: 2_000, static (_, _) => ValueTask.FromResult<IPeer>(new Forgetful())),
        new PeerKind(MissingName, BatchCommands: 1, CommandsMax: 1, static (_, _) => throw new PeerMissingException("It is nowhere.")),
    ];

    private sealed class Forgetful : IPeer
    {
        private long _next;

        public string Name => ForgetfulPeers.Name;

        public ValueTask PrepareAsync(PeerBatch batch, CancellationToken cancellation)
        {
            if (batch.First != _next || batch.Appends.Count != batch.Count) throw new InvalidOperationException($"A batch of {batch.Count} begins at {batch.First}, not at {_next}.");
            _next += batch.Count;
            return ValueTask.CompletedTask;
        }

        public ValueTask CommitAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
