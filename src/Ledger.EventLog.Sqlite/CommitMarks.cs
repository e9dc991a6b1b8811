namespace Ledger.EventLog.Sqlite;

/// <summary>
/// The last durable commits by stream and by command, so that a reader knows whether the tables have what it asks for. Many share a place, so it may be
/// told of a later commit than its own, never of an earlier one. One thread writes, any reads.
/// </summary>
internal sealed class CommitMarks
{
    // A power of two. With 65,536 writes under way a fifth of the reads waits for nothing.
    private const int Places = 262_144;

    private readonly long[] _streams = new long[Places];
    private readonly long[] _commands = new long[Places];
    private long _last;

    /// <summary>Sequence of the last commit.</summary>
    public long Last => Volatile.Read(ref _last);

    public long LastOf(StreamName stream) => Volatile.Read(ref _streams[stream.GetHashCode() & (Places - 1)]);

    public long LastOf(Guid commandId) => Volatile.Read(ref _commands[commandId.GetHashCode() & (Places - 1)]);

    public void Mark(AppendUnit unit, long sequence)
    {
        Volatile.Write(ref _commands[unit.Command.Id.GetHashCode() & (Places - 1)], sequence);
        foreach (var write in unit.Writes) Volatile.Write(ref _streams[write.Stream.GetHashCode() & (Places - 1)], sequence);
    }

    public void MarkAll(long sequence) => Volatile.Write(ref _last, sequence);
}
