using System.Globalization;
using Ledger.EventLog;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ledger.Api.Inputs;

/// <summary>Refuses to wait for a position that the log has not reached: nobody can have been told of it.</summary>
internal static class KnownPosition
{
    private const string Name = "atLeastPosition";

    public static EndpointFilterDelegate Filter(EndpointFilterFactoryContext context, EndpointFilterDelegate next) => invocation =>
    {
        var http = invocation.HttpContext;
        if (!long.TryParse(http.Request.Query[Name], NumberStyles.None, CultureInfo.InvariantCulture, out var asked)) return next(invocation);
        if (asked <= http.RequestServices.GetRequiredService<IEventLog>().LastPosition) return next(invocation);

        var input = new InputCheck();
        input.Add(Name, "A position that an answer has given.");
        return new ValueTask<object?>(input.Problem);
    };
}
