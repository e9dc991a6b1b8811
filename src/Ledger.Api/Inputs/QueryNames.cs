using System.Collections.Frozen;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Inputs;

/// <summary>Refuses query members that an endpoint does not have, so that a mistyped filter is never silently dropped, and those given twice.</summary>
internal static class QueryNames
{
    public static EndpointFilterDelegate Filter(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        // By convention all query members are optional texts, and no other parameter of a handler is one.
        var names = context.MethodInfo.GetParameters().Where(static p => p.ParameterType == typeof(string)).Select(static p => p.Name!).ToFrozenSet(StringComparer.Ordinal);
        return invocation => ProblemOf(invocation.HttpContext, names) is { } problem ? new ValueTask<object?>(problem) : next(invocation);
    }

    private static ProblemResult? ProblemOf(HttpContext http, FrozenSet<string> names)
    {
        foreach (var (name, values) in http.Request.Query)
        {
            if (!names.Contains(name) || http.Request.RouteValues.ContainsKey(name)) return Problem("Unknown query member; this endpoint knows its own only.");
            if (values.Count > 1) return Problem($"« {name} » is given twice.");
        }

        return null;

        ProblemResult Problem(string detail) => new(ProblemCodes.Request.Malformed) { Detail = detail };
    }
}
