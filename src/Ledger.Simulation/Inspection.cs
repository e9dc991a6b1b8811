using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Simulation.Oracle;
using Ledger.Simulation.Scheduling;

namespace Ledger.Simulation;

/// <summary>The whole once more, when everything is at rest: folded anew from the disk, compared with the engine and with the host's books.</summary>
internal sealed class Inspection(World world)
{
    public void Begin(HomeContext home) => home.Begin(InspectAsync);

    private async Task InspectAsync()
    {
        try
        {
            var transactions = new List<TransactionState>();
            foreach (var stream in world.Disk.Streams)
            {
                var folded = Fold(stream);
                if (folded is TransactionState transaction) transactions.Add(transaction);
                var (version, state) = await ReadAsync(stream);
                if (version != world.Disk.Stream(stream).Count || StateText.Of(state) != StateText.Of(folded)) world.Oracle.Broken("I20", $"{stream}: the engine has {StateText.Of(state)}, the log folds to {StateText.Of(folded)}");
            }

            CheckEnds();
            CheckHost(transactions);
        }
        catch (Exception exception)
        {
            // The inspection's edge: what stops it is a finding.
            world.Oracle.Fault("the inspection", exception);
        }
    }

    private object Fold(StreamName stream)
    {
        var rules = Rules.Of(stream);
        var (state, previous) = (rules.Initial, ChainHash.Genesis);
        foreach (var recorded in world.Disk.Stream(stream))
        {
            if (!ChainHash.Matches(previous.Span, recorded)) world.Oracle.Broken("I38", $"{stream}: the chain is broken at version {recorded.Version}");
            previous = recorded.Hash;
            state = rules.Evolve(state, EventCodec.Default.Decode(recorded));
        }

        return state;
    }

    private async ValueTask<(long Version, object State)> ReadAsync(StreamName stream)
    {
        return stream.Category switch
        {
            "transaction" => await OfAsync<TransactionState>(),
            "terminal" => await OfAsync<TerminalState>(),
            "merchant" => await OfAsync<MerchantState>(),
            "remittance" => await OfAsync<RemittanceState>(),
            _ => await OfAsync<CardState>(),
        };

        async ValueTask<(long Version, object State)> OfAsync<TState>()
            where TState : class
        {
            var read = await world.Site.Current!.Engine.ReadAsync<TState>(stream, CancellationToken.None);
            return (read.Version, read.State);
        }
    }

    private void CheckEnds()
    {
        foreach (var (stream, payment) in world.Oracle.Payments.Payments)
        {
            if (!payment.IsAtRest) world.Oracle.Broken(payment.Phase is Phase.Completed ? "I50" : "I13", $"{stream} is still {payment.Phase} when everything is at rest, in remittance {payment.Remittance}");
            foreach (var (id, refund) in payment.Refunds)
            {
                if (!refund.IsAtRest) world.Oracle.Broken("I50", $"{stream}: refund {id} is still {refund.Status} when everything is at rest, in remittance {refund.Remittance}");
            }
        }

        world.Oracle.Remittances.CheckAtRest();
        world.Oracle.Postings.CheckAtRest();
    }

    /// <summary>Every approval of the host's books is money of ours, or undone; to the cent (I13).</summary>
    private void CheckHost(List<TransactionState> transactions)
    {
        var reconciliation = world.Host.Reconcile(transactions);
        if (reconciliation.Differences is [var difference, ..]) world.Oracle.Broken("I13", $"exchange {difference.Exchange}: the ledger has {difference.InLedger}, the host {difference.AtHost}. {Describe(difference.Exchange)}");
        if (reconciliation.Unsettled is [var unsettled, ..]) world.Oracle.Broken("I13", $"exchange {unsettled} is not settled when everything is at rest");
    }

    /// <summary>What the log says of the transaction that asked this question.</summary>
    private string Describe(ExchangeId exchange)
    {
        foreach (var stream in world.Disk.Streams.Where(static stream => stream.Category == Transaction.Category))
        {
            var events = world.Disk.Stream(stream).Select(static recorded => (recorded.RecordedAt, Event: EventCodec.Default.Decode(recorded))).ToArray();
            if (events.Any(one => one.Event.ToString()!.Contains(exchange.ToString(), StringComparison.Ordinal)))
                return $"{stream}: {string.Join(", ", events.Select(static one => $"{one.RecordedAt} {one.Event}"))}";
        }

        return "No transaction of the log asked it.";
    }
}
