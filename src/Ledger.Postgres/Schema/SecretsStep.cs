namespace Ledger.Postgres.Schema;

/// <summary>The tables of credentials and contacts.</summary>
internal static class SecretsStep
{
    /// <summary>Released, so never changed.</summary>
    public const string Sql =
        """
        -- Hashes alone. Times are in 100 ns since 1970-01-01 UTC.
        CREATE TABLE ledger.merchant_credentials (
            merchant text COLLATE "C" PRIMARY KEY,
            identifier text COLLATE "C" NOT NULL,
            password text NOT NULL,
            code text NOT NULL,
            changed_at bigint NOT NULL,
            CONSTRAINT merchant_credentials_identifier UNIQUE (identifier)
        );

        CREATE TABLE ledger.device_tokens (
            hash bytea PRIMARY KEY,
            merchant text COLLATE "C" NOT NULL,
            terminal text COLLATE "C" NOT NULL,
            device uuid NOT NULL,
            issued_at bigint NOT NULL,
            revoked_at bigint
        );

        CREATE INDEX device_tokens_by_terminal ON ledger.device_tokens (terminal) WHERE revoked_at IS NULL;

        CREATE TABLE ledger.staff_tokens (
            hash bytea PRIMARY KEY,
            name text COLLATE "C" NOT NULL,
            role integer NOT NULL,
            issued_at bigint NOT NULL,
            revoked_at bigint
        );

        CREATE INDEX staff_tokens_by_name ON ledger.staff_tokens (name) WHERE revoked_at IS NULL;

        -- A contact without its key cannot be read: erasing deletes the key, empties the text and leaves the row, so that the reference stays used.
        -- What erasing leaves behind, the next round of autovacuum removes, however little it is.
        CREATE TABLE ledger.contacts (
            ref uuid PRIMARY KEY,
            sealed bytea,
            kept_at bigint NOT NULL,
            erased_at bigint
        ) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

        -- Wrapped by the master key, which is never in the database.
        CREATE TABLE ledger.contact_keys (
            ref uuid PRIMARY KEY,
            key bytea NOT NULL
        ) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

        -- One row: tells by which master key, and says nothing about it.
        CREATE TABLE ledger.master_key (
            is_row boolean PRIMARY KEY DEFAULT true CHECK (is_row),
            fingerprint bytea NOT NULL
        );
        """;
}
