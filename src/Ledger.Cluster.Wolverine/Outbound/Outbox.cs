using Ledger.Contracts.Integration.V1;
using Ledger.Domain;
using Npgsql;
using NpgsqlTypes;
using Wolverine;
using Wolverine.RDBMS;
using Wolverine.Runtime;

namespace Ledger.Cluster.Wolverine.Outbound;

/// <summary>
/// Wolverine's durable outbox, written in a transaction of ours. A message is in it until the broker has confirmed it; what this process does not get to send, another one does. Any thread.
/// </summary>
internal sealed class Outbox(IWolverineRuntime runtime, NpgsqlDataSource source)
{
    private const string KnownSql = $"SELECT id FROM {MessagingPlaces.OutgoingTable} WHERE id = ANY($1)";

    /// <summary>Nobody's: the next look of any process at the outbox takes it.</summary>
    private const string ReleaseSql = $"UPDATE {MessagingPlaces.OutgoingTable} SET owner_id = 0 WHERE destination = $1 AND owner_id <> 0";

    /// <summary>A queue's order is that of its timestamps, which have microseconds; the default is Wolverine's.</summary>
    private static string MoveSql(string queueTable) =>
        $"""
        WITH moved AS (
            DELETE FROM {MessagingPlaces.OutgoingTable} AS waiting USING unnest($1) WITH ORDINALITY AS sent (id, place)
            WHERE waiting.id = sent.id RETURNING waiting.id, body, message_type, deliver_by, place)
        INSERT INTO {queueTable} (id, body, message_type, keep_until, timestamp)
        SELECT id, body, message_type, deliver_by, (now() AT TIME ZONE 'utc') + place * interval '1 microsecond' FROM moved ON CONFLICT (id) DO NOTHING
        """;

    /// <summary>A message as it stands in the outbox.</summary>
    /// <param name="id">The same whenever it is sent again.</param>
    public static Envelope EnvelopeOf(Guid id, object message, Uri destination) => new()
    {
        Id = id,
        MessageType = IntegrationMessages.NameOf(message.GetType()),
        ContentType = IntegrationMessages.ContentType,
        Data = IntegrationMessages.Write(message),
        Destination = destination,
        Source = "ledger",
    };

    /// <summary>Writes messages in the transaction; they leave by <see cref="SendAsync"/> or <see cref="MoveAsync"/> after its commit.</summary>
    /// <returns>Those that were written: one that waits there already is left out.</returns>
    public async Task<IReadOnlyList<Envelope>> WriteAsync(NpgsqlTransaction transaction, IReadOnlyList<Envelope> envelopes, CancellationToken cancellation)
    {
        if (envelopes.Count == 0) return [];
        var known = await KnownAsync(transaction, envelopes, cancellation).ConfigureAwait(false);
        var missing = envelopes.Where(envelope => !known.Contains(envelope.Id)).ToArray();
        Invariant.Holds(missing.Select(static envelope => envelope.Id).Distinct().Count() == missing.Length);
        // Wolverine's own statement; it disposes nothing of ours.
        if (missing.Length > 0) await ((IMessageDatabase)runtime.Storage).StoreOutgoingAsync(transaction, missing).ConfigureAwait(false);
        return missing;
    }

    /// <summary>Hands committed messages to the senders of this process. What is lost with the process stays in the outbox.</summary>
    public async Task SendAsync(IReadOnlyList<Envelope> envelopes)
    {
        foreach (var envelope in envelopes)
        {
            var agent = runtime.Endpoints.GetOrBuildSendingAgent(envelope.Destination!);
            Invariant.Holds(agent.IsDurable);
            await agent.EnqueueOutgoingAsync(envelope).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Moves committed messages to a queue in the same database, all at once: what Wolverine's own sender does with each. Those that another process moved before are left alone. For one who
    /// calls <see cref="ReleaseAsync"/> when it fails: until then they are in this process's hands and nobody else sends them.
    /// </summary>
    public async Task MoveAsync(IReadOnlyList<Envelope> envelopes, string queueTable, CancellationToken cancellation)
    {
        if (envelopes.Count == 0) return;

        await using var command = source.CreateCommand(MoveSql(queueTable));
        command.Parameters.Add(Ids(envelopes));
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>In a transaction of its own, and sent.</summary>
    public async Task PublishAsync(Envelope envelope, CancellationToken cancellation)
    {
        IReadOnlyList<Envelope> written;
        await using (var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
            written = await WriteAsync(transaction, [envelope], cancellation).ConfigureAwait(false);
            await transaction.CommitAsync(cancellation).ConfigureAwait(false);
        }

        await SendAsync(written).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes all messages for a place out of whoever's hands they are in. For one who takes over from a process that may be dead, or does not know whether his own commit took effect:
    /// what another is just sending may be sent twice, nothing stays behind.
    /// </summary>
    public async Task ReleaseAsync(Uri destination, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(ReleaseSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = destination.ToString() });
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task<HashSet<Guid>> KnownAsync(NpgsqlTransaction transaction, IReadOnlyList<Envelope> envelopes, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(KnownSql, transaction.Connection, transaction);
        command.Parameters.Add(Ids(envelopes));
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var known = new HashSet<Guid>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) known.Add(rows.GetGuid(0));
        return known;
    }

    private static NpgsqlParameter<Guid[]> Ids(IReadOnlyList<Envelope> envelopes) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, TypedValue = [.. envelopes.Select(static envelope => envelope.Id)] };
}
