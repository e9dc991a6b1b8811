using Ledger.Contracts.V1;
using Ledger.Domain;
using NodaTime;

namespace Ledger.Api.Inputs;

/// <summary>The members of contracts. Their ranges are the contract's own to refuse (FactsInvalid, PricesInvalid); here only what a value cannot hold.</summary>
internal sealed partial class InputCheck
{
    /// <summary>More than every brand, category and region together.</summary>
    private const int RatesMax = 64;

    public static Domain.Merchants.Acceptor Acceptor(Acceptor value) =>
        new(value.TradeName, value.Place, value.ContractNumber, value.BankCode, value.Siret);

    public Domain.Merchants.PriceList Prices(string member, PriceList value)
    {
        if (value.Rates.Count > RatesMax) Add($"{member}.rates", "At most 64.", ProblemCodes.Merchant.PricesInvalid);
        if (value.ValidFrom.Year is < 2000 or >= 2200) Add($"{member}.validFrom", "A year from 2000 to 2199.", ProblemCodes.Merchant.PricesInvalid);
        return new Domain.Merchants.PriceList(
            LocalDate.FromDateOnly(value.ValidFrom),
            value.MonthlyFee,
            value.SubscriptionVatPerMille,
            value.CommissionVatPerMille,
            [.. value.Rates.Take(RatesMax).Select(Of)]);
    }

    public ValueList<Domain.Cards.CardBrand> Brands(string member, IReadOnlyList<CardBrand> values)
    {
        if (values.Distinct().Count() != values.Count) Add(member, "Each brand once.");
        return [.. values.Distinct().Select(Wire.ToDomain)];
    }

    public Domain.Complaints.ComplaintSubject Subject(string member, ComplaintSubject value) =>
        new(
            new Domain.Transactions.TransactionId(Uuid($"{member}.transactionId", value.TransactionId)),
            value.Ticket is { } ticket ? Wire.ToDomain(ticket) : null,
            Refund($"{member}.refundId", value.RefundId));

    private static Domain.Merchants.Rate Of(Rate rate) => new(
        Wire.ToDomain(rate.Brand),
        Wire.ToDomain(rate.Category),
        Wire.ToDomain(rate.Region),
        rate.InterchangePerMillion,
        rate.SchemePerMillion,
        rate.MarginPerMillion,
        rate.MarginFixed);
}
