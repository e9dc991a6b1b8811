using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Ledger.Contracts.V1;

namespace Ledger.Host.Demo;

/// <summary>What the API said: a reply, or a problem with its code.</summary>
internal sealed record ApiAnswer<T>(T? Reply, Problem? Problem)
    where T : class
{
    /// <exception cref="DemoException">It was a problem.</exception>
    public T OrThrow(string what) => Reply ?? throw new DemoException($"{what}: {Problem?.Code} ({Problem?.Status}) {Problem?.Title} {Problem?.Detail}");
}

/// <summary>The demo met an answer that it did not plan for.</summary>
internal sealed class DemoException(string message) : Exception(message);

/// <summary>Any caller of the mobile API over real HTTP: a phone, the bank's desk, an auditor. One caller at a time.</summary>
internal sealed class DemoApi(HttpClient http, SeededChance chance)
{
    /// <summary>How many requests were answered.</summary>
    public int Requests { get; private set; }

    /// <summary>A new Idempotency-Key for each call; the same demo sends the same ones.</summary>
    public Task<ApiAnswer<TReply>> PostAsync<TBody, TReply>(string? token, string path, TBody body, CancellationToken cancellation)
        where TReply : class
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: LedgerJson.Client) };
        request.Headers.Add("Idempotency-Key", chance.NextGuid().ToString("D", CultureInfo.InvariantCulture));
        return SendAsync<TReply>(request, token, cancellation);
    }

    public Task<ApiAnswer<TReply>> GetAsync<TReply>(string? token, string path, CancellationToken cancellation)
        where TReply : class => SendAsync<TReply>(new HttpRequestMessage(HttpMethod.Get, path), token, cancellation);

    private async Task<ApiAnswer<TReply>> SendAsync<TReply>(HttpRequestMessage request, string? token, CancellationToken cancellation)
        where TReply : class
    {
        using (request)
        {
            if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            using var response = await http.SendAsync(request, cancellation);
            Requests++;
            return response.IsSuccessStatusCode
                ? new ApiAnswer<TReply>(await ReadAsync<TReply>(response, cancellation), null)
                : new ApiAnswer<TReply>(null, await ReadAsync<Problem>(response, cancellation));
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
        where T : class
    {
        var path = response.RequestMessage?.RequestUri?.PathAndQuery;
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(LedgerJson.Client, cancellation) ?? throw new DemoException($"{path}: an empty answer.");
        }
        catch (JsonException fault)
        {
            throw new DemoException($"{path}: {(int)response.StatusCode}, and not the JSON that was expected: {fault.Message}");
        }
    }
}
