using Npgsql;

namespace Ledger.Postgres;

/// <summary>Statements with their parameters, one after another in one round trip, and what they found.</summary>
internal static class Statement
{
    public static NpgsqlBatchCommand Of(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>All in one transaction that ends with the call, so that no stall of this process is ever inside it. Each statement sees what was committed before it began.</summary>
    /// <returns>Rows that the last one changed.</returns>
    public static async Task<int> RunAsync(NpgsqlDataSource source, CancellationToken cancellation, params NpgsqlBatchCommand[] commands)
    {
        await using var batch = source.CreateBatch();
        foreach (var command in commands) batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        return (int)commands[^1].RecordsAffected;
    }

    /// <returns>The first row; null when there is none.</returns>
    public static async Task<T?> FindAsync<T>(NpgsqlDataSource source, string sql, NpgsqlParameter key, Func<NpgsqlDataReader, T> read, CancellationToken cancellation)
        where T : class
    {
        await using var command = source.CreateCommand(sql);
        command.Parameters.Add(key);
        await using var row = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await row.ReadAsync(cancellation).ConfigureAwait(false) ? read(row) : null;
    }
}
