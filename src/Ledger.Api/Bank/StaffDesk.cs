using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Merchants;
using Ledger.Engine;
using Ledger.EventLog;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Bank;

/// <summary>One command of one of the bank's people on one stream.</summary>
internal sealed class StaffDesk(CommandDesk commands, ILedgerEngine engine)
{
    public async Task<IResult> ExecuteAsync(HttpContext http, object body, StreamName stream, object request, CancellationToken cancellation)
    {
        var command = await commands.OpenAsync(http, http.Staff().Principal, body, cancellation);
        var reply = await engine.ExecuteAsync(EngineCommand.One(command.Id, command.Fingerprint, stream, request), cancellation);
        return Replies.Done(http, command, reply, stream);
    }

    public Task<IResult> OnContractAsync(HttpContext http, object body, string merchantId, Func<MerchantCommand> request, CancellationToken cancellation)
    {
        if (!MerchantId.IsValid(merchantId)) return Task.FromResult<IResult>(new ProblemResult(ProblemCodes.Merchant.NotRequested));
        return ExecuteAsync(http, body, new MerchantId(merchantId).Stream, request(), cancellation);
    }
}
