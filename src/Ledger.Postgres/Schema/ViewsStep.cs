namespace Ledger.Postgres.Schema;

/// <summary>Version 2: which generation of each read model there is, and how far it is. Their rows stand in schemas of their own, made beside this.</summary>
internal static class ViewsStep
{
    public const string Sql =
        """
        CREATE TABLE ledger.views (
            name text COLLATE "C" NOT NULL,
            generation integer NOT NULL,
            -- A hash of its tables' columns and indexes, and of its fold's version.
            shape text NOT NULL,
            serving boolean NOT NULL,
            -- While it is built for the first time: where the log ended then.
            ready_from bigint NOT NULL,
            -- The last event taken in; whoever takes in the next holds this row.
            position bigint NOT NULL,
            hash bytea NOT NULL,
            recorded_at bigint,
            skipped bigint NOT NULL,
            PRIMARY KEY (name, generation)
        ) WITH (fillfactor = 50);

        CREATE UNIQUE INDEX views_serving ON ledger.views (name) WHERE serving;
        """;
}
