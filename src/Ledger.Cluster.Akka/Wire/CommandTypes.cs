using System.Collections.Frozen;
using System.Collections.Immutable;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;

namespace Ledger.Cluster.Akka.Wire;

/// <summary>
/// The name under which a command crosses to another node, each beside its class. Nodes of two versions talk to each other while a cluster is brought up to date, so a name keeps its
/// shape: a changed one gets the next number, and the old row stays until no node sends it.
/// </summary>
internal static class CommandTypes
{
    private static readonly Dictionary<string, Type> Rows = new(StringComparer.Ordinal)
    {
        ["transaction-request.1"] = typeof(TransactionCommand.Request),
        ["transaction-report-progress.1"] = typeof(TransactionCommand.ReportProgress),
        ["transaction-send-authorisation.1"] = typeof(TransactionCommand.SendAuthorisation),
        ["transaction-record-approval.1"] = typeof(TransactionCommand.RecordApproval),
        ["transaction-record-decline.1"] = typeof(TransactionCommand.RecordDecline),
        ["transaction-record-no-answer.1"] = typeof(TransactionCommand.RecordNoAnswer),
        ["transaction-record-not-found.1"] = typeof(TransactionCommand.RecordNotFound),
        ["transaction-complete.1"] = typeof(TransactionCommand.Complete),
        ["transaction-abort.1"] = typeof(TransactionCommand.Abort),
        ["transaction-record-reversed.1"] = typeof(TransactionCommand.RecordReversed),
        ["transaction-record-contradiction.1"] = typeof(TransactionCommand.RecordContradiction),
        ["transaction-record-contradiction-undone.1"] = typeof(TransactionCommand.RecordContradictionUndone),
        ["transaction-request-cancellation.1"] = typeof(TransactionCommand.RequestCancellation),
        ["transaction-record-cancelled.1"] = typeof(TransactionCommand.RecordCancelled),
        ["transaction-record-cancellation-refused.1"] = typeof(TransactionCommand.RecordCancellationRefused),
        ["transaction-request-refund.1"] = typeof(TransactionCommand.RequestRefund),
        ["transaction-record-refund-approved.1"] = typeof(TransactionCommand.RecordRefundApproved),
        ["transaction-record-refund-declined.1"] = typeof(TransactionCommand.RecordRefundDeclined),
        ["transaction-record-refund-no-answer.1"] = typeof(TransactionCommand.RecordRefundNoAnswer),
        ["transaction-request-refund-cancellation.1"] = typeof(TransactionCommand.RequestRefundCancellation),
        ["transaction-record-refund-cancelled.1"] = typeof(TransactionCommand.RecordRefundCancelled),
        ["transaction-record-refund-cancellation-refused.1"] = typeof(TransactionCommand.RecordRefundCancellationRefused),
        ["transaction-remit.1"] = typeof(TransactionCommand.Remit),
        ["transaction-remit-refund.1"] = typeof(TransactionCommand.RemitRefund),
        ["transaction-record-ticket-sent.1"] = typeof(TransactionCommand.RecordTicketSent),
        ["transaction-record-ticket-failed.1"] = typeof(TransactionCommand.RecordTicketFailed),
        ["transaction-reissue-ticket.1"] = typeof(TransactionCommand.ReissueTicket),

        ["terminal-register.1"] = typeof(TerminalCommand.Register),
        ["terminal-activate.1"] = typeof(TerminalCommand.Activate),
        ["terminal-block.1"] = typeof(TerminalCommand.Block),
        ["terminal-unblock.1"] = typeof(TerminalCommand.Unblock),
        ["terminal-block-for-good.1"] = typeof(TerminalCommand.BlockForGood),
        ["terminal-start-transaction.1"] = typeof(TerminalCommand.StartTransaction),
        ["terminal-set-transaction-aside.1"] = typeof(TerminalCommand.SetTransactionAside),
        ["terminal-finish-transaction.1"] = typeof(TerminalCommand.FinishTransaction),
        ["terminal-take-number.1"] = typeof(TerminalCommand.TakeNumber),

        ["merchant-request-contract.1"] = typeof(MerchantCommand.RequestContract),
        ["merchant-accept-contract.1"] = typeof(MerchantCommand.AcceptContract),
        ["merchant-refuse-contract.1"] = typeof(MerchantCommand.RefuseContract),
        ["merchant-change-prices.1"] = typeof(MerchantCommand.ChangePrices),
        ["merchant-change-acceptor.1"] = typeof(MerchantCommand.ChangeAcceptor),
        ["merchant-change-account.1"] = typeof(MerchantCommand.ChangeAccount),
        ["merchant-terminate.1"] = typeof(MerchantCommand.Terminate),
        ["merchant-record-credential-right.1"] = typeof(MerchantCommand.RecordCredentialRight),
        ["merchant-record-credential-wrong.1"] = typeof(MerchantCommand.RecordCredentialWrong),
        ["merchant-record-letter-sent.1"] = typeof(MerchantCommand.RecordLetterSent),
        ["merchant-unlock-credential.1"] = typeof(MerchantCommand.UnlockCredential),

        ["remittance-open-remittance.1"] = typeof(RemittanceCommand.OpenRemittance),
        ["remittance-add-lines.1"] = typeof(RemittanceCommand.AddLines),
        ["remittance-close-remittance.1"] = typeof(RemittanceCommand.CloseRemittance),
        ["remittance-credit-remittance.1"] = typeof(RemittanceCommand.CreditRemittance),

        ["card-oppose.1"] = typeof(CardCommand.Oppose),
        ["card-renew.1"] = typeof(CardCommand.Renew),

        ["complaint-open.1"] = typeof(ComplaintCommand.Open),
        ["complaint-confirm-in-writing.1"] = typeof(ComplaintCommand.ConfirmInWriting),
        ["complaint-acknowledge.1"] = typeof(ComplaintCommand.Acknowledge),
        ["complaint-send-holding-reply.1"] = typeof(ComplaintCommand.SendHoldingReply),
        ["complaint-answer.1"] = typeof(ComplaintCommand.Answer),
        ["complaint-escalate.1"] = typeof(ComplaintCommand.Escalate),
        ["complaint-end-mediation.1"] = typeof(ComplaintCommand.EndMediation),

        ["built-numbered-request.1"] = typeof(NumberedRequest),
    };

    private static readonly FrozenDictionary<string, Type> ByName = Rows.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, string> ByClass = Rows.ToFrozenDictionary(static row => row.Value, static row => row.Key);

    public static ImmutableArray<Type> Classes { get; } = [.. Rows.Values];

    /// <returns>Null for a class that crosses to no other node.</returns>
    public static string? FindName(Type type) => ByClass.GetValueOrDefault(type);

    /// <returns>Null for a name that this version does not know.</returns>
    public static Type? FindClass(string name) => ByName.GetValueOrDefault(name);
}
