using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Payments;

/// <summary>What every cancellation and refund brings: its command, the contract, and the proof of the security code.</summary>
internal sealed record OpenedUndo(ApiCommand Command, ContractTerms Contract, SecurityCodeProof Proof);

/// <summary>Opens cancellations and refunds. A blocked terminal's phone starts none (E93); a repeat gets its first answer all the same.</summary>
internal sealed class UndoDesk(CommandDesk commands, StateReader states, SecurityCodes codes)
{
    /// <param name="body">The request's record without code and contact.</param>
    public async ValueTask<(OpenedUndo? Opened, ProblemResult? Problem)> OpenAsync(HttpContext http, object body, string code, CancellationToken cancellation)
    {
        var device = http.Device();
        var command = await commands.OpenAsync(http, device.Principal, body, cancellation);
        if (device.IsBlocked && !command.WasSeen) return (null, new ProblemResult(ProblemCodes.Terminal.Blocked));

        var (proof, problem) = await codes.VerifyAsync(device.Merchant, code, command, cancellation);
        if (proof is null) return (null, problem);
        return (new OpenedUndo(command, await states.TermsAsync(device.Merchant, cancellation), proof), null);
    }
}
