using Ledger.Contracts.V1;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Ledger.Api.Switch;

/// <summary>What the OpenAPI document says of bulk commands: the framework sees no body that is read as it comes.</summary>
internal static class SwitchDocument
{
    public static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var command = await context.GetOrCreateSchemaAsync(typeof(SwitchCommand), cancellationToken: cancellation);
        // Each alternative names its kind; a table beside it would point to schemas that stand nowhere else.
        command.Discriminator = null;
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = "One command per line.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal) { [SwitchCommand.MediaType] = new() { Schema = command } },
        };

        var answer = operation.Responses!["200"];
        if (answer.Content is { } content && content.Remove("application/json", out var outcome)) content[SwitchCommand.MediaType] = outcome;
    }
}
