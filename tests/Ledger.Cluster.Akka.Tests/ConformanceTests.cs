using Ledger.Engine;

namespace Ledger.Cluster.Akka.Tests;

/// <summary>The engine's own suites, each test behind a cluster of one node.</summary>
public sealed class AkkaCommandTests : CommandConformance
{
    protected override bool IsShared => true;

    protected override Task<EngineDoor> OpenDoorAsync(LedgerEngine engine) => Nodes.OpenDoorAsync(engine);
}

public sealed class AkkaIdempotencyTests : IdempotencyConformance
{
    protected override bool IsShared => true;

    protected override Task<EngineDoor> OpenDoorAsync(LedgerEngine engine) => Nodes.OpenDoorAsync(engine);
}

public sealed class AkkaReadTests : ReadConformance
{
    protected override bool IsShared => true;

    protected override Task<EngineDoor> OpenDoorAsync(LedgerEngine engine) => Nodes.OpenDoorAsync(engine);
}

public sealed class AkkaFailureTests : FailureConformance
{
    protected override bool IsShared => true;

    protected override Task<EngineDoor> OpenDoorAsync(LedgerEngine engine) => Nodes.OpenDoorAsync(engine);
}
