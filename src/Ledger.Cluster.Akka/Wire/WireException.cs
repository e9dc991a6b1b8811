namespace Ledger.Cluster.Akka.Wire;

/// <summary>Bytes from another node are no message that this version knows. The message says what is wrong; nothing was done.</summary>
public sealed class WireException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Stands for an exception that another node met, whose class means nothing here; the message is that one's.</summary>
public sealed class RemoteFailureException(string message) : Exception(message);
