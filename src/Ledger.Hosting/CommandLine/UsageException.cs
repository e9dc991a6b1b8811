namespace Ledger.Hosting.CommandLine;

/// <summary>What was asked for cannot be done as asked; the message says what to do. Nothing was changed.</summary>
internal sealed class UsageException(string message) : Exception(message);
