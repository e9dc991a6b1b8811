using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Problems;

/// <summary>On every answer: nothing is sniffed, framed, or kept by caches that are not told to.</summary>
internal static class SecurityHeaders
{
    public static void Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-store";
        headers.Vary = "Accept-Language, Authorization";
        // The API page has scripts and styles of its own.
        if (!http.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal)) headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
    }
}
