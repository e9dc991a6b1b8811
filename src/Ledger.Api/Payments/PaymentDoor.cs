using Ledger.Api.Auth;
using Ledger.Api.Inputs;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Payments;

/// <summary>Finds the transaction that a path names, for the device that asks; another merchant's is not found, as if there were none (I46).</summary>
internal sealed class PaymentDoor(StateReader states)
{
    /// <summary>Any transaction of the merchant; only the open one for a device that another one took over from (E92).</summary>
    public async ValueTask<(StreamState<TransactionState>? Transaction, ProblemResult? Problem)> FindAsync(HttpContext http, string id, CancellationToken cancellation)
    {
        var device = http.Device();
        if (!Ids.TryParse(id, out TransactionId parsed)) return (null, TransactionAnswers.NotFound);
        if (await states.TransactionAsync(parsed, device.Merchant, cancellation) is not { } transaction) return (null, TransactionAnswers.NotFound);
        if (device.Finishing is { } open && open != parsed) return (null, new ProblemResult(ProblemCodes.Auth.DeviceReplaced));
        return (transaction, null);
    }

    /// <summary>One that this very device started: a card is read where the payment began (E36).</summary>
    public async ValueTask<(StreamState<TransactionState>? Transaction, ProblemResult? Problem)> FindOwnAsync(HttpContext http, string id, CancellationToken cancellation)
    {
        var (transaction, problem) = await FindAsync(http, id, cancellation);
        if (transaction is null || Transaction.FactsOf(transaction.State)!.Device == http.Device().Device) return (transaction, problem);
        return (null, new ProblemResult(ProblemCodes.Terminal.DeviceDiffers));
    }

    /// <summary>One of this device's terminal: who takes over may stop what was begun (E45).</summary>
    public async ValueTask<(StreamState<TransactionState>? Transaction, ProblemResult? Problem)> FindOnTerminalAsync(HttpContext http, string id, CancellationToken cancellation)
    {
        var (transaction, problem) = await FindAsync(http, id, cancellation);
        if (transaction is null || Transaction.FactsOf(transaction.State)!.Terminal == http.Device().Terminal) return (transaction, problem);
        return (null, new ProblemResult(ProblemCodes.Terminal.DeviceDiffers));
    }

    public static TransactionId IdOf(StreamState<TransactionState> transaction) => Transaction.FactsOf(transaction.State)!.TransactionId;
}
