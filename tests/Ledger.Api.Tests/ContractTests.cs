using System.Text.Json;
using Ledger.Api.Problems;
using Ledger.Api.Texts;
using Ledger.Contracts.V1;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Testing;

namespace Ledger.Api.Tests;

/// <summary>What crosses the wire, and the table from rejection to answer.</summary>
public class ContractTests
{
    public static TheoryData<string, Type> Rejections => new()
    {
        { Transaction.Category, typeof(TransactionRejection) },
        { Terminal.Category, typeof(TerminalRejection) },
        { Merchant.Category, typeof(MerchantRejection) },
        { OpposedCard.Category, typeof(CardRejection) },
        { Remittance.Category, typeof(RemittanceRejection) },
        { Complaint.Category, typeof(ComplaintRejection) },
    };

    public static TheoryData<Type, Type> Enums => new()
    {
        { typeof(Contracts.V1.TransactionStatus), typeof(Domain.Transactions.TransactionStatus) },
        { typeof(Contracts.V1.RefundStatus), typeof(Domain.Transactions.RefundStatus) },
        { typeof(Contracts.V1.CardStage), typeof(Domain.Transactions.CardStage) },
        { typeof(Contracts.V1.AbortReason), typeof(Domain.Transactions.AbortReason) },
        { typeof(Contracts.V1.UnknownReason), typeof(Domain.Transactions.UnknownReason) },
        { typeof(Contracts.V1.TicketChoice), typeof(Domain.Tickets.TicketChoice) },
        { typeof(Contracts.V1.TicketKind), typeof(Domain.Tickets.TicketKind) },
        { typeof(Contracts.V1.TicketCopy), typeof(Domain.Tickets.TicketCopy) },
        { typeof(Contracts.V1.CardBrand), typeof(Domain.Cards.CardBrand) },
        { typeof(Contracts.V1.BrandChoice), typeof(Domain.Cards.BrandChoice) },
        { typeof(Contracts.V1.CardCategory), typeof(Domain.Cards.CardCategory) },
        { typeof(Contracts.V1.CardRegion), typeof(Domain.Cards.CardRegion) },
        { typeof(Contracts.V1.EntryMode), typeof(Domain.Cards.EntryMode) },
        { typeof(Contracts.V1.CardholderVerification), typeof(Domain.Cards.CardholderVerification) },
        { typeof(Contracts.V1.OppositionReason), typeof(Domain.Cards.OppositionReason) },
        { typeof(Contracts.V1.RemittanceSide), typeof(Domain.Remittances.RemittanceSide) },
        { typeof(Contracts.V1.AcceptanceCountry), typeof(Domain.Terminals.AcceptanceCountry) },
        { typeof(Contracts.V1.BlockReason), typeof(Domain.Terminals.BlockReason) },
        { typeof(Contracts.V1.CalendarName), typeof(Domain.Calendars.CalendarName) },
        { typeof(Contracts.V1.Credential), typeof(Domain.Merchants.Credential) },
        { typeof(Contracts.V1.CredentialLetter), typeof(Domain.Merchants.CredentialLetter) },
        { typeof(Contracts.V1.ComplaintReason), typeof(Domain.Complaints.ComplaintReason) },
        { typeof(Contracts.V1.ComplaintChannel), typeof(Domain.Complaints.ComplaintChannel) },
        { typeof(Contracts.V1.ComplaintOutcome), typeof(Domain.Complaints.ComplaintOutcome) },
        { typeof(Contracts.V1.MediationOutcome), typeof(Domain.Complaints.MediationOutcome) },
        { typeof(Contracts.V1.HistoryKind), typeof(Projections.History.HistoryKind) },
        { typeof(Contracts.V1.TicketDelivery), typeof(Projections.History.TicketDelivery) },
        { typeof(Contracts.V1.RevenuePeriod), typeof(Projections.Revenue.RevenuePeriod) },
        { typeof(Contracts.V1.TerminalCondition), typeof(Projections.Terminals.TerminalCondition) },
        { typeof(Contracts.V1.RemittanceCondition), typeof(Projections.Remittances.RemittanceCondition) },
    };

    [Theory]
    [MemberData(nameof(Rejections))]
    public void Every_rejection_of_every_decider_has_a_status_that_blames_the_request(string category, Type rejections)
    {
        foreach (var name in Enum.GetNames(rejections))
        {
            var code = ProblemTable.CodeOf(category, name);
            Assert.True(ProblemTable.TryGetStatus(code, out var status), $"{code} is not in the table");
            Assert.InRange(status, 400, 499);
        }
    }

    [Fact]
    public void Every_code_has_words_in_both_languages_and_stands_in_the_table()
    {
        var constants = typeof(ProblemCodes).GetNestedTypes().SelectMany(static t => t.GetFields()).Select(static f => (string)f.GetRawConstantValue()!).ToArray();
        Assert.Equal(constants.Order(StringComparer.Ordinal), ProblemTable.Codes.Order(StringComparer.Ordinal));
        foreach (var code in constants)
        {
            Assert.NotEmpty(ApiTexts.TitleOf(code, Language.French));
            Assert.NotEmpty(ApiTexts.TitleOf(code, Language.English));
        }
    }

