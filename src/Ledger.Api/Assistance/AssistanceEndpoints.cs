using Ledger.Api.Auth;
using Ledger.Api.Bank;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Api.Problems;
using Ledger.Api.Reading;
using Ledger.Contracts.V1;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Projections;
using Ledger.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Ledger.Api.Assistance;

/// <summary>What assistance does (R101, R119-R121, R184-R187). Behind the role of assistance, and no other (I46).</summary>
internal static class AssistanceEndpoints
{
    public static void MapAssistance(this IEndpointRouteBuilder v1)
    {
        var assistance = v1.MapGroup("/assistance").WithTags("Assistance").RequireAuthorization(Policies.Assistance);
        assistance.MapGet("/terminals/{serial}", ReadAsync).Describe<TerminalView>("One terminal", "Whose it is, whether it is blocked, until when its warranty runs.");
        assistance.MapPost("/terminals/{serial}/block", BlockAsync).Describe<DoneReply>("Block a terminal", "At once; what is under way ends as it would.");
        assistance.MapPost("/terminals/{serial}/unblock", UnblockAsync).Describe<DoneReply>("Unblock a terminal", "Within three months of the block.");
        assistance.MapPost("/merchants/{merchantId}/unlock", UnlockAsync).Describe<DoneReply>("Unlock a credential", "After five wrong attempts.");
        assistance.MapPost("/cards/{token}/opposition", OpposeAsync).Describe<DoneReply>("Faire opposition", "Immediate and definitive.");
        assistance.MapPost("/cards/{token}/renewal", RenewAsync).Describe<DoneReply>("Renouveler", "Another token takes over.");
        assistance.MapPost("/contacts/{contactRef}/erase", EraseAsync).Describe<EraseReply>("Forget a client's contact", "Its key is destroyed; tickets are reissued without it.");
    }

    private static async Task<IResult> ReadAsync(string serial, string? atLeastPosition, HttpContext http, IReadModels models, CancellationToken cancellation)
    {
        var notFound = new ProblemResult(ProblemCodes.Terminal.NotRegistered);
        if (!TerminalSerial.IsValid(serial)) return notFound;

        var input = new InputCheck();
        var position = input.Position("atLeastPosition", atLeastPosition);
        if (input.Problem is { } invalid) return invalid;
        return ReadAnswers.Of(http, await models.Terminals.FindAsync(new TerminalSerial(serial), position, cancellation), (terminal, reached) =>
            terminal is null ? notFound : Replies.Json(ReadViews.Of(terminal, reached)));
    }

    private static Task<IResult> BlockAsync(string serial, BlockTerminal body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        OnTerminalAsync(http, body, serial, desk, new TerminalCommand.Block(Wire.ToDomain(body.Reason), Channel.Assistance, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> UnblockAsync(string serial, UnblockTerminal body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        OnTerminalAsync(http, body, serial, desk, new TerminalCommand.Unblock(Channel.Assistance, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> UnlockAsync(string merchantId, UnlockCredential body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        desk.OnContractAsync(http, body, merchantId, () => new MerchantCommand.UnlockCredential(Wire.ToDomain(body.Credential), http.Staff().Name, clock.GetCurrentInstant()), cancellation);

    private static async Task<IResult> OpposeAsync(string token, OpposeCard body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var card = input.Token("token", token);
        if (input.Problem is { } invalid) return invalid;
        return await desk.ExecuteAsync(http, body, card.Stream, new CardCommand.Oppose(card, Wire.ToDomain(body.Reason), clock.GetCurrentInstant()), cancellation);
    }

    private static async Task<IResult> RenewAsync(string token, RenewCard body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var card = input.Token("token", token);
        var replacement = input.Token("replacementToken", body.ReplacementToken);
        if (input.Problem is { } invalid) return invalid;
        return await desk.ExecuteAsync(http, body, card.Stream, new CardCommand.Renew(replacement, clock.GetCurrentInstant()), cancellation);
    }

    private static async Task<IResult> EraseAsync(string contactRef, EraseContact body, HttpContext http, IContactVault vault, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var reference = new ContactRef(input.Uuid("contactRef", contactRef));
        if (input.Problem is { } invalid) return invalid;

        // Erasing twice is harmless, so the key needs no record; nothing is written to the log.
        var erased = await vault.EraseAsync(reference, clock.GetCurrentInstant(), cancellation);
        return Replies.Json(new EraseReply(reference.ToString(), erased));
    }

    private static Task<IResult> OnTerminalAsync(HttpContext http, object body, string serial, StaffDesk desk, TerminalCommand request, CancellationToken cancellation)
    {
        if (!TerminalSerial.IsValid(serial)) return Task.FromResult<IResult>(new ProblemResult(ProblemCodes.Terminal.NotRegistered));
        return desk.ExecuteAsync(http, body, new TerminalSerial(serial).Stream, request, cancellation);
    }
}
