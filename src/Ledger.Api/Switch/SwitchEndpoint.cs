using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using NodaTime;

namespace Ledger.Api.Switch;

/// <summary>Many commands in one request, for a payments switch (specs/decisions/0017).</summary>
internal static class SwitchEndpoint
{
    private const int FlushLength = 16 * 1024;

    public static void MapSwitch(this IEndpointRouteBuilder v1) =>
        v1.MapPost("/switch/commands", RunAsync).WithTags("Switch").RequireAuthorization(Policies.Switch)
            .WithMetadata(new CommandsHaveIds(), new RequestSizeLimitAttribute(ApiLimits.SwitchBodyLengthMax))
            .Describe<SwitchOutcome>(
                "Record many commands",
                "application/x-ndjson both ways: a SwitchCommand per line in, a SwitchOutcome per line out, in the same order, as they become known. "
                + "Each command has an id of its own and an outcome of its own; those of one terminal run in order. A line that is missing at the end has no known outcome: "
                + "repeat it with the same id. At most 10000 commands, 8 MiB, 4 KiB a command. 503 with Retry-After: nothing of the request was taken in.")
            .AddOpenApiOperationTransformer(SwitchDocument.DescribeAsync);

    private static async Task<IResult> RunAsync(
        HttpContext http, SwitchRequests requests, ILedgerEngine engine, IClock clock, ILoggerFactory loggers, IOptions<LedgerApiOptions> options, CancellationToken cancellation)
    {
        if (!IsNdjson(http.Request)) return new ProblemResult(ProblemCodes.Request.MediaTypeNotSupported) { Detail = $"Send {SwitchCommand.MediaType}." };
        if (!requests.TryBegin(options.Value.SwitchRequestsMax)) return Busy(ProblemCodes.Server.Busy);

        try
        {
            using var intake = new SwitchIntake(engine);
            var edge = new SwitchEdge(loggers.CreateLogger(typeof(SwitchEdge)), http.TraceIdentifier);
            using var run = new SwitchRun(new SwitchParser(new SwitchPlanner(http.Staff().Principal)), new SwitchKnowledge(intake, clock), intake, edge);
            return await RunToEndAsync(http, run, intake, cancellation);
        }
        finally
        {
            requests.End();
        }
    }

    private static async Task<IResult> RunToEndAsync(HttpContext http, SwitchRun run, SwitchIntake intake, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = run.ReadAsync(http.Request.BodyReader, stop.Token);
        try
        {
            return await AnswerAsync(http, run.Outcomes, intake, cancellation);
        }
        finally
        {
            // However it ended, nothing of the request is left running: it counts until then.
            intake.Shut();
            await stop.CancelAsync();
            await reading;
            while (run.Outcomes.TryRead(out var rest)) await rest;
        }
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, System.Threading.Channels.ChannelReader<Task<SwitchOutcome>> outcomes, SwitchIntake intake, CancellationToken cancellation)
    {
        if (!await outcomes.WaitToReadAsync(cancellation)) return new ProblemResult(ProblemCodes.Request.Malformed) { Detail = "The body has no command." };

        outcomes.TryRead(out var task);
        var outcome = await task!;
        if (outcome.Result is SwitchResult.Unavailable && intake.IsShut && intake.TookNothingIn) return Busy(outcome.Code!);

        http.Response.ContentType = SwitchCommand.MediaType;
        var writer = http.Response.BodyWriter;
        using var json = new Utf8JsonWriter(writer, new JsonWriterOptions { Encoder = LedgerJson.Server.Encoder, SkipValidation = true });
        Write(writer, json, outcome);
        while (await NextAsync(outcomes, writer, cancellation) is { } next)
        {
            if (!next.IsCompleted || writer.UnflushedBytes >= FlushLength) await writer.FlushAsync(cancellation);
            Write(writer, json, await next);
        }

        await writer.FlushAsync(cancellation);
        return TypedResults.Empty;
    }

    /// <returns>Null at the end of the request, also where that is not the end it should have had: the lines that are missing say so.</returns>
    private static async ValueTask<Task<SwitchOutcome>?> NextAsync(System.Threading.Channels.ChannelReader<Task<SwitchOutcome>> outcomes, PipeWriter writer, CancellationToken cancellation)
    {
        if (outcomes.TryRead(out var ready)) return ready;

        await writer.FlushAsync(cancellation);
        try
        {
            return await outcomes.WaitToReadAsync(cancellation) && outcomes.TryRead(out var next) ? next : null;
        }
        catch (Exception exception) when (exception is IOException or BadHttpRequestException)
        {
            return null;
        }
    }

    private static void Write(IBufferWriter<byte> writer, Utf8JsonWriter json, SwitchOutcome outcome)
    {
        JsonSerializer.Serialize(json, outcome, LedgerJson.Server);
        json.Reset();
        writer.Write("\n"u8);
    }

    private static ProblemResult Busy(string code) => new(code) { RetryAfterSeconds = MailboxFullException.RetryAfterSeconds };

    private static bool IsNdjson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(SwitchCommand.MediaType, StringComparison.OrdinalIgnoreCase);
}
