using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Api.Payments;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Vault;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Ledger.Api.Activation;

/// <summary>Activation (R098-R100) and what a token stands for.</summary>
internal static class ActivationEndpoints
{
    public const string RateLimit = "activation";

    public static void MapActivation(this IEndpointRouteBuilder v1)
    {
        v1.MapPost("/activation", ActivateAsync).AllowAnonymous().RequireRateLimiting(RateLimit).WithTags("Activation")
            .Describe<ActivationReply>("Activate a device", "Identifier, password, the serial on the terminal's back, and the one that the connected terminal announced: link it first. A repeat verifies the password again and gives a new token: tokens are never stored.");
        v1.MapGet("/me", MeAsync).RequireAuthorization(Policies.OpenPayment).WithTags("Activation").Describe<MeReply>("Who the token stands for", "And what its terminal works on.");
    }

    private static async Task<IResult> ActivateAsync(ActivationRequest body, HttpContext http, CommandDesk commands, ActivationDesk desk, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var terminal = input.Serial("terminalSerial", body.TerminalSerial);
        TerminalSerial? linked = body.LinkedSerial is { } announced ? input.Serial("linkedSerial", announced) : null;
        DeviceId? device = body.DeviceId is { } given ? new DeviceId(input.Uuid("deviceId", given)) : null;
        if (body.Identifier.Length is < 1 or > CredentialRules.IdentifierLengthMax) input.Add("identifier", "1 to 64 characters.");
        if (body.Password.Length is < 1 or > CredentialRules.PasswordLengthMax) input.Add("password", "1 to 128 characters.");
        if (input.Problem is { } invalid) return invalid;
        // Before anything is looked up: it says nothing about identifiers, passwords or whose terminal it is.
        if (Terminal.LinkRefusal(terminal, linked) is { } unlinked) return new ProblemResult(ProblemTable.CodeOf(Terminal.Category, unlinked.ToString()));

        var command = await commands.OpenAsync(http, $"activation:{body.Identifier}", body with { Password = "" }, cancellation);
        return await desk.ActivateAsync(http, command, body, terminal, device ?? new DeviceId(command.Derive("api/device")), cancellation);
    }

    private static async Task<IResult> MeAsync(HttpContext http, StateReader states, IClock clock, CancellationToken cancellation)
    {
        var device = http.Device();
        var contract = await states.MerchantAsync(device.Merchant, cancellation);
        var facts = contract.Facts!;
        return Replies.Json(new MeReply(
            device.Merchant.Value,
            facts.AcceptorAt(facts.Version).TradeName,
            device.Terminal.Value,
            device.State.Facts!.TerminalNumber,
            device.Device.ToString(),
            device.IsBlocked,
            device.Finishing is null && !device.IsBlocked,
            device.State.Work.Open?.TransactionId.ToString(),
            contract is MerchantState.Terminated terminated ? Wire.Of(terminated.Until) : null,
            Wire.Of(clock.GetCurrentInstant())));
    }
}
