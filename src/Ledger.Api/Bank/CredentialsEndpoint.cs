using System.Security.Cryptography;
using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Merchants;
using Ledger.Engine;
using Ledger.Vault;
using Microsoft.AspNetCore.Http;
using NodaTime;
using Credential = Ledger.Domain.Merchants.Credential;

namespace Ledger.Api.Bank;

/// <summary>Identifier, password and security code for the two letters (R095-R097, R075).</summary>
internal static class CredentialsEndpoint
{
    private const int PasswordLength = 14;

    // Without what people mistake for one another: 0 O, 1 l I.
    private const string PasswordAlphabet = "23456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

    public static async Task<IResult> SetAsync(
        string merchantId, SetCredentials body, HttpContext http, CommandDesk commands, ILedgerEngine engine, ICredentialStore credentials, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        if (!MerchantId.IsValid(merchantId)) return new ProblemResult(ProblemCodes.Merchant.NotRequested);
        if (!CredentialRules.IsIdentifier(body.Identifier)) input.Add("identifier", "4 to 64 letters, digits, « . », « _ », « - » and « @ ».");
        if (input.Problem is { } invalid) return invalid;

        var merchant = new MerchantId(merchantId);
        var command = await commands.OpenAsync(http, http.Staff().Principal, body, cancellation);
        foreach (var (id, credential) in new[] { (command.Id, Credential.Password), (command.Derive("api/unlock-code"), Credential.SecurityCode) })
        {
            // New secrets start with no wrong attempts; that nothing was locked is no reason to stop.
            var unlock = new MerchantCommand.UnlockCredential(credential, http.Staff().Name, clock.GetCurrentInstant());
            var reply = await engine.ExecuteAsync(EngineCommand.One(id, command.Fingerprint, merchant.Stream, unlock), cancellation);
            if (Replies.ProblemOf(reply) is { } problem && problem.Code != ProblemCodes.Merchant.CredentialNotLocked) return problem;
        }

        var (password, code) = (RandomNumberGenerator.GetString(PasswordAlphabet, PasswordLength), RandomNumberGenerator.GetString("0123456789", CredentialRules.SecurityCodeLength));
        try
        {
            await credentials.SetMerchantAsync(merchant, body.Identifier, password, code, clock.GetCurrentInstant(), cancellation);
        }
        catch (ArgumentException)
        {
            // All three are well formed, so the identifier is another merchant's.
            return new ProblemResult(ProblemCodes.Credentials.IdentifierTaken);
        }

        return Replies.Json(new CredentialsReply(merchant.Value, body.Identifier, password, code));
    }
}
