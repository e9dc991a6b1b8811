using Ledger.Postgres;
using Npgsql;

namespace Ledger.Cluster.Wolverine.Outbound;

/// <summary>How far the log is told: the live one, which has no end, or a stretch that an operator has sent again.</summary>
/// <param name="Name">Stored, so never renamed.</param>
/// <param name="Position">Position of the last event that is in the outbox, or needs no message.</param>
/// <param name="Last">Where it ends; null for the live one.</param>
internal sealed record RelayTrack(string Name, long Position, long? Last)
{
    /// <summary>The one that is there from the beginning.</summary>
    public const string Live = "live";

    private const string ReadSql = $"SELECT name, position, last FROM {MessagingPlaces.Schema}.tracks ORDER BY last IS NOT NULL, name";
    private const string MoveSql = $"UPDATE {MessagingPlaces.Schema}.tracks SET position = $3 WHERE name = $1 AND position = $2";
    private const string EndSql = $"DELETE FROM {MessagingPlaces.Schema}.tracks WHERE name = $1 AND position >= last";
    private const string AddSql = $"INSERT INTO {MessagingPlaces.Schema}.tracks (name, position, last) VALUES ($1, $2, $3)";

    /// <summary>The live one first.</summary>
    public static async Task<IReadOnlyList<RelayTrack>> ReadAllAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(ReadSql);
        await using var rows = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        var tracks = new List<RelayTrack>();
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false)) tracks.Add(new RelayTrack(rows.GetString(0), rows.GetInt64(1), await rows.GetFieldValueAsync<long?>(2, cancellation).ConfigureAwait(false)));
        return tracks;
    }

    /// <summary>Adds one to be sent again.</summary>
    public async Task AddAsync(NpgsqlDataSource source, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand(AddSql);
        command.Parameters.Add(Parameter.Text(Name));
        command.Parameters.Add(Parameter.Number(Position));
        command.Parameters.Add(Parameter.Number(Last));
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Moves it in the transaction that has the messages, from where it was read to be: so an event is put in the outbox once, whoever else tries.</summary>
    /// <exception cref="RelayOvertakenException">Another relay was first; the transaction is to be given up.</exception>
    public async Task MoveAsync(NpgsqlTransaction transaction, long position, CancellationToken cancellation)
    {
        await using var move = new NpgsqlCommand(MoveSql, transaction.Connection, transaction);
        move.Parameters.Add(Parameter.Text(Name));
        move.Parameters.Add(Parameter.Number(Position));
        move.Parameters.Add(Parameter.Number(position));
        if (await move.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false) != 1) throw new RelayOvertakenException();
        if (Last is null) return;

        await using var end = new NpgsqlCommand(EndSql, transaction.Connection, transaction);
        end.Parameters.Add(Parameter.Text(Name));
        await end.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }
}

/// <summary>Another process moved the track first. Nothing was written.</summary>
internal sealed class RelayOvertakenException() : Exception("Another relay was first.");
