using System.Text.Json;
using Ledger.Contracts.V1;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.Projections.Storage;
using Ledger.Vault;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ledger.Api.Problems;

/// <summary>The request's edge: every failure and every empty error answer leaves as problem+json.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    private const int RetryAfterSeconds = 1;

    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
            if (EmptyProblemOf(http) is { } problem) await problem.ExecuteAsync(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone: there is nobody to answer.
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            var problem = ProblemOf(http, exception);
            http.Response.Clear();
            SecurityHeaders.Set(http);
            await problem.ExecuteAsync(http);
        }
    }

    private static ProblemResult? EmptyProblemOf(HttpContext http)
    {
        var response = http.Response;
        if (response.HasStarted || response.StatusCode < 400 || response.ContentLength is not null || response.ContentType is not null) return null;

        return new ProblemResult(response.StatusCode switch
        {
            StatusCodes.Status401Unauthorized => ProblemCodes.Auth.Missing,
            StatusCodes.Status403Forbidden => ProblemCodes.Auth.Forbidden,
            StatusCodes.Status404NotFound => ProblemCodes.Request.NotFound,
            StatusCodes.Status405MethodNotAllowed => ProblemCodes.Request.MethodNotAllowed,
            StatusCodes.Status413PayloadTooLarge => ProblemCodes.Request.BodyTooLarge,
            StatusCodes.Status415UnsupportedMediaType => ProblemCodes.Request.MediaTypeNotSupported,
            StatusCodes.Status429TooManyRequests => ProblemCodes.Request.TooMany,
            StatusCodes.Status503ServiceUnavailable => ProblemCodes.Server.Busy,
            >= 500 => ProblemCodes.Server.Error,
            _ => ProblemCodes.Request.Refused,
        });
    }

    private ProblemResult ProblemOf(HttpContext http, Exception exception) => exception switch
    {
        BadHttpRequestException bad => ProblemOf(bad),
        CommandIdReusedException => new ProblemResult(ProblemCodes.Idempotency.KeyReused),
        MailboxFullException => new ProblemResult(ProblemCodes.Server.Busy) { RetryAfterSeconds = MailboxFullException.RetryAfterSeconds },
        HashingBusyException => new ProblemResult(ProblemCodes.Server.Busy) { RetryAfterSeconds = RetryAfterSeconds },
        EventLogUnavailableException or EventLogFencedException or ViewStoreException or EngineFaultedException or VaultBusyException => Unavailable(http, exception),
        OperationCanceledException => new ProblemResult(ProblemCodes.Request.TimedOut) { RetryAfterSeconds = RetryAfterSeconds },
        _ => OurError(http, exception),
    };

    private static ProblemResult ProblemOf(BadHttpRequestException bad) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => new ProblemResult(ProblemCodes.Request.BodyTooLarge),
        StatusCodes.Status415UnsupportedMediaType => new ProblemResult(ProblemCodes.Request.MediaTypeNotSupported),
        _ when bad.InnerException is JsonException json => JsonProblems.Of(json),
        _ => new ProblemResult(ProblemCodes.Request.Malformed),
    };

    private ProblemResult Unavailable(HttpContext http, Exception exception)
    {
        LogUnavailable(logger, http.Request.Method, http.TraceIdentifier, exception);
        return new ProblemResult(ProblemCodes.Server.LogUnavailable) { RetryAfterSeconds = RetryAfterSeconds };
    }

    private ProblemResult OurError(HttpContext http, Exception exception)
    {
        LogError(logger, http.Request.Method, http.TraceIdentifier, exception);
        return new ProblemResult(ProblemCodes.Server.Error) { Incident = http.TraceIdentifier };
    }

    [LoggerMessage(1, LogLevel.Warning, "{Method}, incident {Incident}: nothing can be written.")]
    private static partial void LogUnavailable(ILogger logger, string method, string incident, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "{Method}, incident {Incident}: an error of ours.")]
    private static partial void LogError(ILogger logger, string method, string incident, Exception exception);
}
