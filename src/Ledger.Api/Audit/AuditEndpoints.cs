using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Api.Problems;
using Ledger.Api.Reading;
using Ledger.Contracts.V1;
using Ledger.EventLog;
using Ledger.Projections;
using Ledger.Projections.Journal;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Ledger.Api.Audit;

/// <summary>The auditor's desk: reads and replays everything, changes nothing.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder v1)
    {
        var audit = v1.MapGroup("/audit").WithTags("Audit").RequireAuthorization(Policies.Auditor);
        audit.MapGet("/streams/{stream}", StreamAsync).Describe<AuditStream>("Replay a stream", "To a version or an instant, with the chain verified from its first event; events page by page.");
        audit.MapGet("/trial-balance", TrialBalanceAsync).Describe<TrialBalanceReply>("Trial balance", "Debits and credits differ by zero.");
        audit.MapGet("/verification", VerifyAsync).Describe<VerifyReply>("Verify chains", "A stretch of the log at a time; go on with the cursor.");
    }

    private static async Task<IResult> StreamAsync(
        string stream, string? version, string? at, string? cursor, HttpContext http, Replayer replayer, CancellationToken cancellation)
    {
        var notFound = new ProblemResult(ProblemCodes.Audit.StreamNotFound);
        if (!StreamName.TryParse(stream, out var name) || !Replayer.Knows(name)) return notFound;

        var input = new InputCheck();
        var until = new ReplayBound(input.Position("version", version) ?? long.MaxValue, input.At("at", at));
        var after = input.Position("cursor", cursor) ?? 0;
        if (input.Problem is { } invalid) return invalid;

        var replayed = await replayer.ReplayAsync(name, until, after, cancellation);
        return replayed is null ? notFound : Replies.Json(replayed);
    }

    private static async Task<IResult> TrialBalanceAsync(string? cursor, string? atLeastPosition, HttpContext http, IReadModels models, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var position = input.Position("atLeastPosition", atLeastPosition);
        var accounts = new AccountsQuery(Cursor: input.Cursor("cursor", cursor), Limit: ApiLimits.AccountsPageMax, AtLeastPosition: position);
        if (input.Problem is { } invalid) return invalid;

        var sheet = await models.Journal.TrialBalanceAsync(position, cancellation);
        var page = await models.Journal.AccountsAsync(accounts, cancellation);
        return ReadAnswers.Of(http, sheet, (balance, reflected) => ReadAnswers.Of(http, page, (lines, _) => Replies.Json(
            new TrialBalanceReply([.. balance.Kinds.Select(Of)], [.. lines.Entries.Select(Of)], balance.IsBalanced, reflected, lines.Next))));
    }

    private static async Task<IResult> VerifyAsync(string? cursor, HttpContext http, ChainVerifier verifier, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var after = input.Cursor("cursor", cursor);
        if (after is not null && !StreamName.TryParse(after, out _)) input.Add("cursor", "Give back what the answer before gave.", ProblemCodes.Request.CursorInvalid);
        if (input.Problem is { } invalid) return invalid;
        return Replies.Json(await verifier.VerifyAsync(after, cancellation));
    }

    private static AccountLine Of(AccountSum sum) => new(sum.Account, Wire.Of(sum.Debits), Wire.Of(sum.Credits));
}
