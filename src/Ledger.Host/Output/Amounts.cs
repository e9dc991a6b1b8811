using Ledger.Domain;

namespace Ledger.Host.Output;

/// <summary>Amounts as French screens write them, below zero as well.</summary>
internal static class Amounts
{
    /// <param name="cents">Of EUR.</param>
    public static string Of(long cents) => $"{(cents < 0 ? "-" : "")}{FrenchAmount.PrintWithSymbol(Money.Eur(Math.Abs(cents)))}";

    public static string Of(Contracts.V1.Money money) => Of(money.Amount);
}
