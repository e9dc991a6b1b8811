using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Ledger.Api.Tests;

/// <summary>One endpoint under /v1 as the server itself lists it, so that a test of all of them forgets none.</summary>
/// <param name="Template">With the names of its route values.</param>
/// <param name="Policy">Null for everybody.</param>
public sealed record Endpoint(HttpMethod Method, string Template, string? Policy)
{
    public bool IsPost => Method == HttpMethod.Post;

    /// <summary>A path with well-formed values that name nothing.</summary>
    public string Example => Template
        .Replace("{id}", "019207f0a1b2c3d4e5f60718293a4b5c", StringComparison.Ordinal)
        .Replace("{complaintId}", "019207f0a1b2c3d4e5f60718293a4b5f", StringComparison.Ordinal)
        .Replace("{refundId}", "019207f0a1b2c3d4e5f60718293a4b5d", StringComparison.Ordinal)
        .Replace("{merchantId}", "nobody-1", StringComparison.Ordinal)
        .Replace("{serial}", "NOBODY01", StringComparison.Ordinal)
        .Replace("{token}", "tok_nobody_1", StringComparison.Ordinal)
        .Replace("{contactRef}", "019207f0a1b2c3d4e5f60718293a4b5e", StringComparison.Ordinal)
        .Replace("{stream}", "merchant-nobody-1", StringComparison.Ordinal);
}

public static class Endpoints
{
    public static IReadOnlyList<Endpoint> Of(ApiServer server) =>
    [
        .. server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(static e => e.RoutePattern.RawText!.StartsWith("/v1", StringComparison.Ordinal))
            .Select(static e => new Endpoint(
                new HttpMethod(e.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods.Single()),
                e.RoutePattern.RawText!.TrimEnd('/'),
                e.Metadata.GetMetadata<IAllowAnonymous>() is null ? e.Metadata.GetOrderedMetadata<IAuthorizeData>()[^1].Policy : null)),
    ];
}
