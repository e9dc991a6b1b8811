using Ledger.Testing.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.LoadTests.Peers.Postgres;

/// <summary>
/// The floor on PostgreSQL: the same events into one table with a unique (stream, version) and a unique command id, by binary COPY or by a
/// prepared insert a commit. No checks, no chain, nothing decided.
/// </summary>
internal sealed class PostgresPeer : IPeer
{
    private const string Table =
        """
        CREATE TABLE events (
            position bigint PRIMARY KEY,
            stream text NOT NULL,
            version bigint NOT NULL,
            command_id uuid NOT NULL UNIQUE,
            type text NOT NULL,
            recorded_at timestamptz NOT NULL,
            payload bytea NOT NULL,
            hash bytea NOT NULL,
            UNIQUE (stream, version))
        """;

    private readonly PostgresServer _server;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand? _insert;
    private PeerBatch? _batch;

    private PostgresPeer(PostgresServer server, NpgsqlConnection connection, NpgsqlCommand? insert) => (_server, _connection, _insert) = (server, connection, insert);

    public string Name => _insert is null ? "PostgreSQL binary COPY of the same events" : "PostgreSQL prepared insert of the same event, one a commit";

    /// <exception cref="PeerMissingException">There is no PostgreSQL here.</exception>
    public static async ValueTask<IPeer> OpenAsync(PeerPlace place, bool isCopy, CancellationToken cancellation)
    {
        var server = await StartAsync(place.Folder, cancellation);
        try
        {
            var connection = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
            await connection.OpenAsync(cancellation);
            await using (var create = new NpgsqlCommand(Table, connection)) await create.ExecuteNonQueryAsync(cancellation);
            return new PostgresPeer(server, connection, isCopy ? null : await PrepareInsertAsync(connection, cancellation));
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    private static async Task<PostgresServer> StartAsync(string folder, CancellationToken cancellation)
    {
        try
        {
            return await PostgresServer.StartAsync(folder, [], cancellation);
        }
        catch (PostgresMissingException missing)
        {
            throw new PeerMissingException(missing.Message);
        }
    }

    public ValueTask PrepareAsync(PeerBatch batch, CancellationToken cancellation)
    {
        _batch = batch;
        return ValueTask.CompletedTask;
    }

    public async ValueTask CommitAsync(CancellationToken cancellation)
    {
        if (_insert is null) await CopyAsync(_batch!, cancellation);
        else await InsertAsync(_insert, _batch!, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_insert is not null) await _insert.DisposeAsync();
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    private async ValueTask CopyAsync(PeerBatch batch, CancellationToken cancellation)
    {
        await using var copy = await _connection.BeginBinaryImportAsync("COPY events FROM STDIN (FORMAT BINARY)", cancellation);
        for (var index = 0; index < batch.Count; index++)
        {
            var append = batch.Appends[index];
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(batch.First + index + 1, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(append.Stream, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(append.Version, NpgsqlDbType.Bigint, cancellation);
            await copy.WriteAsync(append.CommandId, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(append.Type, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(append.RecordedAt.UtcDateTime, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(append.Payload, NpgsqlDbType.Bytea, cancellation);
            await copy.WriteAsync(append.Hash, NpgsqlDbType.Bytea, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }

    private static async ValueTask InsertAsync(NpgsqlCommand insert, PeerBatch batch, CancellationToken cancellation)
    {
        for (var index = 0; index < batch.Count; index++)
        {
            var append = batch.Appends[index];
            object[] values = [batch.First + index + 1, append.Stream, append.Version, append.CommandId, append.Type, append.RecordedAt.UtcDateTime, append.Payload, append.Hash];
            for (var column = 0; column < values.Length; column++) insert.Parameters[column].Value = values[column];
            await insert.ExecuteNonQueryAsync(cancellation);
        }
    }

    private static async ValueTask<NpgsqlCommand> PrepareInsertAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        NpgsqlDbType[] types =
        [
            NpgsqlDbType.Bigint, NpgsqlDbType.Text, NpgsqlDbType.Bigint, NpgsqlDbType.Uuid, NpgsqlDbType.Text, NpgsqlDbType.TimestampTz, NpgsqlDbType.Bytea, NpgsqlDbType.Bytea,
        ];
        var insert = new NpgsqlCommand("INSERT INTO events VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", connection);
        foreach (var type in types) insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type });
        await insert.PrepareAsync(cancellation);
        return insert;
    }
}
