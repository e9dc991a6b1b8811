using System.CommandLine;
using Ledger.EventLog;
using Ledger.EventLog.Verification;
using Ledger.Host.Audit;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger replay`: one stream again, event by event, as of an instant or a version; also beside a running server.</summary>
internal static class ReplayCommand
{
    public static Command Build()
    {
        var (data, log, connection) = (CommonOptions.Data(), CommonOptions.Log(), CommonOptions.Connection());
        var json = CommonOptions.Json();
        var stream = new Argument<string>("stream") { Description = "Its name: transaction-…, terminal-…, merchant-…, remittance-…, card-…" };
        var at = new Option<string?>("--at") { Description = "Stop before the first event recorded after this instant, in UTC.", HelpName = "instant" };
        var version = new Option<long?>("--version") { Description = "Stop after this version of the stream.", HelpName = "n" };
        var command = new Command("replay", "Show one stream's events and the state after each, its chain verified.") { stream, data, log, connection, at, version, json };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(
                CommonOptions.ExistingLog(result.GetValue(log), result.GetValue(data), result.GetValue(connection)),
                NameOf(result.GetRequiredValue(stream)),
                new ReplayLimit(VersionOf(result.GetValue(version)), CommonOptions.Instant(result.GetValue(at))),
                result.GetValue(json),
                token),
            cancellation));
        return command;
    }

    private static StreamName NameOf(string text) =>
        StreamName.TryParse(text, out var name) ? name : throw new UsageException($"« {text} » is no stream's name. One looks like transaction-0192… or merchant-boulangerie-demo.");

    private static long? VersionOf(long? version) => version is < 1 ? throw new UsageException("A version is 1 or more.") : version;

    private static async Task<int> RunAsync(LogPlace place, StreamName stream, ReplayLimit limit, bool json, CancellationToken cancellation)
    {
        await using var log = await place.OpenForReadingAsync(cancellation);
        var replay = await Replay.ReadAsync(log, stream, limit, cancellation);
        if (replay.Rows.Count == 0)
        {
            throw new UsageException(limit == ReplayLimit.None ? $"There is no stream {stream} in {place}." : $"{stream} has no event up to there, or there is no such stream in {place}.");
        }

        if (json) JsonOut.Write(replay.ToJson());
        else replay.Print(Terminal.Out);
        return ExitCode.Ok;
    }
}
