using System.Collections.Immutable;

namespace Ledger.Domain.Accounting;

/// <summary>Per account and currency, all that was ever debited and credited: a pure fold of postings. Immutable.</summary>
public sealed class TrialBalance
{
    private readonly ImmutableDictionary<(AccountName Account, Currency Currency), AccountTotals> _accounts;

    private TrialBalance(ImmutableDictionary<(AccountName Account, Currency Currency), AccountTotals> accounts) => _accounts = accounts;

    public static TrialBalance Empty { get; } = new(ImmutableDictionary<(AccountName Account, Currency Currency), AccountTotals>.Empty);

    /// <summary>By account name (ordinal), then currency.</summary>
    public ImmutableArray<AccountTotals> Accounts =>
        [.. _accounts.Values.OrderBy(static a => a.Account.Value, StringComparer.Ordinal).ThenBy(static a => a.Debits.Currency.Code, StringComparer.Ordinal)];

    /// <summary>Whether all debits equal all credits in every currency (I07).</summary>
    public bool IsBalanced =>
        _accounts.Values.GroupBy(static a => a.Debits.Currency)
            .All(static g => g.Sum(static a => a.Debits.MinorUnits) == g.Sum(static a => a.Credits.MinorUnits));

    /// <returns>The balance after <paramref name="postings"/>.</returns>
    /// <exception cref="OverflowException">An account's total leaves the range of <see cref="long"/>.</exception>
    public TrialBalance Add(ValueList<Posting> postings)
    {
        var accounts = _accounts.ToBuilder();
        foreach (var posting in postings)
        {
            var key = (posting.Account, posting.Amount.Currency);
            accounts[key] = accounts.GetValueOrDefault(key, AccountTotals.Zero(posting.Account, posting.Amount.Currency)).Add(posting);
        }

        return new TrialBalance(accounts.ToImmutable());
    }

    /// <returns>The totals of one account; zero when nothing was posted to it.</returns>
    public AccountTotals this[AccountName account, Currency currency] =>
        _accounts.GetValueOrDefault((account, currency), AccountTotals.Zero(account, currency));
}

/// <summary>One line of the trial balance.</summary>
/// <param name="Debits">All debits since the beginning.</param>
/// <param name="Credits">All credits since the beginning, same currency.</param>
public sealed record AccountTotals(AccountName Account, Money Debits, Money Credits)
{
    /// <summary>Debits less credits, in minor units; below zero for a credit balance.</summary>
    public long Balance => Debits.MinorUnits - Credits.MinorUnits;

    public static AccountTotals Zero(AccountName account, Currency currency) => new(account, Money.Zero(currency), Money.Zero(currency));

    public AccountTotals Add(Posting posting) => posting.Side switch
    {
        PostingSide.Debit => this with { Debits = Debits + posting.Amount },
        PostingSide.Credit => this with { Credits = Credits + posting.Amount },
    };
}
