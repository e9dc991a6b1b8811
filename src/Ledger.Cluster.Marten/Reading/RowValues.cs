using Npgsql;

namespace Ledger.Cluster.Marten.Reading;

internal static class RowValues
{
    /// <summary>The bytes of a column. The row is in memory by then, so nothing waits.</summary>
    public static byte[] Bytes(this NpgsqlDataReader row, int column) => row.GetFieldValue<byte[]>(column);
}
