namespace Ledger.Postgres.Schema;

/// <summary>
/// The log's tables, step by step; a step that was released is never changed. All of it stands in one schema of the database. To events and commands rows are only
/// ever added, so there is nothing to vacuum in them and no long reader slows a writer.
/// </summary>
internal static class Migrations
{
    /// <summary>Stored, so never renamed.</summary>
    public const string SchemaName = "ledger";

    /// <summary>The SQLSTATE by which <c>ledger.append</c> says that this server lacks events that were acknowledged.</summary>
    public const string LostEventsState = "LG001";

    /// <summary>The channel that tells of commits; the payload is the log's last position.</summary>
    public const string Channel = "ledger_events";

    /// <summary>Names the lock that one appending transaction holds until its commit is visible: so positions are in commit order and without gaps.</summary>
    /// <remarks>« LEDGERPG » in ASCII.</remarks>
    public const string AppendLock = "5495873993171947591";

    /// <summary>Version 1 is the first.</summary>
    public static IReadOnlyList<string> Steps { get; } = [First, ViewsStep.Sql, SecretsStep.Sql];

    private const string First =
        $$"""
        CREATE TABLE ledger.events (
            position bigint PRIMARY KEY,
            stream text COLLATE "C" NOT NULL,
            version bigint NOT NULL,
            type text COLLATE "C" NOT NULL,
            -- Nanoseconds since 1970-01-01 UTC, as they were hashed.
            recorded_at bigint NOT NULL,
            command_id uuid NOT NULL,
            payload bytea NOT NULL,
            hash bytea NOT NULL,
            CONSTRAINT events_stream_version UNIQUE (stream, version)
        );

        -- A payload is kept as the bytes that were hashed; most are too short to be worth compressing.
        ALTER TABLE ledger.events ALTER COLUMN payload SET STORAGE EXTERNAL;

        CREATE TABLE ledger.commands (
            id uuid PRIMARY KEY,
            fingerprint bytea NOT NULL,
            reply bytea NOT NULL,
            recorded_at bigint NOT NULL
        );

        -- What processes still have to do, and how far they have read. Follows from the events: may be emptied, and is then made anew.
        CREATE TABLE ledger.checkpoints (
            process text COLLATE "C" PRIMARY KEY,
            position bigint NOT NULL
        );

        CREATE TABLE ledger.todo_items (
            process text COLLATE "C" NOT NULL,
            key text COLLATE "C" NOT NULL,
            -- Nanoseconds since 1970-01-01 UTC; null: waits for something else than time.
            due_at bigint,
            data text NOT NULL,
            attempts integer NOT NULL,
            PRIMARY KEY (process, key)
        );

        CREATE INDEX todo_items_due ON ledger.todo_items (process, due_at, key) WHERE due_at IS NOT NULL;

        -- Who of many servers does what only one may do. The epoch grows with every holder, so that one who lost it and does not know it yet writes nothing more.
        CREATE TABLE ledger.leases (
            name text COLLATE "C" PRIMARY KEY,
            holder uuid NOT NULL,
            epoch bigint NOT NULL,
            held_until timestamptz NOT NULL
        );

        -- Appends all that it is given, or nothing.
        --   known: a position that the caller knows to be committed.
        --   claimed…: versions that streams are taken to have, and their hashes (null: any). Where events follow one, its successor cannot be there
        --     already: (stream, version) is unique.
        --   read…: versions that streams without given events are taken to end at.
        -- Returns the position before the first event that it appended; null when a claim or a read is wrong, and nothing was done. A command id that is known, and
        -- a version that another was first with, are unique violations.
        -- The lock is let go when the commit can be seen by all. Whoever gets it next sees, by the new snapshot of each statement below, all that came before.
        CREATE FUNCTION ledger.append(
            known bigint,
            command_ids uuid[], fingerprints bytea[], replies bytea[], commands_recorded_at bigint[],
            claimed_streams text[], claimed_versions bigint[], claimed_hashes bytea[], read_streams text[], read_versions bigint[],
            event_streams text[], event_versions bigint[], event_types text[], events_recorded_at bigint[], event_command_ids uuid[], payloads bytea[], hashes bytea[])
        RETURNS bigint
        LANGUAGE plpgsql
        -- Batches are joined with large tables by index, also while the tables are new and their statistics say that they are empty.
        SET plan_cache_mode = force_generic_plan
        SET enable_seqscan = off
        SET enable_hashjoin = off
        SET enable_mergejoin = off
        AS $function$
        DECLARE
            last bigint;
        BEGIN
            PERFORM pg_advisory_xact_lock({{AppendLock}});
            SELECT coalesce(max(position), 0) INTO last FROM ledger.events;
            IF last < known THEN
                RAISE EXCEPTION 'the log ends at %, and % is known to be committed', last, known USING ERRCODE = '{{LostEventsState}}';
            END IF;

            IF EXISTS (
                SELECT FROM unnest(claimed_streams, claimed_versions, claimed_hashes) AS claim (stream, version, hash)
                LEFT JOIN ledger.events AS head ON head.stream = claim.stream AND head.version = claim.version
                WHERE head.position IS NULL OR head.hash <> claim.hash) THEN
                RETURN NULL;
            END IF;

            IF EXISTS (
                SELECT FROM unnest(read_streams, read_versions) AS given (stream, version)
                JOIN ledger.events AS later ON later.stream = given.stream AND later.version = given.version + 1) THEN
                RETURN NULL;
            END IF;

            INSERT INTO ledger.commands (id, fingerprint, reply, recorded_at)
            SELECT * FROM unnest(command_ids, fingerprints, replies, commands_recorded_at);

            IF cardinality(event_streams) > 0 THEN
                INSERT INTO ledger.events (position, stream, version, type, recorded_at, command_id, payload, hash)
                SELECT last + place, stream, version, type, recorded_at, command_id, payload, hash
                FROM unnest(event_streams, event_versions, event_types, events_recorded_at, event_command_ids, payloads, hashes)
                    WITH ORDINALITY AS event (stream, version, type, recorded_at, command_id, payload, hash, place);
                PERFORM pg_notify('{{Channel}}', (last + cardinality(event_streams))::text);
            END IF;

            RETURN last;
        END
        $function$;
        """;
}
