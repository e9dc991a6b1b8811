using System.CommandLine;
using Ledger.Contracts.V1;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Http;
using Ledger.LoadTests.Load;
using Ledger.LoadTests.Reporting;
using Ledger.LoadTests.Traffic;
using NodaTime;

namespace Ledger.LoadTests.Measurements;

/// <summary>What a payments switch gets through bulk requests, beside the same commands given to the embedded engine.</summary>
internal static class Bulk
{
    private const long CommandsFull = 200_000;

    /// <summary>As many requests as the server takes at once by default.</summary>
    private const int CallersMax = 16;

    private const int CallersDefault = 4;

    /// <summary>Half of what the server takes in one request: so many always fit into what the client sends at once.</summary>
    private const int CommandsMax = 5_000;

    private const int CommandsDefault = 1_000;

    private static readonly Option<int> Callers = Between(
        new Option<int>("--callers") { Description = $"Requests under way at once; 1 to {CallersMax}.", DefaultValueFactory = static _ => CallersDefault }, CallersMax);

    private static readonly Option<int> Commands = Between(
        new Option<int>("--commands") { Description = $"Commands of a request, each of a terminal of its own; 1 to {CommandsMax}.", DefaultValueFactory = static _ => CommandsDefault }, CommandsMax);

    public static Command Command() => LoadCommands.Measurement(
        "bulk", "A payments switch: requests of many commands to POST /v1/switch/commands, beside the same commands given to the embedded engine.", [Callers, Commands], RunAsync);

    private static async Task<RunReport> RunAsync(RunContext run, ParseResult arguments, CancellationToken cancellation)
    {
        var (callers, commands) = (arguments.GetValue(Callers), arguments.GetValue(Commands));
        var shape = new Shape(callers, commands, (int)Math.Max(1, run.Options.Size(CommandsFull) / (SwitchTraffic.StepsOfPayment * callers * commands)));
        var report = new RunReport("bulk", $"A payments switch: {callers} callers, {commands} commands a request, {shape.Total} commands a round") { WarmUp = "a round of each" };
        var data = Directory.CreateDirectory(run.In("data")).FullName;
        var traffic = await OpenAsync(run, Path.Combine(data, "ledger.db"), shape, cancellation);
        await using var server = await ServerProcess.StartLedgerAsync(run.Options.Host, data, cancellation);
        using var load = new SwitchLoad(server.Address, await server.AddStaffAsync("switch", cancellation), commands);
        var (sent, floors) = (new List<LoadResult>(), new List<LoadResult>());
        using var bar = run.Progress.Start("bulk commands", 2 * shape.Total * (run.Options.Rounds + 1), "commands");
        for (var round = 0; round <= run.Options.Rounds; round++)
        {
            var requests = shape.Make(traffic);
            var (already, refused) = (load.Sent, load.Refused);

            // In turn which is first, so that neither has the warmer machine.
            var first = round % 2 == 0 ? await EmbeddedAsync(run, shape, requests, bar.Advance, cancellation) : null;
            PreparedTraffic.Settle();
            var result = (await load.RunAsync(requests, bar.Advance, cancellation)).Checked();
            var (floor, events) = first ?? await EmbeddedAsync(run, shape, requests, bar.Advance, cancellation);
            if (round == 0) continue;

            sent.Add(result);
            floors.Add(floor);
            report.Add($"round {round}: requests of {commands} commands", result);
            report.Add($"round {round}: embedded engine, commands", floor);
            report.Fact($"round {round}: commands answered, all of them Accepted", result.Rate * commands, "commands/s");
            report.Fact($"round {round}: events that they gave", events, "events");
            report.Fact($"round {round}: refused with 503 and sent again", load.Refused - refused, "requests");
            report.Fact($"round {round}: sent again in all, also where the server had no room for some of the commands", load.Sent - already - result.Accepted, "requests");
        }

        Fill(report, shape, sent, floors);
        return report;
    }

