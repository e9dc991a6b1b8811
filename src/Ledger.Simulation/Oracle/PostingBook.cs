using Ledger.Domain;
using Ledger.Domain.Accounting;

namespace Ledger.Simulation.Oracle;

/// <summary>The accounts as the events' postings make them: balanced by each event and in all (I07).</summary>
internal sealed class PostingBook(Judge judge)
{
    private readonly Dictionary<AccountName, long> _balances = [];

    /// <summary>Debits less credits, in cents.</summary>
    public long BalanceOf(AccountName account) => _balances.GetValueOrDefault(account);

    public void Take(ILedgerEvent @event)
    {
        var sum = 0L;
        foreach (var posting in Postings.Of(@event))
        {
            var cents = posting.Side == PostingSide.Debit ? posting.Amount.MinorUnits : -posting.Amount.MinorUnits;
            _balances[posting.Account] = BalanceOf(posting.Account) + cents;
            sum += cents;
        }

        if (sum != 0) judge.Broken("I07", $"{@event.GetType().Name}: debits and credits differ by {sum} cents");
    }

    /// <summary>All is remitted and credited: nothing is owed to a merchant any more, and the whole is zero.</summary>
    public void CheckAtRest()
    {
        if (_balances.Values.Sum() != 0) judge.Broken("I07", "the trial balance is not zero");
        foreach (var (account, balance) in _balances)
        {
            var isPassing = account.Value.StartsWith("merchant-payable", StringComparison.Ordinal) || account.Value.StartsWith("remittance-in-transit", StringComparison.Ordinal);
            if (isPassing && balance != 0) judge.Broken("I50", $"{account} still has {balance} cents when everything is at rest");
        }
    }
}
