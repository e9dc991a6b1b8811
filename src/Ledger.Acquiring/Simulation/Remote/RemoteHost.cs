using System.Net.Http.Json;
using System.Text.Json;
using Ledger.Domain;
using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.Simulation.Remote;

/// <summary>
/// A simulated acquirer in a process of its own, so that several servers ask the same one, as they would in real life. Safe for any number of callers.
/// </summary>
/// <param name="http">With the acquirer's address; whoever made it disposes it.</param>
public sealed class RemoteHost(HttpClient http) : IAuthorisationHost
{
    /// <summary>Where questions are posted to.</summary>
    public const string Path = "/exchange";

    private static readonly ExchangeReply _notSent = new(ExchangeOutcome.NotSent);
    private static readonly ExchangeReply _noAnswer = new(ExchangeOutcome.NoAnswer);

    public async ValueTask<HostAnswer> AuthoriseAsync(AuthorisationQuestion question, CancellationToken cancellation) => AnswerOf(await AskAsync(
        Request(ExchangeOperation.Authorise, question.Exchange, question.Amount) with
        {
            Merchant = question.MerchantId.Value,
            Terminal = question.Terminal.Value,
            Number = question.Number,
            Card = question.Card.Token.Value,
        },
        cancellation).ConfigureAwait(false));

    public async ValueTask<HostAnswer> StatusAsync(ExchangeId exchange, CancellationToken cancellation) =>
        AnswerOf(await AskAsync(Request(ExchangeOperation.Status, exchange, Money.Eur(0)), cancellation).ConfigureAwait(false));

    public async ValueTask<ReversalAnswer> ReverseAsync(ExchangeId original, Money amount, CancellationToken cancellation) =>
        (await AskAsync(Request(ExchangeOperation.Reverse, original, amount), cancellation).ConfigureAwait(false)).ToReversalAnswer();

    public async ValueTask<HostAnswer> CancelAsync(ExchangeId exchange, ExchangeId original, Money amount, CancellationToken cancellation) =>
        AnswerOf(await AskAsync(Request(ExchangeOperation.Cancel, exchange, amount) with { Original = original.Value }, cancellation).ConfigureAwait(false));

    public async ValueTask<HostAnswer> RefundAsync(RefundQuestion question, CancellationToken cancellation) => AnswerOf(await AskAsync(
        Request(ExchangeOperation.Refund, question.Exchange, question.Amount) with
        {
            Original = question.Original.Value,
            Merchant = question.MerchantId.Value,
            Terminal = question.Terminal.Value,
            Number = question.Number,
            Card = question.Card.Value,
        },
        cancellation).ConfigureAwait(false));

    /// <summary>A reply that makes no sense is none.</summary>
    private static HostAnswer AnswerOf(ExchangeReply reply)
    {
        try
        {
            return (Enum.IsDefined(reply.Outcome) ? reply : _noAnswer).ToAnswer();
        }
        catch (ArgumentException)
        {
            return _noAnswer.ToAnswer();
        }
    }

    private static ExchangeRequest Request(ExchangeOperation operation, ExchangeId exchange, Money amount) =>
        new(operation, exchange.Value, null, null, null, 0, amount.MinorUnits, amount.Currency.Code, null);

    /// <summary>Only a connection that never came about proves that the question did not leave; whatever else went wrong, it may have arrived.</summary>
    private async Task<ExchangeReply> AskAsync(ExchangeRequest request, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.PostAsJsonAsync(Path, request, cancellation).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<ExchangeReply>(cancellation).ConfigureAwait(false) ?? _noAnswer : _noAnswer;
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
        {
            return _notSent;
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or IOException or OperationCanceledException)
        {
            return _noAnswer;
        }
    }
}