    [Theory]
    [MemberData(nameof(Enums))]
    public void Enums_on_the_wire_have_the_names_and_numbers_of_the_domain(Type wire, Type domain) =>
        Assert.Equal(
            Enum.GetNames(domain).Select(n => (n, (int)Enum.Parse(domain, n))).Order(),
            Enum.GetNames(wire).Select(n => (n, (int)Enum.Parse(wire, n))).Order());

    [Theory]
    [InlineData("""{"saleId":"x","amount":{"amount":1,"currency":"EUR"},"ticket":"paper","unknown":1}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":1,"currency":"EUR"},"ticket":"paper","ticket":"paper"}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":1.5,"currency":"EUR"},"ticket":"paper"}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":1e3,"currency":"EUR"},"ticket":"paper"}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":"1500","currency":"EUR"},"ticket":"paper"}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":9223372036854775808,"currency":"EUR"},"ticket":"paper"}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":1,"currency":null},"ticket":"paper"}""")]
    [InlineData("""{"saleId":"x","amount":{"currency":"EUR"},"ticket":"paper"}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":1,"currency":"EUR"},"ticket":1}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":1,"currency":"EUR"},"ticket":"Paper"}""")]
    [InlineData("""{"saleId":"x","amount":{"amount":1,"currency":"EUR"},"ticket":"paper,sms"}""")]
    [InlineData("""{"SaleId":"x","amount":{"amount":1,"currency":"EUR"},"ticket":"paper"}""")]
    [Rule("E53")]
    [Rule("E104")]
    public void A_body_is_read_strictly(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<CreatePayment>(json, LedgerJson.Server));

    [Fact]
    public void What_is_written_is_read_back()
    {
        var request = new CreatePayment("0192", new Money(1500, "EUR"), TicketChoice.Email, new Contact(Email: "a@example.org"));
        var json = JsonSerializer.Serialize(request, LedgerJson.Server);

        Assert.Equal("""{"saleId":"0192","amount":{"amount":1500,"currency":"EUR"},"ticket":"email","contact":{"email":"a@example.org"}}""", json);
        Assert.Equal(request, JsonSerializer.Deserialize<CreatePayment>(json, LedgerJson.Server));
    }

    [Theory]
    [InlineData("2026-11-22T13:05:09Z", true)]
    [InlineData("2026-11-22T13:05:09.1234567Z", true)]
    [InlineData("2026-11-22T13:05:09+01:00", false)]
    [InlineData("2026-11-22T13:05:09", false)]
    [InlineData("2026-11-22 13:05:09Z", false)]
    [InlineData("22/11/2026", false)]
    [Rule("E104")]
    public void Instants_are_iso_8601_in_utc_and_nothing_else(string text, bool isOne)
    {
        Assert.Equal(isOne, UtcInstantConverter.TryParse(text, out var instant));
        if (isOne) Assert.Equal(text, UtcInstantConverter.Format(instant));
    }

    [Theory]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.9999999Z")]
    [InlineData("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:59.9999999Z")]
    [InlineData("2016-12-31T22:59:60Z", null)]
    [InlineData("2016-12-31T23:59:61Z", null)]
    [InlineData("2016-02-30T23:59:60Z", null)]
    [InlineData("2016-12-31T23:59:60", null)]
    [InlineData("T23:59:60Z", null)]
    [Rule("E09")]
    public void A_leap_second_belongs_to_the_second_and_day_before_it(string text, string? read)
    {
        Assert.Equal(read is not null, UtcInstantConverter.TryParse(text, out var instant));
        if (read is not null) Assert.Equal(read, UtcInstantConverter.Format(instant));
    }

    [Fact]
    [Rule("I40")]
    public void Requests_that_hold_secrets_print_nothing_of_themselves()
    {
        object[] requests =
        [
            new ActivationRequest("identifier", "canary", "canary"),
            new ActivationReply("canary", "m", "d", "s"),
            new Contact("canary@example.org"),
            new AuthorisePayment(Shop.Card with { Token = "tok_canary" }, "canary"),
            new CancelPayment(new Money(1, "EUR"), "canary", Contracts.V1.TicketChoice.Sms, null, new Contact(Phone: "canary")),
            new RefundPayment(new Money(1, "EUR"), new Contracts.V1.PresentedCard("tok_canary", Contracts.V1.CardBrand.Cb), "canary", Contracts.V1.TicketChoice.Sms, new Contact(Phone: "canary")),
            new CredentialsReply("m", "i", "canary", "canary"),
        ];
        Assert.All(requests, static r => Assert.DoesNotContain("canary", r.ToString(), StringComparison.Ordinal));
    }
}
