using System.Globalization;
using BenchmarkDotNet.Attributes;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using Microsoft.Data.Sqlite;

namespace Ledger.Benchmarks;

/// <summary>
/// One durable commit of N events, each the first of its own stream with its own command record: our log beside prepared inserts of the same
/// bytes into the same tables, both with WAL and synchronous=FULL, on files in the temporary folder.
/// </summary>
[MemoryDiagnoser]
public class AppendBenchmarks
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ledger-bench-").FullName;
    private SqliteEventLog _log = null!;
    private PreparedInserts _floor = null!;
    private long _number;

    [Params(1, 16, 256, 1000)]
    public int Batch { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        _log = SqliteEventLog.Open(Path.Combine(_folder, $"log-{Batch.ToString(CultureInfo.InvariantCulture)}.db"), SqliteEventLogOptions.Default);
        var floorPath = Path.Combine(_folder, $"floor-{Batch.ToString(CultureInfo.InvariantCulture)}.db");
        SqliteEventLog.Open(floorPath, SqliteEventLogOptions.Default).DisposeAsync().AsTask().GetAwaiter().GetResult();
        _floor = new PreparedInserts(floorPath);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _log.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _floor.Dispose();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public void Floor() => _floor.Commit(NextUnits());

    [Benchmark]
    public async Task<long> Append()
    {
        await _log.AppendAsync(NextUnits(), CancellationToken.None);
        return _log.LastPosition;
    }

    private AppendUnit[] NextUnits()
    {
        var units = new AppendUnit[Batch];
        for (var index = 0; index < units.Length; index++) units[index] = UnitOf(++_number);
        return units;
    }

    private static AppendUnit UnitOf(long number)
    {
        var id = Payment.IdOf(number);
        var stream = new StreamName("transaction", id.ToString());
        var write = EventEncoder.Write(EventCodec.Default, stream, 0, ChainHash.Genesis, Payment.Start, id.Value, Payment.Events[0]);
        return new AppendUnit(new CommandRecord(id.Value, new byte[32], new byte[40], Payment.Start), [write]);
    }
}
