using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ledger.Contracts.V1;

namespace Ledger.Api.Tests;

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Status, string Body, string? MediaType, HttpResponseHeaders Headers)
{
    public Problem Problem
    {
        get
        {
            Assert.Equal(Problem.MediaType, MediaType);
            var problem = JsonSerializer.Deserialize<Problem>(Body, LedgerJson.Client)!;
            Assert.Equal((int)Status, problem.Status);
            return problem;
        }
    }

    public bool WasReplayed => Headers.TryGetValues("Idempotent-Replayed", out var values) && values.Single() == "true";

    public long Position => long.Parse(Headers.GetValues("Ledger-Position").Single(), CultureInfo.InvariantCulture);

    public JsonNode Json => JsonNode.Parse(Body)!;

    public T Read<T>()
    {
        Assert.True((int)Status < 300, $"{(int)Status} {Body}");
        return JsonSerializer.Deserialize<T>(Body, LedgerJson.Client)!;
    }

    /// <summary>The code of a problem with this status.</summary>
    public void IsProblem(HttpStatusCode status, string code)
    {
        Assert.True(Status == status && Body.Contains($"\"{code}\"", StringComparison.Ordinal), $"expected {(int)status} {code}, was {(int)Status} {Body}");
        Assert.Equal(code, Problem.Code);
    }
}

/// <summary>Someone with a token, or without one.</summary>
public sealed class Caller(HttpClient http, string? token, string keyPrefix)
{
    private int _keys;

    public string? Token { get; } = token;

    /// <summary>The next Idempotency-Key; the same test makes the same ones.</summary>
    public string NextKey() => string.Create(CultureInfo.InvariantCulture, $"{keyPrefix}-{Interlocked.Increment(ref _keys):00000000}");

    public Task<Answer> PostAsync<TBody>(string path, TBody body, string? key = null) => SendAsync(HttpMethod.Post, path, JsonSerializer.Serialize(body, LedgerJson.Client), key ?? NextKey());

    public Task<Answer> PostTextAsync(string path, string body, string? key = null) => SendAsync(HttpMethod.Post, path, body, key ?? NextKey());

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, null, headers);

    public async Task<Answer> SendAsync(HttpMethod method, string path, string? body, string? key, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        if (Token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Content.Headers.ContentType?.MediaType, response.Headers);
    }
}
