using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Tests.Verification;
using Ledger.Testing;

namespace Ledger.EventLog.Tests.Sqlite;

/// <summary>A process that appends is killed with -9 again and again, on one file.</summary>
public sealed class CrashTests : IDisposable
{
    private const int Kills = 5;
    private const int BatchesMax = 60;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact, Rule("E32"), Rule("I38")]
    public async Task Every_acknowledged_event_is_there_after_a_kill_and_no_unit_is_there_in_part()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var acknowledged = new HashSet<Guid>();
        long last = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            last = Math.Max(last, await AppendAndKillAsync(random.Next(), random.Next(1, BatchesMax), acknowledged));
            await CheckAsync(acknowledged, last, $"Seed {seed}, kill {kill}.");
        }

        Assert.NotEmpty(acknowledged);
    }

    /// <returns>The last position that was acknowledged.</returns>
    private async Task<long> AppendAndKillAsync(int seed, int batches, HashSet<Guid> acknowledged)
    {
        using var bound = new CancellationTokenSource(Bound);
        using var writer = Start(seed);
        long last = 0;
        for (var batch = 0; batch < batches; batch++) last = Acknowledge(await writer.StandardOutput.ReadLineAsync(bound.Token), writer, acknowledged);

        writer.Kill();
        await writer.WaitForExitAsync(bound.Token);

        // What it had said before it died counts too; a line without its end was not said.
        var rest = await writer.StandardOutput.ReadToEndAsync(bound.Token);
        foreach (var line in rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)) last = Acknowledge(line, writer, acknowledged);
        return last;
    }

    private static long Acknowledge(string? line, Process writer, HashSet<Guid> acknowledged)
    {
        if (line is null) throw new InvalidOperationException($"The writer ended by itself: {writer.StandardError.ReadToEnd()}");
        var words = line.Split(' ');
        acknowledged.UnionWith(words[1..].Select(word => Guid.ParseExact(word, "N")));
        return long.Parse(words[0], CultureInfo.InvariantCulture);
    }

    private async Task CheckAsync(HashSet<Guid> acknowledged, long last, string run)
    {
        await using var log = SqliteEventLog.Open(_folder.Log, SqliteEventLogOptions.Default);
        Assert.True(last <= log.LastPosition, $"{run} {last} was acknowledged, {log.LastPosition} is there.");

        var report = await SampleLog.VerifyAsync(log);
        Assert.True(report.IsSound, $"{run} {report.FirstBad?.Why}");

        var events = (await log.ReadAllAsync(0, int.MaxValue, default)).CountBy(recorded => recorded.CommandId).ToDictionary();
        Assert.True(acknowledged.IsSubsetOf(events.Keys), run);
        foreach (var (id, count) in events)
        {
            var record = await log.FindCommandAsync(id, default);
            Assert.True(record is not null && Encoding.UTF8.GetString(record.Reply.Span) == count.ToString(CultureInfo.InvariantCulture), $"{run} Command {id:N} has {count} events.");
        }
    }

    private Process Start(int seed)
    {
        // artifacts/bin/Ledger.EventLog.Tests/debug/ → artifacts/bin/Ledger.EventLog.CrashWriter/debug/
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = Path.Combine(here.Parent!.Parent!.FullName, "Ledger.EventLog.CrashWriter", here.Name, "Ledger.EventLog.CrashWriter.dll");
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Process.Start(new ProcessStartInfo(dotnet, ["exec", program, _folder.Log, seed.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}
