using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;

namespace Ledger.Domain.Accounting;

/// <summary>
/// The accounting of every event, from the event alone, so that the journal, the verifier and an auditor compute the same.
/// <para>Chart of accounts:</para>
/// <list type="bullet">
/// <item>acquirer-receivable, an asset: what the schemes owe the bank for completed payments, less cancellations and refunds.</item>
/// <item>merchant-payable:{merchant}, a liability: what is owed to the merchant and in no closed remittance yet.</item>
/// <item>remittance-in-transit:{merchant}, a liability: closed remittances whose credit date has not come.</item>
/// <item>merchant-account:{merchant}, a liability: what was put on the merchant's current account, or taken from it.</item>
/// </list>
/// <para>
/// An approval is a hold and posts nothing. Service charges post nothing either: they are summed and invoiced monthly (I08).
/// </para>
/// </summary>
public static class Postings
{
    /// <summary>Stored in the journal, so never renamed.</summary>
    public static readonly AccountName AcquirerReceivable = new("acquirer-receivable");

    public static AccountName MerchantPayable(MerchantId merchant) => new($"merchant-payable:{merchant}");

    public static AccountName RemittanceInTransit(MerchantId merchant) => new($"remittance-in-transit:{merchant}");

    public static AccountName MerchantAccount(MerchantId merchant) => new($"merchant-account:{merchant}");

    /// <summary>The debits and credits of one event.</summary>
    /// <returns>Empty when it moves no money; else balanced (I07).</returns>
    /// <exception cref="InvariantException">The event cannot be posted: its currencies differ.</exception>
    public static ValueList<Posting> Of(ILedgerEvent @event) => @event switch
    {
        TransactionEvent.Completed e => Move(e.Amount, AcquirerReceivable, MerchantPayable(e.MerchantId)),
        TransactionEvent.Cancelled e => Move(e.Amount, MerchantPayable(e.MerchantId), AcquirerReceivable),
        TransactionEvent.RefundApproved e => Move(e.Amount, MerchantPayable(e.MerchantId), AcquirerReceivable),
        TransactionEvent.RefundCancelled e => Move(e.Amount, AcquirerReceivable, MerchantPayable(e.MerchantId)),

        RemittanceEvent.RemittanceClosed { Remittance.MerchantId: var merchant } e =>
            MoveNet(e.Debits, e.Credits, MerchantPayable(merchant), RemittanceInTransit(merchant)),
        RemittanceEvent.RemittanceCredited { Remittance.MerchantId: var merchant } e =>
            MoveNet(e.Debits, e.Credits, RemittanceInTransit(merchant), MerchantAccount(merchant)),

        _ => [],
    };

    /// <summary>More taken back than taken in: the net is negative and goes the other way.</summary>
    private static ValueList<Posting> MoveNet(Money debits, Money credits, AccountName debit, AccountName credit) =>
        debits >= credits ? Move(debits - credits, debit, credit) : Move(credits - debits, credit, debit);

    private static ValueList<Posting> Move(Money amount, AccountName debit, AccountName credit)
    {
        if (amount.IsZero) return [];

        ValueList<Posting> postings = [new(debit, PostingSide.Debit, amount), new(credit, PostingSide.Credit, amount)];
        Invariant.Holds(AreBalanced(postings));
        return postings;
    }

    /// <summary>Whether the debits equal the credits in every currency (I07). Asked when postings are made, and again on replay.</summary>
    public static bool AreBalanced(ValueList<Posting> postings) => TrialBalance.Empty.Add(postings).IsBalanced;
}
