using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using static Ledger.Domain.Transactions.TransactionCommand;
using static Ledger.Domain.Transactions.TransactionEvent;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>How an attempt ends: the card confirms, or somebody or something stops it (R026, R039-R044).</summary>
public sealed partial class Transaction
{
    private static Decision DecideComplete(TransactionState state, Complete command)
    {
        if (CompletionOf(state) is { } done) return done.Confirmation == command.Confirmation ? Decision.AlreadyDone : TransactionRejection.WrongState;
        if (state is InDoubt) return TransactionRejection.OutcomeUnknown;
        if (state is not TransactionState.Approved approved) return TransactionRejection.WrongState;
        if (command.Contract.MerchantId != approved.Facts.MerchantId) return TransactionRejection.MerchantDiffers;
        if (!IsConfirmed(approved.Card.EntryMode, command.Confirmation)) return TransactionRejection.ConfirmationMissing;

        var (facts, card) = (approved.Facts, approved.Card);
        // A rate that was withdrawn since the authorisation is the bank's matter: the client has paid, so the merchant is not refused, nor charged.
        var charge = command.Contract.Prices.ChargeFor(facts.Amount, card.Brand, card.Category, card.Region) ?? ServiceCharge.Zero;
        return new TransactionEvent.Completed(facts.MerchantId, facts.Amount, facts.BusinessDay, command.Confirmation, charge, command.Now);
    }

    /// <summary>R047, D-06. EMV 9F26 is 8 bytes, 9F36 is 2.</summary>
    private static bool IsConfirmed(EntryMode entry, CardConfirmation confirmation) => entry switch
    {
        EntryMode.Chip => confirmation is
        { Verification: CardholderVerification.Pin, Cryptogram: { Length: 16 } cryptogram, ApplicationCounter: >= 0 and <= 0xFFFF }
            && cryptogram.All(char.IsAsciiHexDigit),
        EntryMode.MagneticStripe or EntryMode.Fallback => confirmation.Verification == CardholderVerification.SignatureOnScreen,
    };

    private static Decision DecideAbort(TransactionState state, Abort command) => state switch
    {
        Open => new TransactionEvent.Aborted(command.Reason, command.Now),
        AuthorisationPending pending => new OutcomeUnknown(pending.Exchange, UnknownBecause(command.Reason), Abandoned: true, command.Now),
        InDoubt { Abandoned: false } doubt => new OutcomeUnknown(doubt.Exchange, UnknownBecause(command.Reason), Abandoned: true, command.Now),
        TransactionState.Approved approved => new ReversalRequested(approved.Exchange, ReversedBecause(command.Reason), approved.Facts.Amount, command.Now),
        InDoubt or ReversalPending or TransactionState.Reversed or TransactionState.Aborted => Decision.AlreadyDone,
        _ => TransactionRejection.WrongState,
    };

    private static UnknownReason UnknownBecause(AbortReason reason) => reason switch
    {
        AbortReason.CardRemovedEarly or AbortReason.TerminalLinkLost => UnknownReason.CardRemoved,
        AbortReason.NetworkLost => UnknownReason.ConnectionLost,
        AbortReason.TimedOut or AbortReason.CardInsertTimedOut or AbortReason.PinEntryTimedOut => UnknownReason.AnswerTimedOut,
        AbortReason.CancelledByMerchant or AbortReason.CancelledByClient => UnknownReason.GivenUp,
        AbortReason.CardNotAccepted or AbortReason.CardRefused or AbortReason.NotFoundAtHost => UnknownReason.GivenUp,
    };

    private static ReversalReason ReversedBecause(AbortReason reason) => reason switch
    {
        AbortReason.CardRemovedEarly => ReversalReason.CardRemovedEarly,
        AbortReason.TerminalLinkLost => ReversalReason.TerminalLinkLost,
        AbortReason.NetworkLost => ReversalReason.NetworkLost,
        AbortReason.CancelledByMerchant => ReversalReason.CancelledByMerchant,
        AbortReason.CancelledByClient => ReversalReason.CancelledByClient,
        AbortReason.CardRefused or AbortReason.CardNotAccepted => ReversalReason.CardRefused,
        AbortReason.TimedOut or AbortReason.CardInsertTimedOut or AbortReason.PinEntryTimedOut => ReversalReason.CompletionTimedOut,
        AbortReason.NotFoundAtHost => ReversalReason.Abandoned,
    };
}
