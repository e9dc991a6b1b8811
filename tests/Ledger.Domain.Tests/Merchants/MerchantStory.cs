using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using NodaTime;
using static Ledger.Domain.Merchants.MerchantCommand;
using static Ledger.Domain.Merchants.MerchantEvent;
using static Ledger.Domain.Tests.Merchants.ContractSamples;

namespace Ledger.Domain.Tests.Merchants;

/// <summary>A contract's histories and commands, and the two ways in which a test says what follows.</summary>
internal static class MerchantStory
{
    public static readonly Guid Command = new(7, 0, 0, new byte[8]);
    public static readonly RequestContract RequestIt =
        new(Bakery, "Boulangerie Démo SARL", BakeryAcceptor, Account, CalendarName.FranceAndT2, Prices, false, [CardBrand.Cb, CardBrand.Visa], Noon);

    public static readonly ContractRequested IsRequested =
        new(Bakery, "Boulangerie Démo SARL", BakeryAcceptor, Account, CalendarName.FranceAndT2, Prices, false, [CardBrand.Cb, CardBrand.Visa], Noon);

    public static readonly ContractAccepted IsAccepted = new("adviser-1", Noon);
    public static readonly ContractRefused IsRefused = new("adviser-1", "not eligible", Noon);
    public static readonly Instant MonthEnd = ParisTime.StartOf(new LocalDate(2026, 12, 1));
    public static readonly ContractTerminated IsTerminated = new("RAR-1", Noon, MonthEnd, Noon);
    public static readonly Acceptor Moved = BakeryAcceptor with { Place = "75010 PARIS" };

    public static MerchantState Given(params MerchantEvent[] history) => history.Aggregate(Merchant.Initial, Merchant.Evolve);

    public static MerchantState GivenWrong(Credential credential, int attempts) =>
        Given([IsRequested, IsAccepted, .. Enumerable.Range(1, attempts).Select(n => new CredentialRejected(credential, Command, n, Noon))]);

    public static MerchantState GivenLocked(Credential credential) => Merchant.Evolve(GivenWrong(credential, 5), new CredentialLocked(credential, Noon));

    public static void Gives(MerchantState state, MerchantCommand command, params MerchantEvent[] expected)
    {
        var decision = Merchant.Decide(state, command);
        Assert.Null(decision.Rejection);
        Assert.Equal(expected, decision.Events);
        expected.Aggregate(state, Merchant.Evolve);
    }

    public static void Refuses(MerchantRejection expected, MerchantState state, MerchantCommand command)
    {
        var decision = Merchant.Decide(state, command);
        Assert.Equal(expected, decision.Rejection);
        Assert.Empty(decision.Events);
    }
}
