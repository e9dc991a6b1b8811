using System.Globalization;

namespace Ledger.Postgres.Fixture;

/// <summary>Cuts sessions off, as a network or an operator does.</summary>
public static class SessionCuts
{
    /// <summary>Ends one of the database's other sessions, by chance, one at work rather than an idle one.</summary>
    /// <returns>How many it ended: 1, or 0 when there is none.</returns>
    public static async Task<int> CutOneAsync(string connectionString) => Convert.ToInt32(
        await PostgresFixture.ScalarAsync(
            connectionString,
            """
            SELECT count(pg_terminate_backend(pid)) FROM (
                SELECT pid FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE '%i%' ORDER BY state, random() LIMIT 1) AS one
            """),
        CultureInfo.InvariantCulture);
}
