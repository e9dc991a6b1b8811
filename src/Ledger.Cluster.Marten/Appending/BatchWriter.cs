using JasperFx.Events;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Ledger.EventLog.Appending;
using Marten;
using Marten.Services;
using Npgsql;

namespace Ledger.Cluster.Marten.Appending;

/// <summary>
/// Writes a decided batch through one Marten session in the caller's transaction: the events as Marten's, with the versions that Marten is to find, and beside them
/// positions, bytes and command records. Used once, by one caller.
/// </summary>
internal sealed class BatchWriter(BatchDecision decision)
{
    private const string CommandsSql =
        $"INSERT INTO {SideTables.SchemaName}.commands (id, fingerprint, reply, recorded_at) SELECT * FROM unnest(?::uuid[], ?::bytea[], ?::bytea[], ?::bigint[])";

    // Readers are told when it is committed; a notification is sent then and not before.
    private const string PositionsSql =
        $"""
        WITH told AS MATERIALIZED (SELECT pg_notify('{SideTables.Channel}', ?::text))
        INSERT INTO {SideTables.SchemaName}.positions (position, seq_id, begins, recorded_at, command_id, is_json, hash, payload)
        SELECT place.* FROM unnest(?::bigint[], ?::bigint[], ?::text[], ?::bigint[], ?::uuid[], ?::boolean[], ?::bytea[], ?::bytea[]) AS place CROSS JOIN told
        """;

    /// <summary>Marten's form of each event, in the order of positions.</summary>
    private readonly IEvent[] _events = new IEvent[decision.Events.Count];

    /// <exception cref="EventStreamUnexpectedMaxEventIdException">Marten found another version than the log has.</exception>
    public async Task WriteAsync(DocumentStore store, NpgsqlTransaction transaction)
    {
        var options = SessionOptions.ForTransaction(transaction);
        options.Listeners.Add(new Numbering(this));
        await using var session = store.LightweightSession(options);
        AppendEvents(session);
        QueueCommands(session);
        await session.SaveChangesAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private void AppendEvents(IDocumentSession session)
    {
        var streams = new Dictionary<StreamName, List<int>>();
        for (var index = 0; index < _events.Length; index++)
        {
            var placed = decision.Events[index];
            var payload = placed.Event.Payload;
            _events[index] = new Event<StoredEvent>(new StoredEvent(payload, StorableJson.Is(payload.Span))) { Timestamp = placed.Event.RecordedAt.ToDateTimeOffset() };
            if (!streams.TryGetValue(placed.Stream, out var indexes)) streams.Add(placed.Stream, indexes = []);
            indexes.Add(index);
        }

        foreach (var (stream, indexes) in streams) AppendEvents(session, stream.ToString(), indexes);
    }

    private void AppendEvents(IDocumentSession session, string stream, List<int> indexes)
    {
        var events = indexes.Select(index => (object)_events[index]).ToArray();
        var (first, last) = (decision.Events[indexes[0]].Version, decision.Events[indexes[^1]].Version);
        if (first == 1) session.Events.StartStream(stream, events);
        // Marten takes the version that the stream is to have afterwards.
        else session.Events.Append(stream, last, events);

        // Marten names an event by its class; ours are named by what is stored. The class's name stays empty: nobody is to load it.
        foreach (var index in indexes) (_events[index].EventTypeName, _events[index].DotNetTypeName) = (decision.Events[index].Event.Type, "");
    }

    private void QueueCommands(IDocumentSession session)
    {
        var records = decision.Commands;
        session.QueueSqlCommand(
            CommandsSql,
            records.Select(static record => record.Id).ToArray(),
            records.Select(static record => record.Fingerprint.ToArray()).ToArray(),
            records.Select(static record => record.Reply.ToArray()).ToArray(),
            records.Select(static record => ChainHash.ToNanoseconds(record.RecordedAt)).ToArray());
    }

    private void QueuePositions(IDocumentSession session)
    {
        var events = decision.Events;
        session.QueueSqlCommand(
            PositionsSql,
            decision.LastPosition.ToString(System.Globalization.CultureInfo.InvariantCulture),
            events.Select(static placed => placed.Position).ToArray(),
            _events.Select(static stored => stored.Sequence).ToArray(),
            events.Select(static placed => placed.Version == 1 ? placed.Stream.ToString() : null).ToArray(),
            events.Select(static placed => ChainHash.ToNanoseconds(placed.Event.RecordedAt)).ToArray(),
            events.Select(static placed => placed.CommandId).ToArray(),
            _events.Select(static stored => ((StoredEvent)stored.Data).IsJson).ToArray(),
            events.Select(static placed => placed.Event.Hash.ToArray()).ToArray(),
            events.Select(static placed => placed.Event.Payload.ToArray()).ToArray());
    }

    /// <summary>Marten deals its sequence numbers out stream by stream. Before they are written they are dealt anew, so that the sequence has the order of positions.</summary>
    private void NumberInOrder()
    {
        var numbers = Array.ConvertAll(_events, static stored => stored.Sequence);
        Array.Sort(numbers);
        for (var index = 0; index < numbers.Length; index++) _events[index].Sequence = numbers[index];
    }

    private sealed class Numbering(BatchWriter writer) : DocumentSessionListenerBase
    {
        public override Task BeforeSaveChangesAsync(IDocumentSession session, CancellationToken token)
        {
            if (writer._events.Length == 0) return Task.CompletedTask;

            writer.NumberInOrder();
            writer.QueuePositions(session);
            return Task.CompletedTask;
        }
    }
}
