namespace Ledger.Cluster.Marten.Schema;

/// <summary>
/// What the log keeps beside Marten's tables, step by step; a step that was released is never changed. Marten's own tables keep the shape that Marten gives them by
/// default: where a team's store and this one disagreed on a column, a schema change of the team's would drop it.
/// </summary>
internal static class SideTables
{
    /// <summary>All of the log stands in it, Marten's tables too. Stored, so never renamed.</summary>
    public const string SchemaName = "ledger_marten";

    /// <summary>The channel that tells of commits; the payload is the log's last position.</summary>
    public const string Channel = "ledger_marten_events";

    /// <summary>Names the lock that one appending transaction holds until its commit is visible: so positions are in commit order and without gaps.</summary>
    /// <remarks>« LEDGERMT » in ASCII.</remarks>
    public const string AppendLock = "5495873993171946836";

    /// <summary>Version 1 is the first.</summary>
    public static IReadOnlyList<string> Steps { get; } = [First];

    private const string First =
        $$"""
        -- Beside each event in mt_events: its place in commit order without gaps, which Marten's sequence does not give, and the bytes that were hashed, which jsonb does not keep.
        CREATE TABLE {{SchemaName}}.positions (
            position bigint PRIMARY KEY,
            seq_id bigint NOT NULL UNIQUE,
            -- The stream's name, on its first event only: an index of all streams in order of name.
            begins text COLLATE "C" UNIQUE,
            -- Nanoseconds since 1970-01-01 UTC, as they were hashed.
            recorded_at bigint NOT NULL,
            command_id uuid NOT NULL,
            -- False where jsonb cannot hold the payload; mt_events then has a placeholder.
            is_json boolean NOT NULL,
            hash bytea NOT NULL,
            payload bytea NOT NULL
        );

        ALTER TABLE {{SchemaName}}.positions ALTER COLUMN payload SET STORAGE EXTERNAL;

        CREATE TABLE {{SchemaName}}.commands (
            id uuid PRIMARY KEY,
            fingerprint bytea NOT NULL,
            reply bytea NOT NULL,
            recorded_at bigint NOT NULL
        );
        """;
}
