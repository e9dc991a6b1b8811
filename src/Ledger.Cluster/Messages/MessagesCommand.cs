using System.CommandLine;
using System.Text.Json;
using Ledger.Cluster.Wolverine;
using Ledger.Cluster.Wolverine.Operating;
using Ledger.Hosting.CommandLine;
using Ledger.Postgres;

namespace Ledger.Cluster.Messages;

/// <summary>« messages »: tells other services what happened and takes their commands, and what an operator sees and does about it.</summary>
internal static class MessagesCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static readonly Option<string> Connection = new("--connection")
    {
        Description = "The ledger's PostgreSQL database, as Npgsql's connection string. Default: LEDGER_CONNECTION.",
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable("LEDGER_CONNECTION") ?? "",
    };

    private static readonly Option<Uri?> RabbitMq = new("--rabbitmq")
    {
        Description = "A RabbitMQ broker, « amqp://user:password@host:5672 ». Default: LEDGER_RABBITMQ, else queues in the database.",
        DefaultValueFactory = static _ => Environment.GetEnvironmentVariable("LEDGER_RABBITMQ") is { Length: > 0 } broker ? new Uri(broker, UriKind.RelativeOrAbsolute) : null,
    };

    private static readonly Option<bool> IsJson = new("--json") { Description = "One JSON document; its members are only ever added to." };

    public static Command Create()
    {
        Connection.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string>() is null or "") result.AddError("Name the database: --connection « Host=…;Username=…;Database=… », or LEDGER_CONNECTION.");
        });
        RabbitMq.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<Uri?>() is { } broker && broker is not { IsAbsoluteUri: true, Scheme: "amqp" or "amqps" }) result.AddError("--rabbitmq is « amqp://… » or « amqps://… ».");
        });
        return new Command("messages", "Integration events to other services, and commands from them, over RabbitMQ or queues in the database.")
        {
            Of("run", "Sends, receives and answers until it is stopped; run as many as you like. Make the tables with « messages migrate » first.", MessagesRun.RunAsync, RabbitMq),
            Of("migrate", "Makes the tables in the ledger's database, or brings them up to date.", static (_, options, cancellation) => MigrateAsync(options, cancellation)),
            Of("status", "What is told, and what waits where.", StatusAsync, IsJson),
            Of("dead", "Commands that could not be done: id, type, when, why.", DeadAsync, IsJson),
            Replay(),
            Discard(),
            Resend(),
        };
    }

    private static Command Replay()
    {
        var id = new Argument<Guid?>("id") { Description = "As « messages dead » lists it.", Arity = ArgumentArity.ZeroOrOne };
        var all = new Option<bool>("--all") { Description = "All of them." };
        var command = Of("replay", "Has a dead command tried again.", (result, options, cancellation) => ChangeAsync(
            options, (messages, token) => messages.ReplayAsync(result.GetValue(id), token), "is tried again by a running process", cancellation), all);
        command.Arguments.Add(id);
        command.Validators.Add(result =>
        {
            if (result.GetValue(id) is null != result.GetValue(all)) result.AddError("Name one id, or --all.");
        });
        return command;
    }

    private static Command Discard()
    {
        var id = new Argument<Guid>("id") { Description = "As « messages dead » lists it." };
        var command = Of("discard", "Forgets a dead command for ever.", (result, options, cancellation) => ChangeAsync(
            options, (messages, token) => messages.DiscardAsync(result.GetValue(id), token), "is discarded", cancellation));
        command.Arguments.Add(id);
        return command;
    }

    private static Command Resend()
    {
        var from = new Option<long>("--from") { Description = "Log position of the first event.", Required = true };
        var to = new Option<long?>("--to") { Description = "Of the last one. Default: the last that was told." };
        return Of("resend", "Tells a stretch of the log again, with the same message ids, for a consumer that lost its data.", async (result, options, cancellation) =>
        {
            await using var messages = await MessagingOperator.OpenAsync(options, cancellation);
            try
            {
                var last = await messages.ResendAsync(result.GetValue(from), result.GetValue(to), $"resend-{Guid.CreateVersion7():N}", cancellation);
                await Console.Out.WriteLineAsync($"A running process tells positions {result.GetValue(from)} to {last} again; « messages status » shows how far it is.");
                return ExitCode.Ok;
            }
            catch (ArgumentOutOfRangeException)
            {
                await Console.Error.WriteLineAsync("Only what was told can be told again: from position 1 to what « messages status » says is told, --from not above --to.");
                return ExitCode.Usage;
            }
        }, from, to);
    }

    private static Command Of(string name, string description, Func<ParseResult, MessagingOptions, CancellationToken, Task<int>> run, params Option[] options)
    {
        var command = new Command(name, description) { Connection };
        foreach (var option in options) command.Options.Add(option);
        var hasBroker = options.Contains(RabbitMq);
        command.SetAction((result, cancellation) => ClusterEdge.RunAsync(() => run(
            result, new MessagingOptions(new PostgresOptions(result.GetValue(Connection)!)) { RabbitMq = hasBroker ? result.GetValue(RabbitMq) : null }, cancellation)));
        return command;
    }

    private static async Task<int> MigrateAsync(MessagingOptions options, CancellationToken cancellation)
    {
        var before = await MessagingSchema.MigrateAsync(options, cancellation);
        await Console.Out.WriteLineAsync(before == 0 ? $"The place for messages is made, version {MessagingSchema.Version}." : $"Version {before} before, {MessagingSchema.Version} now.");
        return ExitCode.Ok;
    }

    private static Task<int> StatusAsync(ParseResult result, MessagingOptions options, CancellationToken cancellation) => ShowAsync(
        result, options, static (messages, token) => messages.ReadStatusAsync(token), static status => [
            $"Told: {status.Told} of {status.LogEnd}",
            $"Outbox: {status.Outbox} wait for their broker or queue",
            $"Queues in the database: {status.EventsQueue} events, {status.AnswersQueue} answers and {status.CommandsQueue} commands wait to be taken",
            $"Inbox: {status.Inbox} commands are under way",
            $"Dead: {status.Dead}",
            .. status.Resends.Select(static resend => $"Told again: {resend.Told} of {resend.Last} ({resend.Name})"),
        ], cancellation);

    private static Task<int> DeadAsync(ParseResult result, MessagingOptions options, CancellationToken cancellation) => ShowAsync(
        result, options, static (messages, token) => messages.ReadDeadAsync(token), static dead => dead.Count == 0
            ? ["None."]
            : dead.Select(static letter => $"{letter.Id}  {letter.SentAt:yyyy-MM-dd'T'HH:mm:ss'Z'}  {letter.Type}  {letter.Reason}{(letter.IsReplayed ? " (about to be tried again)" : "")}"), cancellation);

    private static async Task<int> ShowAsync<T>(
        ParseResult result, MessagingOptions options, Func<MessagingOperator, CancellationToken, Task<T>> read, Func<T, IEnumerable<string>> lines, CancellationToken cancellation)
    {
        await using var messages = await MessagingOperator.OpenAsync(options, cancellation);
        var found = await read(messages, cancellation);
        await Console.Out.WriteLineAsync(result.GetValue(IsJson) ? JsonSerializer.Serialize(found, Json) : string.Join(Environment.NewLine, lines(found)));
        return ExitCode.Ok;
    }

    private static async Task<int> ChangeAsync(MessagingOptions options, Func<MessagingOperator, CancellationToken, Task<int>> change, string done, CancellationToken cancellation)
    {
        await using var messages = await MessagingOperator.OpenAsync(options, cancellation);
        var count = await change(messages, cancellation);
        if (count > 0)
        {
            await Console.Out.WriteLineAsync($"{count} {done}.");
            return ExitCode.Ok;
        }

        await Console.Error.WriteLineAsync("There is no such dead command; « messages dead » lists them.");
        return ExitCode.Usage;
    }
}
