using System.Globalization;
using Ledger.Domain.Cards;
using Ledger.Domain.Transactions;

namespace Ledger.Simulation.Town;

/// <summary>An invented client with a card; some cards name their account, so that a renewed one is known.</summary>
internal sealed class Client
{
    public Client(int number)
    {
        var account = number % 3 == 0 ? string.Create(CultureInfo.InvariantCulture, $"PAR{number:D6}") : null;
        Card = CardOf(string.Create(CultureInfo.InvariantCulture, $"tok_client_{number:D4}"), account);
        Renewed = CardOf(string.Create(CultureInfo.InvariantCulture, $"tok_renewed_{number:D4}"), account);
    }

    public Card Card { get; }

    /// <summary>The card that follows it; of the same account where that is known.</summary>
    public Card Renewed { get; }

    public static PresentedCard Present(Card card) => new(card.Token, card.Brand, card.Account);

    private static Card CardOf(string token, string? account) => new(
        new CardToken(token), new LastFour("1234"), CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip,
        "A0000000421010", "CB", account);
}
