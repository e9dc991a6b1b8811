using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring.Simulation.Remote;

/// <summary>The acquirer's side of <see cref="RemoteHost"/>: asks a host what came over the wire.</summary>
public static class RemoteExchange
{
    // The simulated host looks at a card's token alone, so nothing else of a card travels.
    private static readonly LastFour _unknownDigits = new("0000");
    private static readonly EncryptedCardData _none = new(ReadOnlyMemory<byte>.Empty);

    /// <exception cref="ArgumentException">A value is missing or not well formed.</exception>
    public static async ValueTask<ExchangeReply> AnswerAsync(IAuthorisationHost host, ExchangeRequest request, Instant now, CancellationToken cancellation)
    {
        var (exchange, amount) = (new ExchangeId(request.Exchange), new Money(request.Amount, new Currency(request.Currency)));
        return request.Operation switch
        {
            ExchangeOperation.Authorise => ExchangeReply.Of(await host.AuthoriseAsync(
                new AuthorisationQuestion(exchange, MerchantOf(request), TerminalOf(request), request.Number, amount, CardOf(request), _none, now), cancellation).ConfigureAwait(false)),
            ExchangeOperation.Status => ExchangeReply.Of(await host.StatusAsync(exchange, cancellation).ConfigureAwait(false)),
            ExchangeOperation.Reverse => ExchangeReply.Of(await host.ReverseAsync(exchange, amount, cancellation).ConfigureAwait(false)),
            ExchangeOperation.Cancel => ExchangeReply.Of(await host.CancelAsync(exchange, OriginalOf(request), amount, cancellation).ConfigureAwait(false)),
            ExchangeOperation.Refund => ExchangeReply.Of(await host.RefundAsync(
                new RefundQuestion(exchange, OriginalOf(request), MerchantOf(request), TerminalOf(request), request.Number, amount, TokenOf(request), now), cancellation).ConfigureAwait(false)),
            _ => throw new ArgumentException("There is no such operation.", nameof(request)),
        };
    }

    private static ExchangeId OriginalOf(ExchangeRequest request) => new(request.Original ?? throw new ArgumentException("The original is missing.", nameof(request)));

    private static MerchantId MerchantOf(ExchangeRequest request) => new(request.Merchant ?? "");

    private static TerminalSerial TerminalOf(ExchangeRequest request) => new(request.Terminal ?? "");

    private static CardToken TokenOf(ExchangeRequest request) => new(request.Card ?? "");

    private static Card CardOf(ExchangeRequest request) => new(
        TokenOf(request), _unknownDigits, CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "", "", null);
}
