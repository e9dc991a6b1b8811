using Ledger.Api.Commands;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using Ledger.Vault;
using Credential = Ledger.Domain.Merchants.Credential;

namespace Ledger.Api.Auth;

/// <summary>The six digits that cancellations and refunds need (R075, I34).</summary>
internal sealed class SecurityCodes(CredentialAttempts attempts, ICredentialStore credentials)
{
    /// <returns>The proof for this very command, or the answer that ends the request (E79).</returns>
    public async ValueTask<(SecurityCodeProof? Proof, ProblemResult? Problem)> VerifyAsync(MerchantId merchant, string code, ApiCommand command, CancellationToken cancellation)
    {
        var verdict = await attempts.RecordAsync(
            merchant, Credential.SecurityCode, command, () => credentials.CheckSecurityCodeAsync(merchant, code, cancellation), cancellation);
        if (verdict.IsLocked) return (null, new ProblemResult(ProblemCodes.SecurityCode.Locked) { AttemptsRemaining = 0 });
        if (!verdict.IsRight) return (null, new ProblemResult(ProblemCodes.SecurityCode.Wrong) { AttemptsRemaining = verdict.AttemptsRemaining });
        return (new SecurityCodeProof(command.Id, command.Id, verdict.VerifiedAt), null);
    }
}
