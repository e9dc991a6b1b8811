namespace Ledger.Engine.Runtime;

/// <summary>The last replies of one shard, so that a quick repeat needs no commit; the oldest goes first. One thread.</summary>
internal sealed class RecentCommands(int countMax)
{
    private readonly Dictionary<Guid, RecentCommand> _byId = [];
    private readonly Queue<Guid> _order = [];

    public RecentCommand? Find(Guid id) => _byId.GetValueOrDefault(id);

    public void Add(Guid id, ReadOnlyMemory<byte> fingerprint, CommandReply reply)
    {
        if (!_byId.TryAdd(id, new RecentCommand(fingerprint, reply))) return;

        _order.Enqueue(id);
        if (_order.Count > countMax) _byId.Remove(_order.Dequeue());
    }
}

internal sealed record RecentCommand(ReadOnlyMemory<byte> Fingerprint, CommandReply Reply);
