using System.Globalization;

namespace Ledger.Domain.Accounting;

/// <summary>Where an amount stands. Written « merchant-payable:boulangerie-1 »; stored in the journal, so never renamed.</summary>
public readonly record struct AccountName(string Value)
{
    public override string ToString() => Value;
}

public enum PostingSide
{
    Debit = 1,
    Credit = 2,
}

/// <summary>One line of an event's accounting. The debits and credits of one event are equal, per currency (I07).</summary>
public sealed record Posting(AccountName Account, PostingSide Side, Money Amount)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Side} {Account} {Amount}");
}
