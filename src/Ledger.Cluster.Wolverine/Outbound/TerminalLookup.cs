using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Cluster.Wolverine.Outbound;

/// <summary>
/// Which terminal a transaction was made on: its first event says so. That of a late sale is remembered from the log as it passes; any other is read. One caller at a time.
/// </summary>
internal sealed class TerminalLookup(IEventLog log, EventCodec codec)
{
    /// <summary>Sales whose terminal is remembered: many more than are under way at once.</summary>
    private const int RememberedMax = 20_000;

    private readonly Dictionary<StreamName, string> _serials = [];
    private readonly Queue<StreamName> _oldest = [];

    /// <summary>To be told of each event in order.</summary>
    public void Take(StreamName stream, ILedgerEvent @event)
    {
        if (@event is TransactionEvent.Requested requested) Remember(stream, requested);
    }

    /// <summary>To be asked for each completed payment before it is mapped.</summary>
    /// <exception cref="InvariantException">The stream does not begin as a transaction does.</exception>
    public async ValueTask<string> FindAsync(StreamName stream, CancellationToken cancellation)
    {
        if (_serials.TryGetValue(stream, out var serial)) return serial;

        var first = await log.ReadStreamAsync(stream, 0, 1, cancellation).ConfigureAwait(false);
        Invariant.Holds(first.Length == 1);
        return codec.Decode(first[0]) is TransactionEvent.Requested requested ? Remember(stream, requested) : throw new InvariantException($"{stream} does not begin with a request.");
    }

    private string Remember(StreamName stream, TransactionEvent.Requested requested)
    {
        if (_serials.TryAdd(stream, requested.Terminal.Value)) _oldest.Enqueue(stream);
        while (_oldest.Count > RememberedMax) _serials.Remove(_oldest.Dequeue());
        return requested.Terminal.Value;
    }
}
