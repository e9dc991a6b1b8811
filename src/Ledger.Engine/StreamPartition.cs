using Ledger.Engine.Runtime;
using Ledger.EventLog;

namespace Ledger.Engine;

/// <summary>Which streams are decided together: those of one partition, as a terminal and its transactions are. Stored inside transaction ids, so it never changes.</summary>
public static class StreamPartition
{
    /// <summary>How many there are.</summary>
    public const int Count = ushort.MaxValue + 1;

    /// <returns>0 to <see cref="Count"/> - 1.</returns>
    /// <exception cref="ArgumentException">No decider has that category, or the id is none of its.</exception>
    public static ushort Of(StreamName stream) => StreamTypes.Default.Of(stream).PartitionOf(stream);
}
