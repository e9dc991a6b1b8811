using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Faults;
using Ledger.EventLog.Sqlite;
using Ledger.Testing;

namespace Ledger.Crashes;

/// <summary>The process that dies: an engine over a log, many callers at once, every reply told to the parent. It kills itself at a point's n-th pass.</summary>
internal sealed partial class Victim
{
    /// <summary>Small, so that checkpoints come every few commits.</summary>
    private const int CheckpointPages = 100;

    /// <summary>Small, so that the commit files take turns.</summary>
    private const int CommitFileLength = 256 * 1024;

    /// <summary>Commands of one caller before it gives up waiting for its death; a parent that is gone leaves no process behind.</summary>
    private const int StepsMax = 3000;

    /// <summary>One command in so many is sent twice by its caller.</summary>
    private const int RepeatEvery = 7;

    private readonly FaultDisk _disk;
    private readonly KillPoint _point;
    private readonly int _pass;
    private readonly Lock _saying = new();
    private readonly Stream _out = Console.OpenStandardOutput();
    private int _passes;

    private Victim(KillPoint point, int pass)
    {
        (_point, _pass) = (point, pass);
        _disk = new FaultDisk { IsTransparent = true };
        _disk.Strike = operation =>
        {
            if (KillPoints.Of(operation) is { } reached) Reach(reached);
            return null;
        };
    }

    /// <param name="arguments">File, seed, life, callers, kill point, pass.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var numbers = arguments[1..].Select(static text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        await new Victim((KillPoint)numbers[3], numbers[4]).WorkAsync(arguments[0], numbers[0], numbers[1], numbers[2]).ConfigureAwait(false);
        await Console.Error.WriteLineAsync("Nobody killed this process.").ConfigureAwait(false);
        return 1;
    }

    private async Task WorkAsync(string file, int seed, int life, int callers)
    {
        await using var log = SqliteEventLog.Open(file, _disk.On(new SqliteEventLogOptions { CheckpointPages = CheckpointPages, CommitFileLength = CommitFileLength }) with { OnCommitPoint = Reach });
        await using var engine = new LedgerEngine(log, EventCodec.Default, new ManualClock(Sales.Today), new EngineOptions { OnCommitPoint = Reach });
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => SellAsync(engine, seed, life, caller)))).ConfigureAwait(false);
    }

    private async Task SellAsync(LedgerEngine engine, int seed, int life, int caller)
    {
        var number = 0;
        foreach (var step in new Sales(seed, life, caller).Steps().Take(StepsMax))
        {
            var reply = await engine.ExecuteAsync(step.Command, CancellationToken.None).ConfigureAwait(false);
            var said = new Acknowledgement(caller, number++, Acknowledgement.DigestOf(reply));
            Say(said);
            if (number % RepeatEvery != 0) continue;

            var repeated = await engine.ExecuteAsync(step.Command, CancellationToken.None).ConfigureAwait(false);
            Say(said with { Digest = Acknowledgement.DigestOf(repeated) });
        }
    }

    private void Say(Acknowledgement said)
    {
        var line = Encoding.UTF8.GetBytes($"{said}\n");
        lock (_saying) _out.Write(line);
    }

    private void Reach(CommitPoint point) => Reach((KillPoint)point);

    private void Reach(KillPoint point)
    {
        if (point != _point || Interlocked.Increment(ref _passes) != _pass) return;
        _ = Kill(Environment.ProcessId, 9);
    }

    /// <summary>Of oneself, SIGKILL is delivered before the call returns.</summary>
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
