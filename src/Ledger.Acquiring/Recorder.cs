using System.Security.Cryptography;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using NodaTime;

namespace Ledger.Acquiring;

/// <summary>Writes what the host said into a transaction's stream, under ids that follow from the exchange: doing it again is the same command.</summary>
internal sealed class Recorder(ILedgerEngine engine, IAuthorisationHost host, IClock clock)
{
    public Instant Now => clock.GetCurrentInstant();

    /// <param name="step">Names the kind of step. Stored through its effect, so never changed.</param>
    /// <param name="key">What makes it this one.</param>
    public ValueTask<CommandReply> ExecuteAsync(string step, string key, TransactionId transaction, TransactionCommand command, CancellationToken cancellation)
    {
        var id = DerivedId.Beside(transaction.Value, step, key);
        // The id says all that is the same in a repeat; the instant and the host's wording may be newer.
        var fingerprint = SHA256.HashData(id.ToByteArray(bigEndian: true));
        return engine.ExecuteAsync(EngineCommand.One(id, fingerprint, transaction.Stream, command), cancellation);
    }

    /// <summary>Asks the host once to undo an approval, and records that it did.</summary>
    /// <returns>False when it has to be asked again.</returns>
    public async ValueTask<bool> TryReverseAsync(TransactionId transaction, ExchangeId exchange, Money amount, CancellationToken cancellation)
    {
        if (await host.ReverseAsync(exchange, amount, cancellation) is not ReversalAnswer.Acknowledged acknowledged) return false;

        await ExecuteAsync("acquiring/reversed", exchange.ToString(), transaction, new TransactionCommand.RecordReversed(exchange, acknowledged.Found, Now), cancellation);
        return true;
    }

    /// <summary>The same for an approval of what the ledger holds for refused (E28).</summary>
    /// <returns>False when it has to be asked again.</returns>
    public async ValueTask<bool> TryUndoContradictionAsync(TransactionId transaction, ExchangeId exchange, Money amount, CancellationToken cancellation)
    {
        if (await host.ReverseAsync(exchange, amount, cancellation) is not ReversalAnswer.Acknowledged acknowledged) return false;

        var undone = new TransactionCommand.RecordContradictionUndone(exchange, acknowledged.Found, Now);
        await ExecuteAsync("acquiring/contradiction-undone", exchange.ToString(), transaction, undone, cancellation);
        return true;
    }
}
