namespace Ledger.Engine.Tests;

/// <summary>The embedded engine, which callers ask without anything before it.</summary>
public sealed class EmbeddedCommandTests : CommandConformance;

public sealed class EmbeddedIdempotencyTests : IdempotencyConformance;

public sealed class EmbeddedReadTests : ReadConformance;

public sealed class EmbeddedFailureTests : FailureConformance;
