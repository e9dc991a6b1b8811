namespace Ledger.Contracts.V1;

/// <summary>An exact amount: <c>{ "amount": 1500, "currency": "EUR" }</c> is 15.00 EUR.</summary>
/// <param name="Amount">In the currency's minor unit (cents), an integer. Payments and refunds take 1 to 150000; totals may be below zero.</param>
/// <param name="Currency">ISO 4217 alphabetic code; only EUR is accepted.</param>
public sealed record Money(long Amount, string Currency);
