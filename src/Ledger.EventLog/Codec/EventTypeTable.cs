using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;

namespace Ledger.EventLog.Codec;

/// <param name="Canonical">Reads the written form straight; null where only the strict reader does.</param>
internal sealed record EventType(string Name, Type ClrType, JsonTypeInfo Json, CanonicalRead? Canonical);

/// <summary>
/// The stored names, each beside its class. Stored, so never renamed: a class may get another name, its row's text may not.
/// A changed shape gets the next number here, and an <see cref="Upcaster"/> for the old one.
/// </summary>
internal static class EventTypeTable
{
    private static readonly Dictionary<string, Type> Rows = new(StringComparer.Ordinal)
    {
        ["transaction-requested.1"] = typeof(TransactionEvent.Requested),
        ["transaction-progressed.1"] = typeof(TransactionEvent.Progressed),
        ["transaction-authorisation-sent.1"] = typeof(TransactionEvent.AuthorisationSent),
        ["transaction-approved.1"] = typeof(TransactionEvent.Approved),
        ["transaction-declined.1"] = typeof(TransactionEvent.Declined),
        ["transaction-outcome-unknown.1"] = typeof(TransactionEvent.OutcomeUnknown),
        ["transaction-reversal-requested.1"] = typeof(TransactionEvent.ReversalRequested),
        ["transaction-reversed.1"] = typeof(TransactionEvent.Reversed),
        ["transaction-aborted.1"] = typeof(TransactionEvent.Aborted),
        ["transaction-completed.1"] = typeof(TransactionEvent.Completed),
        ["transaction-cancellation-requested.1"] = typeof(TransactionEvent.CancellationRequested),
        ["transaction-cancellation-refused.1"] = typeof(TransactionEvent.CancellationRefused),
        ["transaction-cancelled.1"] = typeof(TransactionEvent.Cancelled),
        ["transaction-refund-requested.1"] = typeof(TransactionEvent.RefundRequested),
        ["transaction-refund-approved.1"] = typeof(TransactionEvent.RefundApproved),
        ["transaction-refund-declined.1"] = typeof(TransactionEvent.RefundDeclined),
        ["transaction-refund-outcome-unknown.1"] = typeof(TransactionEvent.RefundOutcomeUnknown),
        ["transaction-refund-cancellation-requested.1"] = typeof(TransactionEvent.RefundCancellationRequested),
        ["transaction-refund-cancellation-refused.1"] = typeof(TransactionEvent.RefundCancellationRefused),
        ["transaction-refund-cancelled.1"] = typeof(TransactionEvent.RefundCancelled),
        ["transaction-remitted.1"] = typeof(TransactionEvent.Remitted),
        ["transaction-refund-remitted.1"] = typeof(TransactionEvent.RefundRemitted),
        ["transaction-ticket-sent.1"] = typeof(TransactionEvent.TicketSent),
        ["transaction-ticket-failed.1"] = typeof(TransactionEvent.TicketFailed),
        ["transaction-ticket-reissued.1"] = typeof(TransactionEvent.TicketReissued),
        ["transaction-answer-contradicted.1"] = typeof(TransactionEvent.AnswerContradicted),
        ["transaction-contradiction-undone.1"] = typeof(TransactionEvent.ContradictionUndone),

        ["terminal-registered.1"] = typeof(TerminalEvent.TerminalRegistered),
        ["terminal-activated.1"] = typeof(TerminalEvent.TerminalActivated),
        ["terminal-blocked.1"] = typeof(TerminalEvent.TerminalBlocked),
        ["terminal-unblocked.1"] = typeof(TerminalEvent.TerminalUnblocked),
        ["terminal-blocked-for-good.1"] = typeof(TerminalEvent.TerminalBlockedForGood),
        ["terminal-transaction-started.1"] = typeof(TerminalEvent.TransactionStarted),
        ["terminal-transaction-set-aside.1"] = typeof(TerminalEvent.TransactionSetAside),
        ["terminal-transaction-finished.1"] = typeof(TerminalEvent.TransactionFinished),
        ["terminal-number-taken.1"] = typeof(TerminalEvent.NumberTaken),

        ["merchant-contract-requested.1"] = typeof(MerchantEvent.ContractRequested),
        ["merchant-contract-accepted.1"] = typeof(MerchantEvent.ContractAccepted),
        ["merchant-contract-refused.1"] = typeof(MerchantEvent.ContractRefused),
        ["merchant-prices-changed.1"] = typeof(MerchantEvent.PricesChanged),
        ["merchant-acceptor-changed.1"] = typeof(MerchantEvent.AcceptorChanged),
        ["merchant-account-changed.1"] = typeof(MerchantEvent.AccountChanged),
        ["merchant-contract-terminated.1"] = typeof(MerchantEvent.ContractTerminated),
        ["merchant-letter-sent.1"] = typeof(MerchantEvent.LetterSent),
        ["merchant-credential-accepted.1"] = typeof(MerchantEvent.CredentialAccepted),
        ["merchant-credential-rejected.1"] = typeof(MerchantEvent.CredentialRejected),
        ["merchant-credential-locked.1"] = typeof(MerchantEvent.CredentialLocked),
        ["merchant-credential-unlocked.1"] = typeof(MerchantEvent.CredentialUnlocked),

        ["remittance-opened.1"] = typeof(RemittanceEvent.RemittanceOpened),
        ["remittance-lines-added.1"] = typeof(RemittanceEvent.LinesAdded),
        ["remittance-closed.1"] = typeof(RemittanceEvent.RemittanceClosed),
        ["remittance-credited.1"] = typeof(RemittanceEvent.RemittanceCredited),

        ["card-opposed.1"] = typeof(CardEvent.CardOpposed),
        ["card-renewed.1"] = typeof(CardEvent.CardRenewed),

        ["complaint-opened.1"] = typeof(ComplaintEvent.ComplaintOpened),
        ["complaint-confirmed-in-writing.1"] = typeof(ComplaintEvent.ConfirmedInWriting),
        ["complaint-acknowledged.1"] = typeof(ComplaintEvent.ComplaintAcknowledged),
        ["complaint-holding-reply-sent.1"] = typeof(ComplaintEvent.HoldingReplySent),
        ["complaint-answered.1"] = typeof(ComplaintEvent.ComplaintAnswered),
        ["complaint-escalated.1"] = typeof(ComplaintEvent.ComplaintEscalated),
        ["complaint-mediation-ended.1"] = typeof(ComplaintEvent.MediationEnded),
    };

    public static ImmutableArray<EventType> Create()
    {
        var options = LedgerJsonOptions.Create();
        options.MakeReadOnly();
        return [.. Rows.Select(row => CreateRow(row.Key, row.Value, options))];
    }

    private static EventType CreateRow(string name, Type clrType, JsonSerializerOptions options)
    {
        Invariant.Holds(StoredType.IsValid(name) && clrType.IsAssignableTo(typeof(ILedgerEvent)));
        return new EventType(name, clrType, options.GetTypeInfo(clrType), CanonicalReaders.ByClass.GetValueOrDefault(clrType));
    }
}
