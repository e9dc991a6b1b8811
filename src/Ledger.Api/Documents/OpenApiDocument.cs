using System.Text.Json.Nodes;
using Ledger.Api.Commands;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Ledger.Api.Documents;

/// <summary>What the OpenAPI 3.1 document says beyond what the framework finds by itself.</summary>
internal static class OpenApiDocument
{
    private const string SchemeName = "token";

    public static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer(static (document, _, _) => DescribeAsync(document));
        options.AddOperationTransformer(static (operation, context, _) => DescribeAsync(operation, context));
        options.AddSchemaTransformer(static (schema, context, _) => DescribeAsync(schema, context));
    }

    private static Task DescribeAsync(Microsoft.OpenApi.OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Ledger",
            Version = "v1",
            Description = "Card payments of merchants, recorded for ever. Amounts are integer cents with their currency, instants ISO 8601 in UTC. "
                + "Every POST needs an Idempotency-Key, but for bulk commands, which have ids of their own. Errors are application/problem+json with a stable code.",
        };
        document.Servers?.Clear();
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        document.Components.SecuritySchemes[SchemeName] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            Description = "A device's token from /v1/activation, or one of the bank's people's.",
        };
        return Task.CompletedTask;
    }

    private static Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(SchemeName, context.Document)] = [] }];
        }

        if (context.Description.HttpMethod == HttpMethods.Post && !metadata.OfType<CommandsHaveIds>().Any())
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyKey.Header,
                In = ParameterLocation.Header,
                Required = true,
                Description = "8 to 64 letters, digits, « - » and « _ »; a UUID is best. The same key and body gives the same answer; another body is refused.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = ApiLimits.IdempotencyKeyLengthMin, MaxLength = ApiLimits.IdempotencyKeyLengthMax },
            });
        }

        return Task.CompletedTask;
    }

    /// <summary>Our converters hide from the framework what they write: enums by name, instants as date-time.</summary>
    private static Task DescribeAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. Enum.GetNames(type).Select(static name => (JsonNode)System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name))];
        }

        if (type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String;
            schema.Format = "date-time";
        }

        return Task.CompletedTask;
    }
}
