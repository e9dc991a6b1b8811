namespace Ledger.Hosting.Composition;

/// <summary>Another program listens where this one was told to. Nothing was served.</summary>
internal sealed class PortTakenException(string urls, Exception inner)
    : Exception($"{urls}: another program listens there. Stop it, or choose another port (serve --urls http://localhost:5081, demo --port 5081).", inner);
