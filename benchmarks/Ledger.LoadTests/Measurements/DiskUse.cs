using System.CommandLine;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Peers.Sqlite;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;

namespace Ledger.LoadTests.Measurements;

/// <summary>Bytes on disk of one transaction of four events, and what each byte is for, whatever the log's tables are.</summary>
internal static class DiskUse
{
    private const long TransactionsFull = 100_000;

    public static Command Command() => LoadCommands.Measurement(
        "disk", "Bytes on disk per transaction of four events, by table and column.", [], static (run, _, cancellation) => RunAsync(run, cancellation));

    private static async Task<RunReport> RunAsync(RunContext run, CancellationToken cancellation)
    {
        var (path, transactions) = (run.In("ledger.db"), run.Options.Size(TransactionsFull, 250));
        await using (var engine = EmbeddedEngine.Open(path, run.Options.Engine))
        {
            await Filling.FillAsync(engine.Engine, run.Traffic, 0, transactions, CardTraffic.StepsOfPayment, run.Progress, cancellation);
        }

        var report = new RunReport("disk", $"Bytes on disk per transaction of four events, over {transactions}");
        report.Fact("files, all", LogFiles.Length(path) / (double)transactions, "bytes a transaction");
        using var file = RawSqlite.OpenReader(path);
        AddPages(report, file, path, transactions);
        foreach (var table in LogTable.ReadAll(file)) AddColumns(report, file, table, transactions);
        report.Note("Pages: what each table and index takes of the file, unused room in its pages included. Columns: the bytes of the values alone; "
            + "the rest of a table's pages is row headers, page headers and room left over.");
        return report;
    }

    private static void AddPages(RunReport report, RawSqlite file, string path, long transactions)
    {
        var pageLength = file.Number("PRAGMA page_size");
        var rest = file.Number("PRAGMA page_count");
        foreach (var (name, pages, unused) in BTreePages.Read(file, path).OrderByDescending(static tree => tree.Pages))
        {
            report.Fact($"pages of {name}", pages * pageLength / (double)transactions, "bytes a transaction");
            report.Fact($"pages of {name}: unused in them", unused / (double)transactions, "bytes a transaction");
            rest -= pages;
        }

        report.Fact("pages of the schema, of long values, and free", rest * pageLength / (double)transactions, "bytes a transaction");
    }

    private static void AddColumns(RunReport report, RawSqlite file, LogTable table, long transactions)
    {
        foreach (var column in table.Columns)
        {
            var quoted = LogTable.Quote(column);

            // Integers take 0 to 8 bytes (https://sqlite.org/fileformat2.html, record format).
            var sql = $"""
                SELECT sum(CASE typeof({quoted})
                    WHEN 'integer' THEN CASE
                        WHEN {quoted} IN (0, 1) THEN 0
                        WHEN {quoted} BETWEEN -128 AND 127 THEN 1
                        WHEN {quoted} BETWEEN -32768 AND 32767 THEN 2
                        WHEN {quoted} BETWEEN -8388608 AND 8388607 THEN 3
                        WHEN {quoted} BETWEEN -2147483648 AND 2147483647 THEN 4
                        WHEN {quoted} BETWEEN -140737488355328 AND 140737488355327 THEN 6
                        ELSE 8 END
                    WHEN 'real' THEN 8
                    WHEN 'null' THEN 0
                    ELSE length(CAST({quoted} AS BLOB)) END) FROM {LogTable.Quote(table.Name)}
                """;
            report.Fact($"values of {table.Name}.{column}", file.Number(sql) / (double)transactions, "bytes a transaction");
        }
    }
}
