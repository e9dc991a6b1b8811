using System.Globalization;
using Ledger.Domain;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine.Tickets;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using Ledger.Vault;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Engine.Processes;

/// <summary>The ticket process's bounds.</summary>
public sealed record TicketOptions
{
    /// <summary>How often one ticket is handed to the carrier before it is given up. Default 5.</summary>
    public int AttemptsMax { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(AttemptsMax)); } = 5;

    /// <summary>Wait after the first failure; doubled with each further one. Default 30 seconds.</summary>
    public Duration RetryAfter { get; init; } = Duration.FromSeconds(30);
}

/// <summary>
/// Sends a ticket by SMS or e-mail once its operation is in the log, never before (R027, R064): a payment's when it is completed, a
/// cancellation's, a refund's, each as it was chosen for it (R078), and that of an approval that was reversed. Whoever chose paper gets none.
/// What became of it is recorded.
/// </summary>
public sealed class TicketProcess(ILedgerEngine engine, IContactVault vault, ITicketSender sender, TicketOptions options) : IProcess
{
    private const string Language = "fr";

    public string Name => "tickets";

    public void Apply(RecordedEvent recorded, ILedgerEvent @event, IToDoList list)
    {
        var transaction = recorded.Stream.Id;
        switch (@event)
        {
            case Approved: list.Put(ApprovedKey(transaction), null, ""); break;
            case Completed e:
                list.Remove(ApprovedKey(transaction));
                Begin(list, new TicketKey(transaction, TicketKind.Payment, null), e.At);
                break;
            case Reversed e when list.Find(ApprovedKey(transaction)) is not null:
                list.Remove(ApprovedKey(transaction));
                Begin(list, new TicketKey(transaction, TicketKind.Abandonment, null), e.At);
                break;
            case Cancelled e: Begin(list, new TicketKey(transaction, TicketKind.Cancellation, null), e.At); break;
            case RefundApproved e: Begin(list, new TicketKey(transaction, TicketKind.Refund, e.RefundId), e.At); break;
            case RefundCancelled e: Begin(list, new TicketKey(transaction, TicketKind.Cancellation, e.RefundId), e.At); break;
            case TicketSent e: list.Remove(new TicketKey(transaction, e.Kind, e.Refund).ToString()); break;
            case TicketFailed e: list.Remove(new TicketKey(transaction, e.Kind, e.Refund).ToString()); break;
        }
    }

    public async ValueTask<ToDoOutcome> ActAsync(ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation)
    {
        var key = TicketKey.Parse(item.Key);
        var state = (await engine.ReadAsync<TransactionState>(key.Stream, cancellation).ConfigureAwait(false)).State;
        if (Transaction.ChosenTicketOf(state, key.Kind, key.Refund) is not { Contact: { } reference } chosen) return new ToDoOutcome.Done();

        if (await vault.ReadAsync(reference, cancellation).ConfigureAwait(false) is not { } contact) return await GiveUpAsync(key, TicketFailure.ContactErased, now, cancellation).ConfigureAwait(false);
        if (item.Attempts >= options.AttemptsMax) return await GiveUpAsync(key, TicketFailure.CarrierFailed, now, cancellation).ConfigureAwait(false);
        if (await WriteAsync(state, key, cancellation).ConfigureAwait(false) is not { } ticket) return new ToDoOutcome.Done();

        var message = new TicketMessage(DerivedId.Of("ticket/send", item.Key), contact, $"{ticket.Acceptor.TradeName} - ticket", ticket.Lines, Language);
        if (await sender.SendAsync(message, cancellation).ConfigureAwait(false) is not TicketDelivery.Sent sent)
        {
            if (item.Attempts + 1 >= options.AttemptsMax) return await GiveUpAsync(key, TicketFailure.CarrierFailed, now, cancellation).ConfigureAwait(false);
            return new ToDoOutcome.Again(now + (options.RetryAfter * (1L << Math.Min(item.Attempts, 16))));
        }

        Invariant.Holds(sent.CarrierMessageId.Length <= TicketDelivery.CarrierMessageIdLengthMax);
        var record = new TransactionCommand.RecordTicketSent(key.Kind, key.Refund, chosen.Choice, sent.CarrierMessageId, now);
        await engine.ExecuteAsync(DerivedCommand.Of(key.Stream, record, "ticket/sent", item.Key), cancellation).ConfigureAwait(false);
        return new ToDoOutcome.Done();
    }

    private async ValueTask<ToDoOutcome> GiveUpAsync(TicketKey key, TicketFailure reason, Instant now, CancellationToken cancellation)
    {
        var record = new TransactionCommand.RecordTicketFailed(key.Kind, key.Refund, reason, now);
        await engine.ExecuteAsync(DerivedCommand.Of(key.Stream, record, "ticket/failed", key.ToString()), cancellation).ConfigureAwait(false);
        return new ToDoOutcome.Done();
    }

    /// <returns>Null when the operation has no such ticket.</returns>
    private async ValueTask<TicketContent?> WriteAsync(TransactionState state, TicketKey key, CancellationToken cancellation)
    {
        var facts = Transaction.FactsOf(state)!;
        var serial = RefundOf(state, key)?.Terminal ?? facts.Terminal;
        var merchant = await engine.ReadAsync<MerchantState>(facts.MerchantId.Stream, cancellation).ConfigureAwait(false);
        var terminal = await engine.ReadAsync<TerminalState>(serial.Stream, cancellation).ConfigureAwait(false);
        if (merchant.State.Facts is not { } contract) throw new InvariantException($"{facts.MerchantId} has payments and no contract");
        if (terminal.State.Facts is not { } hardware) throw new InvariantException($"{serial} has payments and is not registered");

        return Ticket.Of(state, key.Kind, key.Refund, TicketCopy.Client, contract.AcceptorAt(facts.ContractVersion), hardware.TerminalNumber, isDuplicate: false);
    }

    private static Refund? RefundOf(TransactionState state, TicketKey key) =>
        key.Refund is { } id ? Transaction.CompletionOf(state)?.Refunds.GetValueOrDefault(id) : null;

    private static void Begin(IToDoList list, TicketKey key, Instant at) => list.Put(key.ToString(), at, "");

    /// <summary>An approval whose end decides which ticket there will be.</summary>
    private static string ApprovedKey(string transaction) => $"approved/{transaction}";

    /// <summary>A row's key, « ticket/transaction/kind/refund »: stored in the process's own list, and in the ids of its commands.</summary>
    private sealed record TicketKey(string TransactionText, TicketKind Kind, RefundId? Refund)
    {
        public StreamName Stream => new TransactionId(Guid.ParseExact(TransactionText, "N")).Stream;

        public static TicketKey Parse(string key)
        {
            var parts = key.Split('/');
            RefundId? refund = parts[3].Length == 0 ? null : new RefundId(Guid.ParseExact(parts[3], "N"));
            return new TicketKey(parts[1], (TicketKind)int.Parse(parts[2], CultureInfo.InvariantCulture), refund);
        }

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"ticket/{TransactionText}/{(int)Kind}/{Refund}");
    }
}
