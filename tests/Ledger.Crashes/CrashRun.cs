using System.Collections.Immutable;
using System.Globalization;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using Ledger.Testing;

namespace Ledger.Crashes;

/// <param name="Kills">By point.</param>
/// <param name="Acknowledged">Commands whose callers were told before a kill.</param>
/// <param name="Survived">Commands under way at a kill that had taken effect by then.</param>
internal sealed record CrashReport(ImmutableSortedDictionary<KillPoint, int> Kills, int Acknowledged, int Survived, long Events)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Kills.Values.Sum()} kills ({string.Join(", ", Kills.Select(static kill => $"{kill.Key} {kill.Value}"))}); {Acknowledged} commands acknowledged, all there, once; {Survived} under way had taken effect; {Events} events.");
}

/// <summary>Kills a process under load again and again over one log, and checks after each kill what it had promised.</summary>
internal sealed class CrashRun(string folder, int seed)
{
    private const int Callers = 16;

    /// <summary>Commands of earlier lives that are repeated after each kill.</summary>
    private const int EarlierMax = 50;

    /// <summary>One in so many kills at any instant comes while the process starts.</summary>
    private const int AtStartEvery = 4;

    private const int LinesMax = 400;

    private readonly string _file = Path.Combine(folder, "ledger.db");
    private readonly Random _random = new(seed);
    private readonly Books _books = new(seed, Callers);

    /// <exception cref="CrashFoundException">A guarantee did not hold; the message has the seed.</exception>
    public async Task<CrashReport> RunAsync(int kills, IProgress<string>? progress)
    {
        var killing = new Killing(_file, seed, Callers);
        var lives = Enumerable.Range(0, kills).Select(NextLife).ToImmutableArray();
        foreach (var life in lives)
        {
            try
            {
                var said = await killing.RunAsync(life, _random).ConfigureAwait(false);
                await CheckAsync(_books.Hear(life.Number, said)).ConfigureAwait(false);
                progress?.Report(string.Create(CultureInfo.InvariantCulture, $"{life}: {said.Length} lines heard, {_books.Events} events"));
            }
            catch (Exception exception)
            {
                throw new CrashFoundException($"Seed {seed}, {life}, {_file}: {(exception is CrashFoundException ? exception.Message : exception)}");
            }
        }

        await CheckAsync([]).ConfigureAwait(false);
        return new CrashReport(lives.CountBy(static life => life.Point).ToImmutableSortedDictionary(), _books.Acknowledged, _books.Survived, _books.Events);
    }

    /// <summary>Every named point first; then those and any instant, half and half.</summary>
    private Life NextLife(int number)
    {
        var named = KillPoints.Named;
        var point = number < named.Length ? named[number] : _random.Next(2) == 0 ? KillPoint.AnyInstant : named[_random.Next(named.Length)];
        if (point != KillPoint.AnyInstant) return new Life(number, point, _random.Next(1, KillPoints.PassMax(point) + 1));
        return new Life(number, point, _random.Next(AtStartEvery) == 0 ? 0 : _random.Next(1, LinesMax + 1));
    }

    /// <summary>Opens the log as the next process would, looks, and repeats what the last life sent as its callers would.</summary>
    private async Task CheckAsync(ImmutableArray<ImmutableArray<Sent>> life)
    {
        await using var log = SqliteEventLog.Open(_file, SqliteEventLogOptions.Default);
        await _books.CheckAsync(log).ConfigureAwait(false);
        await using (var engine = new LedgerEngine(log, EventCodec.Default, new ManualClock(Sales.Today), new EngineOptions()))
        {
            await Task.WhenAll(life.Select(sent => RepeatAsync(engine, sent))).ConfigureAwait(false);
        }

        // Another engine: nothing of the repeats is in its memory.
        await using (var engine = new LedgerEngine(log, EventCodec.Default, new ManualClock(Sales.Today), new EngineOptions()))
        {
            await RepeatAsync(engine, _books.Earlier(EarlierMax, _random)).ConfigureAwait(false);
        }

        await _books.CheckBalanceAsync(log).ConfigureAwait(false);
    }

    private async Task RepeatAsync(LedgerEngine engine, ImmutableArray<Sent> sent)
    {
        foreach (var one in sent) _books.Hear(one, await engine.ExecuteAsync(one.Step.Command, CancellationToken.None).ConfigureAwait(false));
    }
}
