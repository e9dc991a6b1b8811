using System.Collections.Immutable;

namespace Ledger.EventLog.Appending;

/// <summary>An event that a batch appends, and where.</summary>
/// <param name="Position">Its place in the whole log.</param>
/// <param name="Version">Its place in its stream.</param>
public readonly record struct PlacedEvent(long Position, StreamName Stream, long Version, Guid CommandId, NewEvent Event);

/// <summary>
/// For implementers of logs that first ask what is there: decides a batch's units one after another on that. Nobody may change it meanwhile, or the store must then
/// refuse the batch. Used once, by one caller.
/// </summary>
public sealed class BatchDecision(BatchFacts facts)
{
    private readonly Dictionary<StreamName, BatchHead> _heads = new(facts.Heads);
    private readonly Dictionary<Guid, CommandRecord> _commands = new(facts.Commands);
    private readonly ImmutableArray<AppendResult>.Builder _results = ImmutableArray.CreateBuilder<AppendResult>();
    private long _position = facts.LastPosition;

    /// <summary>Records of the units that are appended, in the order of the units.</summary>
    public List<CommandRecord> Commands { get; } = [];

    /// <summary>Events of the units that are appended, in the order of their positions.</summary>
    public List<PlacedEvent> Events { get; } = [];

    /// <summary>The log's last position when this is committed.</summary>
    public long LastPosition => _position;

    /// <summary>One result per unit that was added, in their order.</summary>
    public ImmutableArray<AppendResult> Results => _results.ToImmutable();

    /// <summary>Takes the batch's next unit.</summary>
    public void Add(AppendUnit unit) => _results.Add(Decide(unit));

    private AppendResult Decide(AppendUnit unit)
    {
        if (_commands.TryGetValue(unit.Command.Id, out var existing)) return new AppendResult.DuplicateCommand(existing);
        foreach (var read in unit.Reads)
        {
            var actual = _heads[read.Stream].Version;
            if (actual != read.Version) return new AppendResult.VersionConflict(read.Stream, read.Version, actual);
        }

        foreach (var write in unit.Writes)
        {
            var head = _heads[write.Stream];
            if (head.Version != write.ExpectedVersion || !write.Follows(head.Hash.Span)) return new AppendResult.VersionConflict(write.Stream, write.ExpectedVersion, head.Version);
        }

        foreach (var write in unit.Writes) Place(write, unit.Command.Id);
        _commands.Add(unit.Command.Id, unit.Command);
        Commands.Add(unit.Command);
        return new AppendResult.Appended(_position);
    }

    private void Place(StreamWrite write, Guid commandId)
    {
        var version = write.ExpectedVersion;
        foreach (var @event in write.Events) Events.Add(new PlacedEvent(++_position, write.Stream, ++version, commandId, @event));
        _heads[write.Stream] = new BatchHead(version, write.Events[^1].Hash);
    }
}
