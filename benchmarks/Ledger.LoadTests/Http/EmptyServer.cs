using System.CommandLine;
using System.Text.Json.Serialization;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ledger.LoadTests.Http;

/// <summary>
/// The floor over HTTP: the same web server with the same JSON settings and the same three routes, which read and bind the same bodies to the same
/// types and answer bytes that the real server answered. No identity, no idempotency, no rules, nothing stored: what remains is what HTTP and JSON
/// cost. It runs as a second process, as the real one does.
/// </summary>
internal static class EmptyServer
{
    public const string Name = "empty-server";

    private static readonly Option<string> Answers = new("--answers") { Description = "Folder with create.json, authorise.json and complete.json.", Required = true };
    private static readonly Option<string> Urls = new("--urls") { Description = "Where to listen.", Required = true };

    public static Command Command()
    {
        var command = new Command(Name, "The empty endpoints that http-payment measures beside.") { Answers, Urls };
        command.Hidden = true;
        command.SetAction((result, cancellation) => RunAsync(result.GetRequiredValue(Answers), result.GetRequiredValue(Urls), cancellation));
        return command;
    }

    public static string FileOf(string answers, int step) => Path.Combine(answers, $"{Phone.Steps[step]}.json");

    private static async Task<int> RunAsync(string answers, string urls, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(urls);
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(static options => LedgerJson.Apply(options.SerializerOptions, JsonUnmappedMemberHandling.Disallow));
        await using var app = builder.Build();
        byte[][] bodies = [.. Phone.Steps.Select((_, step) => File.ReadAllBytes(FileOf(answers, step)))];
        app.MapPost("/v1/payments", (CreatePayment body, HttpContext http) => AnswerAsync(http, body, StatusCodes.Status201Created, bodies[0]));
        app.MapPost("/v1/payments/{id}/authorise", (string id, AuthorisePayment body, HttpContext http) => AnswerAsync(http, body, StatusCodes.Status200OK, bodies[1]));
        app.MapPost("/v1/payments/{id}/complete", (string id, CompletePayment body, HttpContext http) => AnswerAsync(http, body, StatusCodes.Status200OK, bodies[2]));
        app.MapGet("/health/ready", static () => Results.Ok());
        await app.StartAsync(cancellation);
        await app.WaitForShutdownAsync(cancellation);
        return 0;
    }

    private static Task AnswerAsync(HttpContext http, object body, int status, byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(body);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json; charset=utf-8";
        http.Response.ContentLength = bytes.Length;
        return http.Response.Body.WriteAsync(bytes).AsTask();
    }
}
