using Ledger.LoadTests.Peers.Postgres;
using Ledger.LoadTests.Peers.Sqlite;

namespace Ledger.LoadTests.Peers;

/// <summary>The peers that are measured. A new one is a line here and a class that implements <see cref="IPeer"/>.</summary>
internal static class PeerCatalogue
{
    /// <summary>Commands a commit of the floors.</summary>
    public const int FloorBatch = 1_000;

    /// <summary>One sync each, so a minute's worth at most.</summary>
    private const long OneByOneMax = 20_000;

    public static PeerKind SqliteFloor { get; } = new(
        "SQLite prepared inserts, 1,000 commands a commit", FloorBatch, long.MaxValue, static (place, _) => ValueTask.FromResult<IPeer>(new SqliteRowCopy(place, FloorBatch)));

    public static PeerKind SqliteOneByOne { get; } = new(
        "SQLite, one command a commit", 1, OneByOneMax, static (place, _) => ValueTask.FromResult<IPeer>(new SqliteRowCopy(place, 1)));

    public static PeerKind PostgresCopy { get; } = new(
        "PostgreSQL binary COPY, 1,000 commands a commit", FloorBatch, long.MaxValue, static (place, cancellation) => PostgresPeer.OpenAsync(place, isCopy: true, cancellation));

    public static PeerKind PostgresOneByOne { get; } = new(
        "PostgreSQL prepared insert, one command a commit", 1, OneByOneMax, static (place, cancellation) => PostgresPeer.OpenAsync(place, isCopy: false, cancellation));

    public static IReadOnlyList<PeerKind> All { get; } = [SqliteFloor, SqliteOneByOne, PostgresCopy, PostgresOneByOne];
}
