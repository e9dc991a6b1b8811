using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Ledger.Contracts.V1;

namespace Ledger.EndToEnd.Tests;

/// <summary>
/// A phone that sells without a pause and remembers what it was told. When the server is gone it keeps its last request, and repeats it under the
/// same Idempotency-Key when there is one again, as the app does. One caller at a time.
/// </summary>
internal sealed class Cashier(string token, string serial, Random random)
{
    private const string Currency = "EUR";
    private static readonly TimeSpan BusyPause = TimeSpan.FromMilliseconds(50);

    private Call? _pending;
    private int _answers;
    private int _refusals;

    /// <summary>Whether the acquirer now and then declines, loses something or approves in part. A lost answer takes its whole time-out.</summary>
    public bool MeetsFaults { get; init; } = true;

    /// <summary>How often the server answered, whatever it said.</summary>
    public int Answers => Volatile.Read(ref _answers);

    /// <summary>How often it was told to come back later.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>Each transaction's state as it was acknowledged last.</summary>
    public ConcurrentDictionary<string, TransactionStatus> Acknowledged { get; } = new();

    /// <summary>Sells until the server cannot be reached any more.</summary>
    public Task SellUntilCutOffAsync(Uri server) => SellAsync(server, static () => false);

    /// <summary>Sells until that is enough, or the server cannot be reached any more.</summary>
    public async Task SellAsync(Uri server, Func<bool> isEnough)
    {
        using var http = new HttpClient { BaseAddress = server };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        try
        {
            while (!isEnough())
            {
                var call = _pending ??= NewSale();
                _pending = await SendAsync(http, call);
            }
        }
        catch (Exception cutOff) when (cutOff is HttpRequestException or IOException or TaskCanceledException)
        {
            // Killed: what was pending is repeated on the next server.
        }
    }

    private async Task<Call?> SendAsync(HttpClient http, Call call)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, call.Path) { Content = JsonContent.Create(call.Body, call.Body.GetType(), options: LedgerJson.Client) };
        request.Headers.Add("Idempotency-Key", call.Key);
        using var response = await http.SendAsync(request);
        Interlocked.Increment(ref _answers);
        if (response.IsSuccessStatusCode) return Next((await response.Content.ReadFromJsonAsync<TransactionView>(LedgerJson.Client))!);

        var problem = (await response.Content.ReadFromJsonAsync<Problem>(LedgerJson.Client))!;
        return await RecoverAsync(http, call, problem);
    }

    private Call? Next(TransactionView view)
    {
        Acknowledged[view.Id] = view.Status;
        return view.Status switch
        {
            TransactionStatus.AwaitingCard => Call.To($"/v1/payments/{view.Id}/authorise", new AuthorisePayment(Card(), "ZGVtbw==")),
            TransactionStatus.Approved => Call.To($"/v1/payments/{view.Id}/complete", new CompletePayment(CardholderVerification.Pin, view.ExchangeId!, "0123456789ABCDEF", random.Next(65_536))),
            _ => null,
        };
    }

    /// <summary>503: the same again. Busy: what it is busy with is stopped first. All else ends this sale.</summary>
    private async Task<Call?> RecoverAsync(HttpClient http, Call call, Problem problem)
    {
        if (problem.Status == 503)
        {
            Interlocked.Increment(ref _refusals);
            await Task.Delay(BusyPause);
            return call;
        }

        if (problem.Code != ProblemCodes.Terminal.Busy) return problem.Status < 500 ? null : throw new InvalidOperationException($"{call.Path}: {problem.Code} {problem.Detail} {problem.Incident}");

        var me = (await http.GetFromJsonAsync<MeReply>("/v1/me", LedgerJson.Client))!;
        return me.OpenTransactionId is { } open ? Call.To($"/v1/payments/{open}/abort", new AbortPayment(AbortReason.CancelledByMerchant)) : null;
    }

    /// <summary>Now and then an amount with which the simulated acquirer declines, loses something or approves in part.</summary>
    private Call NewSale()
    {
        const int none = 9;
        long cents = (MeetsFaults ? random.Next(10) : none) switch
        {
            0 => 1_551,
            1 => 1_522,
            2 => 1_523,
            _ => 100 * random.Next(2, 60),
        };
        return Call.To("/v1/payments", new CreatePayment(Guid.NewGuid().ToString("D"), new Money(cents, Currency), TicketChoice.Paper, LinkedSerial: serial));
    }

    private CardInput Card() => new(
        $"card_{random.Next(1_000):00000}", "4242", CardBrand.Cb, BrandChoice.MerchantPriority, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB");

    private sealed record Call(string Path, string Key, object Body)
    {
        public static Call To(string path, object body) => new(path, Guid.NewGuid().ToString("D"), body);
    }
}
