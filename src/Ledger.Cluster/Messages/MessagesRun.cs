using System.CommandLine;
using Ledger.Cluster.Wolverine;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.Hosting.CommandLine;
using Ledger.Postgres;
using NodaTime;

namespace Ledger.Cluster.Messages;

/// <summary>« messages run »: the process that sends, receives and answers.</summary>
internal static class MessagesRun
{
    /// <returns>The process's exit code: 0 when it was asked to stop.</returns>
    public static async Task<int> RunAsync(ParseResult result, MessagingOptions options, CancellationToken cancellation)
    {
        await using var database = await PostgresDatabase.OpenAsync(options.Database, cancellation);
        await using var log = await PostgresEventLog.OpenAsync(database, cancellation);
        await using var engine = new LedgerEngine(log, EventCodec.Default, SystemClock.Instance, new EngineOptions { RunsOnCallers = false });
        using var lines = new ErrorLines(Console.Error);
        await using var messages = await MessagingService.StartAsync(options, database, log, engine, SystemClock.Instance, lines, cancellation);
        await Console.Out.WriteLineAsync("ready");
        await messages.RunAsync(cancellation);
        return ExitCode.Ok;
    }
}
