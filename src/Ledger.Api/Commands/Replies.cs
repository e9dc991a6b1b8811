using System.Globalization;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Engine;
using Ledger.EventLog;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Commands;

/// <summary>From the engine's reply to HTTP.</summary>
internal static class Replies
{
    /// <summary>Says which position an answer reflects, or a command reached.</summary>
    public const string PositionHeader = "Ledger-Position";

    public static void SetPosition(HttpContext http, long position) =>
        http.Response.Headers[PositionHeader] = position.ToString(CultureInfo.InvariantCulture);

    /// <summary>Sets what every command's answer has.</summary>
    public static void SetHeaders(HttpContext http, ApiCommand command, CommandReply reply)
    {
        if (command.WasSeen || reply.Replayed) http.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        SetPosition(http, reply.Position);
    }

    /// <summary>Null when it was accepted.</summary>
    public static ProblemResult? ProblemOf(CommandReply reply) => reply.Rejection is { } rejection ? ProblemOf(rejection) : null;

    public static ProblemResult ProblemOf(CommandRejection rejection) => new(ProblemTable.CodeOf(rejection.Category, rejection.Name));

    /// <summary>The plain answer of a command on one stream.</summary>
    public static IResult Done(HttpContext http, ApiCommand command, CommandReply reply, StreamName stream)
    {
        SetHeaders(http, command, reply);
        if (ProblemOf(reply) is { } problem) return problem;

        var version = VersionOf(reply, stream);
        return Json(new DoneReply(stream.ToString(), version, reply.Position, reply.Outcome is CommandOutcome.AlreadyDone));
    }

    /// <summary>A stream's version right after the command.</summary>
    public static long VersionOf(CommandReply reply, StreamName stream)
    {
        foreach (var after in reply.Versions)
        {
            if (after.Stream == stream) return after.Version;
        }

        throw new InvalidOperationException($"The reply says nothing of {stream}.");
    }

    public static IResult Json<T>(T value, int status = StatusCodes.Status200OK) => TypedResults.Json(value, LedgerJson.Server, statusCode: status);
}
