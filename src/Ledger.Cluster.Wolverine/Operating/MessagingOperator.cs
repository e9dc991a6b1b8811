using Ledger.Cluster.Wolverine.Outbound;
using Ledger.Contracts.Integration.V1;
using Ledger.EventLog;
using Ledger.Postgres;
using Microsoft.Extensions.Hosting;
using Wolverine.Persistence.Durability;
using Wolverine.Persistence.Durability.DeadLetterManagement;

namespace Ledger.Cluster.Wolverine.Operating;

/// <summary>What an operator sees of messages, and does about them; beside running processes, or without any. One caller at a time.</summary>
public sealed class MessagingOperator : IAsyncDisposable
{
    /// <summary>Dead letters in one list at most; the oldest first.</summary>
    public const int ListMax = 1000;

    private const string StatusSql =
        $"""
        SELECT (SELECT coalesce(max(position), 0) FROM ledger.events),
               (SELECT count(*) FROM {MessagingPlaces.OutgoingTable}),
               (SELECT count(*) FROM {MessagingPlaces.Schema}.wolverine_queue_{MessagingPlaces.EventsQueue}),
               (SELECT count(*) FROM {MessagingPlaces.Schema}.wolverine_queue_{MessagingPlaces.AnswersQueue}),
               (SELECT count(*) FROM {MessagingPlaces.Schema}.wolverine_queue_{MessagingPlaces.CommandsQueue}),
               (SELECT count(*) FROM {MessagingPlaces.IncomingTable} WHERE status <> 'Handled'),
               (SELECT count(*) FROM {MessagingPlaces.DeadLetterTable})
        """;

    private readonly PostgresDatabase _database;
    private readonly IHost _host;
    private readonly IMessageStore _store;

    private MessagingOperator(PostgresDatabase database, IHost host, IMessageStore store) => (_database, _host, _store) = (database, host, store);

    /// <exception cref="EventLogRefusedException">There is no ledger or no place for messages, or one of another version.</exception>
    /// <exception cref="EventLogUnavailableException">The database cannot be reached.</exception>
    public static async Task<MessagingOperator> OpenAsync(MessagingOptions options, CancellationToken cancellation)
    {
        var database = await PostgresDatabase.OpenAsync(options.Database, cancellation).ConfigureAwait(false);
        try
        {
            return await PostgresFaults.GuardAsync(async () =>
            {
                await MessagingSchema.CheckAsync(options, database.Source, cancellation).ConfigureAwait(false);
                var host = MessagingHost.Build(options with { RabbitMq = null }, database.Source, null, null);
                return new MessagingOperator(database, host, await MessagingSchema.OpenStoreAsync(host).ConfigureAwait(false));
            }).ConfigureAwait(false);
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <exception cref="EventLogUnavailableException">The database did not answer.</exception>
    public Task<MessagingStatus> ReadStatusAsync(CancellationToken cancellation) => PostgresFaults.GuardAsync(async () =>
    {
        var tracks = await RelayTrack.ReadAllAsync(_database.Source, cancellation).ConfigureAwait(false);
        await using var command = _database.Source.CreateCommand(StatusSql);
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        await row.ReadAsync(cancellation).ConfigureAwait(false);
        var resends = tracks.Where(static track => track.Last is not null).Select(static track => new Resend(track.Name, track.Position, track.Last!.Value)).ToArray();
        var live = tracks.Single(static track => track.Last is null);
        return new MessagingStatus(row.GetInt64(0), live.Position, resends, row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));
    });

    /// <summary>At most <see cref="ListMax"/>; <see cref="MessagingStatus.Dead"/> says how many there are.</summary>
    /// <exception cref="EventLogUnavailableException">The database did not answer.</exception>
    public Task<IReadOnlyList<DeadLetter>> ReadDeadAsync(CancellationToken cancellation) => PostgresFaults.GuardAsync(async () =>
    {
        var found = await _store.DeadLetters.QueryAsync(new DeadLetterEnvelopeQuery { PageSize = ListMax }, cancellation).ConfigureAwait(false);
        return (IReadOnlyList<DeadLetter>)[.. found.Envelopes.Select(static dead => new DeadLetter(dead.Id, NameOf(dead.MessageType), dead.SentAt, dead.ExceptionMessage, dead.Replayable)).OrderBy(static dead => dead.SentAt)];
    });

    /// <summary>Has a running process try one again, or all.</summary>
    /// <param name="id">Null for all.</param>
    /// <returns>How many that is; 0 when there is no such one.</returns>
    /// <exception cref="EventLogUnavailableException">The database did not answer.</exception>
    public Task<int> ReplayAsync(Guid? id, CancellationToken cancellation) => ChangeAsync(id, query => _store.DeadLetters.ReplayAsync(query, cancellation), cancellation);

    /// <summary>Forgets one for ever.</summary>
    /// <returns>0 when there is no such one, else 1.</returns>
    /// <exception cref="EventLogUnavailableException">The database did not answer.</exception>
    public Task<int> DiscardAsync(Guid id, CancellationToken cancellation) => ChangeAsync(id, query => _store.DeadLetters.DiscardAsync(query, cancellation), cancellation);

    /// <summary>
    /// Has the events of a stretch of the log told again, with the ids that they had, for a consumer that lost its own. A running process does it; <see cref="ReadStatusAsync"/> shows how far it is. All
    /// consumers get them, and know them by their ids.
    /// </summary>
    /// <param name="first">Position of the first event, from 1.</param>
    /// <param name="last">Of the last one; null for the last that was told.</param>
    /// <param name="name">Its name in the status, its own among all.</param>
    /// <returns>Position of the last one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The stretch is empty, or not told yet.</exception>
    /// <exception cref="EventLogUnavailableException">The database did not answer.</exception>
    public async Task<long> ResendAsync(long first, long? last, string name, CancellationToken cancellation)
    {
        var told = (await ReadStatusAsync(cancellation).ConfigureAwait(false)).Told;
        var end = last ?? told;
        if (first < 1 || first > end || end > told) throw new ArgumentOutOfRangeException(nameof(first), $"Only what was told can be told again: positions 1 to {told}, the first not above the last.");

        return await PostgresFaults.GuardAsync(async () =>
        {
            await new RelayTrack(name, first - 1, end).AddAsync(_database.Source, cancellation).ConfigureAwait(false);
            return end;
        }).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        await _database.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Once its body is read, Wolverine knows a message by our class.</summary>
    private static string NameOf(string stored) => IntegrationMessages.Commands.Where(command => command.Value.FullName == stored).Select(static command => command.Key).FirstOrDefault(stored);

    private Task<int> ChangeAsync(Guid? id, Func<DeadLetterEnvelopeQuery, Task> change, CancellationToken cancellation) => PostgresFaults.GuardAsync(async () =>
    {
        await using var count = _database.Source.CreateCommand($"SELECT count(*)::integer FROM {MessagingPlaces.DeadLetterTable} WHERE $1 IS NULL OR id = $1");
        count.Parameters.Add(Parameter.Id(id));
        var found = (int)(await count.ExecuteScalarAsync(cancellation).ConfigureAwait(false))!;
        if (found > 0) await change(id is { } one ? new DeadLetterEnvelopeQuery([one]) : new DeadLetterEnvelopeQuery()).ConfigureAwait(false);
        return found;
    });
}
