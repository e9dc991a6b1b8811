namespace Ledger.Cluster.Testing.EventStoreDb;

/// <summary>There is no EventStoreDB here. The message says how to provide one.</summary>
public sealed class EventStoreDbMissingException(string message) : Exception(message);
