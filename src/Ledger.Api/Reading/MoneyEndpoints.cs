using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Projections;
using Ledger.Projections.Remittances;
using Ledger.Projections.Revenue;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using RevenuePeriod = Ledger.Contracts.V1.RevenuePeriod;

namespace Ledger.Api.Reading;

/// <summary>Remittances (R086, R090) and turnover (R085).</summary>
internal static class MoneyEndpoints
{
    public static void MapMoney(this IEndpointRouteBuilder v1)
    {
        var reading = v1.MapGroup("/").WithTags("Remittances and revenue").RequireAuthorization(Policies.Merchant);
        reading.MapGet("/remittances", ListAsync).Describe<RemittancePage>("Remises", "Newest day first.");
        reading.MapGet("/remittances/{id}", ReadAsync).Describe<Contracts.V1.RemittanceDetail>("One remittance with its lines", "Lines in the order they were added, page by page.");
        reading.MapGet("/revenue", RevenueAsync).Describe<RevenueReply>("Chiffre d'affaires", "Per day, week or month: gross, cancelled, refunded, net. Without days: the last 31.");
    }

    private static async Task<IResult> ListAsync(
        string? from, string? to, string? cursor, string? limit, string? atLeastPosition, HttpContext http, IReadModels models, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var query = new RemittanceQuery(
            http.Device().Merchant,
            input.Day("from", from),
            input.Day("to", to),
            input.Cursor("cursor", cursor),
            input.Count("limit", limit, QueryLimits.PageDefault, QueryLimits.PageMax),
            input.Position("atLeastPosition", atLeastPosition));
        if (input.Problem is { } invalid) return invalid;

        return ReadAnswers.Of(http, await models.Remittances.ListAsync(query, cancellation), static (page, position) =>
            Replies.Json(new RemittancePage([.. page.Entries.Select(ReadViews.Of)], position, page.Next)));
    }

    private static async Task<IResult> ReadAsync(
        string id, string? cursor, string? limit, string? atLeastPosition, HttpContext http, IReadModels models, CancellationToken cancellation)
    {
        var notFound = new ProblemResult(ProblemCodes.Remittance.NotOpened);
        // Another merchant's is not found, as if there were none (I46).
        if (!RemittanceId.TryParse(id, out var remittance) || remittance.MerchantId != http.Device().Merchant) return notFound;

        var input = new InputCheck();
        var lookup = new RemittanceLookup(
            remittance,
            input.Cursor("cursor", cursor),
            input.Count("limit", limit, QueryLimits.PageMax, QueryLimits.PageMax),
            input.Position("atLeastPosition", atLeastPosition));
        if (input.Problem is { } invalid) return invalid;

        return ReadAnswers.Of(http, await models.Remittances.FindAsync(lookup, cancellation), (detail, position) => detail is null
            ? notFound
            : Replies.Json(new Contracts.V1.RemittanceDetail(ReadViews.Of(detail.Summary), [.. detail.Lines.Select(ReadViews.Of)], position, detail.Next)));
    }

    private static async Task<IResult> RevenueAsync(
        string? period, string? from, string? to, string? atLeastPosition, HttpContext http, IReadModels models, IClock clock, CancellationToken cancellation)
    {
        const int DaysDefault = 31;
        var input = new InputCheck();
        var wanted = input.Name("period", period, RevenuePeriod.Day);
        var last = input.Day("to", to) ?? ParisTime.DayOf(clock.GetCurrentInstant());
        var first = input.Day("from", from) ?? last.PlusDays(1 - DaysDefault);
        var query = new RevenueQuery(http.Device().Merchant, (Projections.Revenue.RevenuePeriod)wanted, first, last, input.Position("atLeastPosition", atLeastPosition));
        if (input.Problem is { } invalid) return invalid;

        return ReadAnswers.Of(http, await models.Revenue.QueryAsync(query, cancellation), (rows, position) =>
            Replies.Json(new RevenueReply(wanted, [.. rows.Select(ReadViews.Of)], position)));
    }
}
