using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Ledger.Contracts.V1;

namespace Ledger.LoadTests;

/// <summary>A phone with its terminal; one payment at a time.</summary>
internal sealed class LoadPhone(Caller caller, int number)
{
    public const string Whole = "whole payment";

    private static readonly string CardData = Convert.ToBase64String("load"u8);

    public static IReadOnlyList<string> Steps { get; } = [Whole, "create", "authorise", "complete"];

    public async Task PayAsync(ConcurrentDictionary<string, ConcurrentBag<double>> steps)
    {
        var begin = Stopwatch.GetTimestamp();
        var payment = await Timed("create", () => caller.PostAsync<CreatePayment, TransactionView>(
            "/v1/payments", new CreatePayment(Guid.NewGuid().ToString("D"), new Money(42_00, "EUR"), TicketChoice.Paper)));
        var card = new CardInput(
            string.Create(CultureInfo.InvariantCulture, $"load_card_{number}"), "1234", CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France,
            EntryMode.Chip, "A0000000421010", "CB");
        var approved = await Timed("authorise", () => caller.PostAsync<AuthorisePayment, TransactionView>(
            $"/v1/payments/{payment.Id}/authorise", new AuthorisePayment(card, CardData)));
        var completed = await Timed("complete", () => caller.PostAsync<CompletePayment, TransactionView>(
            $"/v1/payments/{payment.Id}/complete", new CompletePayment(CardholderVerification.Pin, approved.ExchangeId ?? "", "A1B2C3D4E5F60718", 42)));
        if (completed.Status != TransactionStatus.Completed) throw new InvalidOperationException($"{payment.Id} ended {completed.Status}.");
        Add(Whole, begin);

        async Task<T> Timed<T>(string step, Func<Task<T>> call)
        {
            var start = Stopwatch.GetTimestamp();
            var reply = await call();
            Add(step, start);
            return reply;
        }

        void Add(string step, long start) => steps.GetOrAdd(step, static _ => []).Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}

/// <summary>One bearer of a token.</summary>
internal sealed class Caller(HttpClient http, string? token)
{
    public async Task<TReply> PostAsync<TBody, TReply>(string path, TBody body)
        where TReply : class
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: LedgerJson.Client) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString("D"));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return (await response.Content.ReadFromJsonAsync<TReply>(LedgerJson.Client))!;
    }
}
