namespace Ledger.EventLog;

/// <summary>The store could not be reached or written; nothing of the call took effect. Retried by the engine, with a bound.</summary>
public sealed class EventLogUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Another writer owns the log now. This instance must not write again.</summary>
public sealed class EventLogFencedException(string message) : Exception(message);

/// <summary>What is stored is not what was written, or not a log of this program and version. The message says where and what to do.</summary>
public sealed class EventLogCorruptException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Said with every damage that is found.</summary>
    public const string WhatToDo = "Stop writing, keep the file as evidence, and restore from a verified backup; never repair it by hashing again.";

    /// <summary>Where the first bad event stands, as far as it is known.</summary>
    public long? Position { get; init; }

    public StreamName? Stream { get; init; }

    public long? Version { get; init; }
}

/// <summary>The file or database cannot be used as asked: another program's, another version's, or open elsewhere. The message says what to do.</summary>
public sealed class EventLogRefusedException(string message, Exception? inner = null) : Exception(message, inner);
