using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Payments;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Vault;
using Microsoft.AspNetCore.Http;
using NodaTime;
using Credential = Ledger.Domain.Merchants.Credential;

namespace Ledger.Api.Activation;

/// <summary>
/// Checks identifier, password and serial together and binds the device. Whatever of the three is wrong, or locked, the answer is the same (I44);
/// a wrong serial counts like a wrong password (E54, E91).
/// </summary>
internal sealed class ActivationDesk(ICredentialStore credentials, CredentialAttempts attempts, StateReader states, ILedgerEngine engine, IClock clock)
{
    private static ProblemResult Refused => new(ProblemCodes.Activation.Refused);

    /// <param name="serial">As typed, and as the connected terminal announced it: the caller has compared the two.</param>
    public async Task<IResult> ActivateAsync(
        HttpContext http, ApiCommand command, ActivationRequest body, TerminalSerial serial, DeviceId device, CancellationToken cancellation)
    {
        var password = await credentials.CheckPasswordAsync(body.Identifier, body.Password, cancellation);
        var terminal = await states.TerminalAsync(serial, cancellation);
        if (password.Merchant is not { } merchant) return Refused;

        var isTheirs = terminal.Facts is not null && (terminal.Binding is not { } binding || binding.MerchantId == merchant);
        var isRight = password.IsRight && isTheirs;
        var verdict = await attempts.RecordEachAsync(merchant, Credential.Password, command, isRight, cancellation);
        if (!verdict.IsRight) return Refused;

        var terms = await states.TermsAsync(merchant, cancellation);
        var activate = new TerminalCommand.Activate(terms, device, serial, clock.GetCurrentInstant());
        var reply = await engine.ExecuteAsync(EngineCommand.One(command.Id, command.Fingerprint, serial.Stream, activate), cancellation);
        Replies.SetHeaders(http, command, reply);
        if (Replies.ProblemOf(reply) is { } problem) return problem;
        return await GrantAsync(new DeviceGrant(merchant, serial, device, clock.GetCurrentInstant()), cancellation);
    }

    private async Task<IResult> GrantAsync(DeviceGrant grant, CancellationToken cancellation)
    {
        var terminal = await states.TerminalAsync(grant.Terminal, cancellation);
        // A late repeat must not take the terminal back from the device that came after.
        if (terminal.Binding?.Device != grant.Device) return new ProblemResult(ProblemCodes.Terminal.DeviceDiffers);

        var token = await credentials.IssueDeviceTokenAsync(grant, terminal.Work.Open?.Device, cancellation);
        return Replies.Json(new ActivationReply(token, grant.Merchant.Value, grant.Device.ToString(), grant.Terminal.Value));
    }
}
