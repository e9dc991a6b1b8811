using Microsoft.Data.Sqlite;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>What someone with write access to the file and an SQLite tool can do.</summary>
internal static class Tampering
{
    public static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.True(command.ExecuteNonQuery() != 0, "Nothing was changed.");
    }

    public static string? Query(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }
}
