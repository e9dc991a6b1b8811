using System.Diagnostics;
using Ledger.EventLog;
using Ledger.LoadTests.Reporting;
using Npgsql;
using NpgsqlTypes;

namespace Ledger.LoadTests.Peers.Postgres;

/// <summary>The PostgreSQL log's floor: the same rows into the same two tables by binary COPY, in the same commits. No lock, no checks, nothing decided.</summary>
internal static class PostgresRowCopy
{
    public static async Task<TimeSpan> RunAsync(string connectionString, IReadOnlyList<AppendUnit[]> batches, IProgressBoard progress, CancellationToken cancellation)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        using var bar = progress.Start("raw COPY", batches.Count, "commits");
        var position = 0L;
        var startedAt = Stopwatch.GetTimestamp();
        foreach (var batch in batches)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            position = await CopyEventsAsync(connection, batch, position, cancellation);
            await CopyCommandsAsync(connection, batch, cancellation);
            await transaction.CommitAsync(cancellation);
            bar.Advance(1);
        }

        return Stopwatch.GetElapsedTime(startedAt);
    }

    private static async Task<long> CopyEventsAsync(NpgsqlConnection connection, AppendUnit[] batch, long position, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync("COPY ledger.events (position, stream, version, type, recorded_at, command_id, payload, hash) FROM STDIN (FORMAT BINARY)", cancellation);
        foreach (var unit in batch)
        {
            foreach (var write in unit.Writes)
            {
                var version = write.ExpectedVersion;
                foreach (var @event in write.Events)
                {
                    await copy.StartRowAsync(cancellation);
                    await copy.WriteAsync(++position, NpgsqlDbType.Bigint, cancellation);
                    await copy.WriteAsync(write.Stream.ToString(), NpgsqlDbType.Text, cancellation);
                    await copy.WriteAsync(++version, NpgsqlDbType.Bigint, cancellation);
                    await copy.WriteAsync(@event.Type, NpgsqlDbType.Text, cancellation);
                    await copy.WriteAsync(ChainHash.ToNanoseconds(@event.RecordedAt), NpgsqlDbType.Bigint, cancellation);
                    await copy.WriteAsync(unit.Command.Id, NpgsqlDbType.Uuid, cancellation);
                    await copy.WriteAsync(@event.Payload, NpgsqlDbType.Bytea, cancellation);
                    await copy.WriteAsync(@event.Hash, NpgsqlDbType.Bytea, cancellation);
                }
            }
        }

        await copy.CompleteAsync(cancellation);
        return position;
    }

    private static async Task CopyCommandsAsync(NpgsqlConnection connection, AppendUnit[] batch, CancellationToken cancellation)
    {
        await using var copy = await connection.BeginBinaryImportAsync("COPY ledger.commands (id, fingerprint, reply, recorded_at) FROM STDIN (FORMAT BINARY)", cancellation);
        foreach (var unit in batch)
        {
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(unit.Command.Id, NpgsqlDbType.Uuid, cancellation);
            await copy.WriteAsync(unit.Command.Fingerprint, NpgsqlDbType.Bytea, cancellation);
            await copy.WriteAsync(unit.Command.Reply, NpgsqlDbType.Bytea, cancellation);
            await copy.WriteAsync(ChainHash.ToNanoseconds(unit.Command.RecordedAt), NpgsqlDbType.Bigint, cancellation);
        }

        await copy.CompleteAsync(cancellation);
    }
}
