using SQLitePCL;
using static SQLitePCL.raw;

namespace Ledger.LoadTests.Peers.Sqlite;

/// <summary>
/// The floor: prepared inserts of the very rows that our engine wrote, into the same tables with the same indexes, read from the file itself, so
/// that it stays right whatever the log's schema is. The rows of the same commands go into the same commit, tables in turn, in the order in which
/// they came. No checks, no chain, no readers, nothing decided.
/// </summary>
internal sealed class SqliteRowCopy : IPeer
{
    // As the log sets its writing connection.
    private const string Pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;";

    /// <summary>The floor pays for its checkpoints within its commits: large ones, which suit its rate best.</summary>
    private const int CheckpointPages = 4_000;

    private readonly RawSqlite _source;
    private readonly RawSqlite _target;
    private readonly IReadOnlyList<LogTable> _tables;
    private readonly List<(sqlite3_stmt Statement, int Columns)> _selects;
    private readonly List<(sqlite3_stmt Statement, int Columns)> _inserts;
    private readonly sqlite3_stmt _begin;
    private readonly sqlite3_stmt _commit;
    private readonly long[] _copied;
    private readonly RowArena _rows = new();

    public SqliteRowCopy(PeerPlace place, int batch)
    {
        Name = $"SQLite prepared inserts of the same rows, {batch} a commit";
        _source = RawSqlite.OpenReader(place.Source);
        _tables = LogTable.ReadAll(_source);
        _target = CreateLike(_source, Path.Combine(place.Folder, "floor.db"));
        _copied = new long[_tables.Count];
        _selects = [.. _tables.Select(table => (_source.Prepare(table.Select), table.Columns.Count))];
        _inserts = [.. _tables.Select(table => (_target.Prepare(table.Insert), table.Columns.Count))];
        _begin = _target.Prepare("BEGIN IMMEDIATE");
        _commit = _target.Prepare("COMMIT");
    }

    public string Name { get; }

    public IReadOnlyList<LogTable> Tables => _tables;

    public ValueTask PrepareAsync(PeerBatch batch, CancellationToken cancellation)
    {
        _rows.Clear();
        for (var command = batch.First + 1; command <= batch.First + batch.Count; command++)
        {
            for (var table = 0; table < _tables.Count; table++) Take(table, (long)((Int128)_tables[table].RowCount * command / batch.Of));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask CommitAsync(CancellationToken cancellation)
    {
        Run(_begin);
        _rows.InsertAll(_target, _inserts);
        Run(_commit);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var (statement, _) in _selects.Concat(_inserts)) statement.Dispose();
        _begin.Dispose();
        _commit.Dispose();
        _target.Dispose();
        _source.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>An empty file with the page size, encoding, tables, indexes, triggers and views of another.</summary>
    private static RawSqlite CreateLike(RawSqlite source, string path)
    {
        var target = RawSqlite.Create(path);
        target.Execute($"PRAGMA page_size = {source.Number("PRAGMA page_size")}; PRAGMA auto_vacuum = {source.Number("PRAGMA auto_vacuum")};");
        var schema = source.Query(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY type = 'table' DESC, rowid",
            static row => sqlite3_column_text(row, 0).utf8_to_string());
        foreach (var sql in schema) target.Execute(sql);
        target.Execute($"{Pragmas} PRAGMA wal_autocheckpoint = {CheckpointPages};");
        return target;
    }

    /// <summary>A table's rows up to so many in all: those of the commands so far.</summary>
    private void Take(int table, long upTo)
    {
        var (statement, columns) = _selects[table];
        for (; _copied[table] < upTo; _copied[table]++)
        {
            var code = sqlite3_step(statement);
            _source.Check(code);
            if (code != SQLITE_ROW) throw new InvalidDataException($"{_tables[table].Name} was to hold {_tables[table].RowCount} rows and ended at {_copied[table]}.");

            _rows.Add(table, statement, columns);
        }
    }

    private void Run(sqlite3_stmt statement)
    {
        _target.Check(sqlite3_step(statement));
        _ = sqlite3_reset(statement);
    }
}
