using System.Globalization;
using System.Text.Json;
using Ledger.Api.Texts;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Ledger.Api.Problems;

/// <summary>One error answer; its title and status follow from its code.</summary>
public sealed class ProblemResult(string code) : IResult, IStatusCodeHttpResult
{
    public string Code { get; } = code;

    /// <summary>What exactly was wrong; never repeats a secret.</summary>
    public string? Detail { get; init; }

    public IReadOnlyDictionary<string, string>? Errors { get; init; }

    public int? AttemptsRemaining { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public string? Incident { get; init; }

    public int Status => ProblemTable.StatusOf(Code);

    int? IStatusCodeHttpResult.StatusCode => Status;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var language = ApiTexts.LanguageOf(httpContext.Request);
        var problem = new Problem(
            $"urn:ledger:problem:{Code}", ApiTexts.TitleOf(Code, language), Status, Code, Detail, httpContext.Request.Path.Value, Errors, AttemptsRemaining, RetryAfterSeconds, Incident);
        response.StatusCode = Status;
        response.ContentType = Problem.MediaType;
        response.Headers.ContentLanguage = ApiTexts.TagOf(language);
        response.Headers.CacheControl = "no-store";
        response.Headers.Remove(HeaderNames.ETag);
        if (Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        if (RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var bytes = JsonSerializer.SerializeToUtf8Bytes(problem, LedgerJson.Server);
        response.ContentLength = bytes.Length;
        return response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
    }
}
