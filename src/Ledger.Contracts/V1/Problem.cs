namespace Ledger.Contracts.V1;

/// <summary>Every error, as application/problem+json (RFC 9457).</summary>
/// <param name="Type">A URN with the code.</param>
/// <param name="Title">The code in words, in the language asked for.</param>
/// <param name="Code">Stable, for programs; see <see cref="ProblemCodes"/>.</param>
/// <param name="Detail">What to do, or what exactly was wrong.</param>
/// <param name="Instance">The path that was asked.</param>
/// <param name="Errors">Per member of the request, what is wrong with it.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="AttemptsRemaining">Of a credential that was wrong.</param>
/// <param name="RetryAfterSeconds">As in the Retry-After header.</param>
/// <param name="Incident">Names our log line, for an internal error.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Code,
    string? Detail = null,
    string? Instance = null,
    IReadOnlyDictionary<string, string>? Errors = null,
    int? AttemptsRemaining = null,
    int? RetryAfterSeconds = null,
    string? Incident = null)
{
    public const string MediaType = "application/problem+json";
}
