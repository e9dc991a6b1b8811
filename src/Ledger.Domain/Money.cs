using System.Globalization;

namespace Ledger.Domain;

/// <summary>An exact amount in the minor unit of its currency: 1 is one cent of EUR. Never negative; a direction is said by the posting or the event.</summary>
public readonly record struct Money
{
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="minorUnits"/> is negative.</exception>
    public Money(long minorUnits, Currency currency)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(minorUnits);
        MinorUnits = minorUnits;
        Currency = currency;
    }

    public long MinorUnits { get; }

    public Currency Currency { get; }

    public bool IsZero => MinorUnits == 0;

    public static Money Zero(Currency currency) => new(0, currency);

    /// <summary>Shorthand for the one currency that is accepted (R031).</summary>
    public static Money Eur(long cents) => new(cents, Currency.Eur);

    /// <exception cref="OverflowException">The sum leaves the range of <see cref="long"/>.</exception>
    /// <exception cref="InvariantException">The currencies differ.</exception>
    public static Money operator +(Money left, Money right) => new(left.MinorUnits + right.MinorUnits, Shared(left, right));

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="right"/> is larger: compare before you subtract.</exception>
    /// <exception cref="InvariantException">The currencies differ.</exception>
    public static Money operator -(Money left, Money right) => new(left.MinorUnits - right.MinorUnits, Shared(left, right));

    public static bool operator <(Money left, Money right) => Shared(left, right) is var _ && left.MinorUnits < right.MinorUnits;

    public static bool operator >(Money left, Money right) => right < left;

    public static bool operator <=(Money left, Money right) => !(right < left);

    public static bool operator >=(Money left, Money right) => !(left < right);

    /// <summary>For logs and error texts, invariant: « 1500 EUR cents ». Screens print the French way.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{MinorUnits} {Currency.Code} cents");

    private static Currency Shared(Money left, Money right)
    {
        Invariant.Holds(left.Currency == right.Currency);
        return left.Currency;
    }
}

/// <summary>ISO 4217 alphabetic code.</summary>
public readonly record struct Currency(string Code)
{
    /// <summary>ISO 4217 numeric 978, two decimals.</summary>
    public static readonly Currency Eur = new("EUR");

    public override string ToString() => Code;
}
