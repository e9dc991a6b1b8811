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

    /// <summary>Writes messages in the transaction; they leave by <see cref="SendAsync"/> after its commit.</summary>
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
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid, TypedValue = [.. envelopes.Select(static envelope => envelope.Id)] });
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var known = new HashSet<Guid>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) known.Add(rows.GetGuid(0));
        return known;
    }
}
