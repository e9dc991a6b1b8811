using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Engine.Processes;

/// <summary>What the remittance process does about a row: by commands only, each of which may be repeated.</summary>
internal sealed class RemittanceAction(ILedgerEngine engine)
{
    /// <summary>How often a day that is not settled is looked at again.</summary>
    private static readonly Duration DrainPoll = Duration.FromSeconds(2);

    /// <summary>Lines taken in before the process catches up with what it did.</summary>
    private const int LinesPerRoundMax = 5000;

    /// <summary>Remit commands under way at a time, so that they share commits.</summary>
    private const int RemitConcurrencyMax = 256;

    /// <summary>More refunds than this under way at midnight are waited for without asking whose they are.</summary>
    private const int RefundingLookUpMax = 100;

    /// <summary>One round of a day's remittance; the last one closes it.</summary>
    public async ValueTask<ToDoOutcome> RemitDayAsync(ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation)
    {
        var remittance = RemittanceRows.RemittanceOf(item.Key);
        var end = ParisTime.EndOf(remittance.Day);
        var drained = end + RemittanceProcess.DrainMax;
        if (now < end) return new ToDoOutcome.Again(end);
        if (now < drained && await IsUnsettledAsync(remittance, list, cancellation).ConfigureAwait(false)) return new ToDoOutcome.Again(Instant.Min(now + DrainPoll, drained));

        var included = await RemitAsync(remittance, item, list, now, cancellation).ConfigureAwait(false);
        if (included.IsEmpty) return await CloseAsync(remittance, item, now, cancellation).ConfigureAwait(false);

        await OpenAsync(remittance, item, now, cancellation).ConfigureAwait(false);
        await AddAsync(remittance, item, included, now, cancellation).ConfigureAwait(false);
        return new ToDoOutcome.Again(now);
    }

    /// <summary>The credit date has come.</summary>
    public async ValueTask<ToDoOutcome> CreditAsync(ToDoItem item, Instant now, CancellationToken cancellation)
    {
        var remittance = RemittanceRows.RemittanceOf(item.Key);
        var command = new RemittanceCommand.CreditRemittance(now);
        var reply = await engine.ExecuteAsync(Derive(remittance, item, command, "remittance/credit"), cancellation).ConfigureAwait(false);
        if (reply.Rejection is { Code: (int)RemittanceRejection.CreditDateNotReached }) return new ToDoOutcome.Again(now + DrainPoll);

        Check(remittance.Stream, reply);
        return new ToDoOutcome.Done();
    }

    /// <summary>Whether operations of that merchant and day have no outcome yet.</summary>
    private async ValueTask<bool> IsUnsettledAsync(RemittanceId remittance, IToDoReader list, CancellationToken cancellation)
    {
        if (list.Scan(RemittanceRows.Open(remittance.MerchantId, remittance.Day, ""), 1).Count > 0) return true;

        var prefix = RemittanceRows.Refunding(remittance.Day, "");
        var refunding = list.Scan(prefix, RefundingLookUpMax);
        if (refunding.Count == RefundingLookUpMax) return true;

        foreach (var row in refunding)
        {
            var transaction = new TransactionId(Guid.ParseExact(row.Key.AsSpan(prefix.Length, 32), "N"));
            var read = await engine.ReadAsync<TransactionState>(transaction.Stream, cancellation).ConfigureAwait(false);
            if (Transaction.FactsOf(read.State)?.MerchantId == remittance.MerchantId) return true;
        }

        return false;
    }

    /// <summary>Asks each operation's own stream; gives those that are in, also of a round before this.</summary>
    private async ValueTask<ImmutableArray<LineRow>> RemitAsync(RemittanceId remittance, ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation)
    {
        var taken = list.Scan(RemittanceRows.Taken(remittance.MerchantId, remittance.Day, ""), LinesPerRoundMax).Select(static row => LineRow.Parse(row.Data));
        var included = taken.ToImmutableArray().ToBuilder();
        foreach (var chunk in list.Scan(RemittanceRows.Line(remittance.MerchantId, remittance.Day, ""), LinesPerRoundMax).Chunk(RemitConcurrencyMax))
        {
            var asked = await Task.WhenAll(chunk.Select(row => RemitAsync(remittance, item, LineRow.Parse(row.Data), now, cancellation))).ConfigureAwait(false);
            included.AddRange(asked.OfType<LineRow>());
        }

        return included.ToImmutable();
    }

