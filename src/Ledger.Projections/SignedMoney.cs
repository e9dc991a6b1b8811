using System.Globalization;
using Ledger.Domain;

namespace Ledger.Projections;

/// <summary>A difference of amounts, below zero when more was given back than taken: 1 is one cent of EUR.</summary>
public readonly record struct SignedMoney(long MinorUnits, Currency Currency)
{
    public static SignedMoney Between(Money plus, Money minus)
    {
        Invariant.Holds(plus.Currency == minus.Currency);
        return new SignedMoney(plus.MinorUnits - minus.MinorUnits, plus.Currency);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MinorUnits} {Currency.Code} cents");
}