    /// <summary>The same commands, with the same ids, in the same order for each terminal, on a log of its own that has the same terminals.</summary>
    private static async Task<EmbeddedRound> EmbeddedAsync(RunContext run, Shape shape, IReadOnlyList<IReadOnlyList<SwitchCommand[]>> requests, Action<long> advance, CancellationToken cancellation)
    {
        var path = run.In("embedded.db");
        var traffic = await OpenAsync(run, path, shape, cancellation);
        var now = SystemClock.Instance.GetCurrentInstant();
        LoadResult result;
        long events;
        await using (var engine = EmbeddedEngine.Open(path, run.Options.Engine))
        {
            // A caller's commands stay with one worker, so that those of a terminal keep their order.
            CommandSource[] sources =
            [
                .. requests.Chunk((requests.Count + run.Options.Workers - 1) / run.Options.Workers).Select(some =>
                {
                    SwitchCommand[] all = [.. some.SelectMany(static caller => caller).SelectMany(static request => request)];
                    return new CommandSource(all.Length, number => traffic.EngineCommandOf(all[number], now)).Prepare();
                }),
            ];
            PreparedTraffic.Settle();
            var before = engine.Log.LastPosition;
            result = (await ClosedLoop.RunAsync(engine.Engine, sources, Math.Min(run.Options.InFlight, shape.Terminals), advance, cancellation)).Checked();
            events = engine.Log.LastPosition - before;
        }

        LogFiles.Delete(path);
        return result.Accepted == shape.Total ? new EmbeddedRound(result, events) : throw new InvalidOperationException($"{shape.Total} commands were sent, {result.Accepted} were accepted.");
    }

    private static async Task<SwitchTraffic> OpenAsync(RunContext run, string path, Shape shape, CancellationToken cancellation)
    {
        await using var engine = EmbeddedEngine.Open(path, run.Options.Engine);
        return await SwitchTraffic.OpenAsync(engine.Engine, run.Traffic, shape.Terminals, cancellation);
    }

    private static void Fill(RunReport report, Shape shape, List<LoadResult> sent, List<LoadResult> floors)
    {
        report.Fact("commands answered over HTTP, median", Median.Of(sent.Select(one => one.Rate * shape.Commands)), "commands/s");
        report.Fact("requests answered, median", Median.Of(sent.Select(static one => one.Rate)), "requests/s");
        report.Fact("embedded engine, median", Median.Of(floors.Select(static one => one.Rate)), "commands/s");
        report.Fact("of the embedded engine, median of the rounds' ratios", Median.Of(sent.Zip(floors, (one, floor) => one.Rate * shape.Commands / floor.Rate)), "×");
        report.Add(new Plot(
            "bulk-throughput.svg", "Bulk requests: answered over time", "seconds", "requests a second", IsLogarithmic: false,
            [.. sent.Select(static (one, round) => new Line($"round {round + 1}", [.. one.Tally.Throughput.Rates()]))]));
        report.Note($"Each payment is {SwitchTraffic.StepsOfPayment} commands (request, question, approval, completion); the first takes its terminal, the last frees it, an event more each. A request holds the same step of as many payments as it has commands, each on a terminal of its own.");
        report.Note($"Callers send one request after another over the typed client, {shape.Callers} at once; latency counts from the call to the last outcome, repeats included. The terminals were opened in the server's folder before it started.");
        report.Note($"The embedded engine has at most as many commands under way as there are terminals ({shape.Terminals}); no JSON, no HTTP, no contract, terminal or card read for a command, no read models and no processes. Client and server share the cores.");
    }

    private static Option<int> Between(Option<int> option, int most)
    {
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1 || result.GetValueOrDefault<int>() > most) result.AddError($"{option.Name} is 1 to {most}.");
        });
        return option;
    }

    /// <param name="Events">That the commands gave.</param>
    private sealed record EmbeddedRound(LoadResult Result, long Events);

    /// <param name="Commands">Of a request; as many terminals does a caller have.</param>
    /// <param name="Payments">On each terminal, in a round.</param>
    private sealed record Shape(int Callers, int Commands, int Payments)
    {
        public int Terminals => Callers * Commands;

        public long Total => (long)Terminals * Payments * SwitchTraffic.StepsOfPayment;

        public IReadOnlyList<IReadOnlyList<SwitchCommand[]>> Make(SwitchTraffic traffic) =>
            [.. Enumerable.Range(0, Callers).Select(caller => traffic.Make(caller * Commands, Commands, Payments))];
    }
}
