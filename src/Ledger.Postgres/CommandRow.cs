using Ledger.EventLog;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>A row of a table of command records.</summary>
internal static class CommandRow
{
    /// <summary>As <see cref="Read"/> wants them.</summary>
    public const string Columns = "id, fingerprint, reply, recorded_at";

    public static CommandRecord Read(NpgsqlDataReader row)
    {
        var id = row.GetGuid(0);
        var fingerprint = row.Bytes(1);
        if (fingerprint.Length != ChainHash.Length) throw new EventLogCorruptException($"The record of command {id:N} is damaged: its fingerprint has not 32 bytes. {EventLogCorruptException.WhatToDo}");

        return new CommandRecord(id, fingerprint, row.Bytes(2), ChainHash.FromNanoseconds(row.GetInt64(3)));
    }
}
