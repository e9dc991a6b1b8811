using Ledger.EventLog;
using Npgsql;

namespace Ledger.Cluster.Marten.Reading;

/// <summary>A row of <c>commands</c>: id, fingerprint, reply, recorded_at.</summary>
internal static class CommandRow
{
    public static CommandRecord Read(NpgsqlDataReader row)
    {
        var id = row.GetGuid(0);
        var fingerprint = row.Bytes(1);
        if (fingerprint.Length != ChainHash.Length) throw new EventLogCorruptException($"The record of command {id:N} is damaged: its fingerprint has not 32 bytes. {EventLogCorruptException.WhatToDo}");

        return new CommandRecord(id, fingerprint, row.Bytes(2), ChainHash.FromNanoseconds(row.GetInt64(3)));
    }
}