    /// <returns>Null when it is not to be remitted: cancelled meanwhile, about to be, or in another remittance (E69, E70).</returns>
    private async Task<LineRow?> RemitAsync(RemittanceId remittance, ToDoItem item, LineRow row, Instant now, CancellationToken cancellation)
    {
        var id = row.Operation;
        TransactionCommand command = id.Refund is { } refund ? new TransactionCommand.RemitRefund(refund, remittance, now) : new TransactionCommand.Remit(remittance, now);
        var derived = DerivedCommand.Of(
            id.Transaction.Stream, command, "remittance/remit", remittance.ToString(), id.ToString(), DerivedCommand.Text(row.Version), DerivedCommand.Text(item.Attempts));
        return (await engine.ExecuteAsync(derived, cancellation).ConfigureAwait(false)).IsAccepted ? row : null;
    }

    private async ValueTask OpenAsync(RemittanceId remittance, ToDoItem item, Instant now, CancellationToken cancellation)
    {
        var read = await engine.ReadAsync<RemittanceState>(remittance.Stream, cancellation).ConfigureAwait(false);
        if (read.State is not RemittanceState.NotOpened) return;

        var merchant = await engine.ReadAsync<MerchantState>(remittance.MerchantId.Stream, cancellation).ConfigureAwait(false);
        if (merchant.State.Facts is not { } contract) throw new InvariantException($"{remittance.MerchantId} has payments and no contract");
        var command = new RemittanceCommand.OpenRemittance(remittance, contract.Calendar, now);
        Check(remittance.Stream, await engine.ExecuteAsync(Derive(remittance, item, command, "remittance/open"), cancellation).ConfigureAwait(false));
    }

    private async ValueTask AddAsync(RemittanceId remittance, ToDoItem item, ImmutableArray<LineRow> rows, Instant now, CancellationToken cancellation)
    {
        foreach (var chunk in rows.Chunk(RemittanceState.LinesPerEventMax))
        {
            var command = new RemittanceCommand.AddLines([.. chunk.Select(static row => row.ToLine())], now);
            string[] parts = [remittance.ToString(), DerivedCommand.Text(item.Attempts), .. chunk.Select(static row => row.Operation.ToString())];
            Check(remittance.Stream, await engine.ExecuteAsync(DerivedCommand.Of(remittance.Stream, command, "remittance/add", parts), cancellation).ConfigureAwait(false));
        }
    }

    /// <summary>Nothing is left to take in: closes it, unless there never was anything.</summary>
    private async ValueTask<ToDoOutcome> CloseAsync(RemittanceId remittance, ToDoItem item, Instant now, CancellationToken cancellation)
    {
        var read = await engine.ReadAsync<RemittanceState>(remittance.Stream, cancellation).ConfigureAwait(false);
        if (read.State is RemittanceState.Open { Lines.IsEmpty: false })
        {
            Check(remittance.Stream, await engine.ExecuteAsync(Derive(remittance, item, new RemittanceCommand.CloseRemittance(now), "remittance/close"), cancellation).ConfigureAwait(false));
        }

        return new ToDoOutcome.Done();
    }

    private static EngineCommand Derive(RemittanceId remittance, ToDoItem item, RemittanceCommand command, string purpose) =>
        DerivedCommand.Of(remittance.Stream, command, purpose, remittance.ToString(), DerivedCommand.Text(item.Attempts));

    private static void Check(StreamName stream, CommandReply reply)
    {
        if (reply.Rejection is { } rejection) throw new ProcessRefusedException(stream, rejection);
    }
}
