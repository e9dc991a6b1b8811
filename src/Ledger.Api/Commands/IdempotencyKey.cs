using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Commands;

/// <summary>The header that every POST carries: letters, digits, « - » and « _ », 8 to 64; a UUID is best.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>Said of an answer that was given before.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    /// <summary>Refuses a POST without a usable key.</summary>
    public static EndpointFilterDelegate Filter(EndpointFilterFactoryContext context, EndpointFilterDelegate next) =>
        invocation => ProblemOf(invocation.HttpContext) is { } problem ? new ValueTask<object?>(problem) : next(invocation);

    /// <summary>The key of a request that passed the filter.</summary>
    public static string Of(HttpContext http) => http.Request.Headers[Header].ToString();

    private static ProblemResult? ProblemOf(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method)) return null;
        if (http.GetEndpoint()?.Metadata.GetMetadata<CommandsHaveIds>() is not null) return null;
        var values = http.Request.Headers[Header];
        if (values.Count == 0) return new ProblemResult(ProblemCodes.Idempotency.KeyMissing);
        return values.Count == 1 && IsValid(values[0]) ? null : new ProblemResult(ProblemCodes.Idempotency.KeyInvalid);
    }

    private static bool IsValid(string? key) =>
        key is { Length: >= ApiLimits.IdempotencyKeyLengthMin and <= ApiLimits.IdempotencyKeyLengthMax }
        && key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}

/// <summary>Marks an endpoint whose body holds many commands, each with an id of its own: a key of the request would say nothing.</summary>
internal sealed class CommandsHaveIds;
