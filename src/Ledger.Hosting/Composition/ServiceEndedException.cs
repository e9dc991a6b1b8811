namespace Ledger.Hosting.Composition;

/// <summary>The server ended although nobody stopped it; the message says why and what to do. What it had acknowledged is in the log.</summary>
internal sealed class ServiceEndedException(string message) : Exception(message);
