using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Contracts.V1;
using Ledger.Domain.Calendars;
using Ledger.Projections;
using Ledger.Projections.History;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using TransactionStatus = Ledger.Contracts.V1.TransactionStatus;

namespace Ledger.Api.Reading;

/// <summary>« Historique » (R028, R085-R089) and the search for an original (D-04).</summary>
internal static class HistoryEndpoints
{
    public static void MapHistory(this IEndpointRouteBuilder v1)
    {
        var reading = v1.MapGroup("/").WithTags("History").RequireAuthorization(Policies.Merchant);
        reading.MapGet("/history", HistoryAsync).Describe<Contracts.V1.HistoryPage>("Historique", "Validated payments of 15 months; status and kind widen it. atLeastPosition waits until that position is reflected.");
        reading.MapGet("/originals", OriginalsAsync).Describe<OriginalsReply>("Find the original of a cancellation or refund", "By card token and amount; the merchant picks among several.");
    }

    private static async Task<IResult> HistoryAsync(
        string? from,
        string? to,
        string? status,
        string? kind,
        string? amountMin,
        string? amountMax,
        string? terminal,
        string? cardLastFour,
        string? cursor,
        string? limit,
        string? atLeastPosition,
        HttpContext http,
        IReadModels models,
        IClock clock,
        CancellationToken cancellation)
    {
        var input = new InputCheck();
        var query = new HistoryQuery
        {
            MerchantId = http.Device().Merchant,
            Today = ParisTime.DayOf(clock.GetCurrentInstant()),
            From = input.Day("from", from),
            To = input.Day("to", to),
            Statuses = input.Names<TransactionStatus>("status", status)?.Select(Wire.ToDomain).ToArray(),
            Kinds = input.Names<Contracts.V1.HistoryKind>("kind", kind)?.Select(static k => (Projections.History.HistoryKind)k).ToArray(),
            AmountMin = input.Cents("amountMin", amountMin),
            AmountMax = input.Cents("amountMax", amountMax),
            Terminal = terminal is null ? null : input.Serial("terminal", terminal),
            CardLastFour = cardLastFour is null ? null : input.LastFour("cardLastFour", cardLastFour),
            Cursor = input.Cursor("cursor", cursor),
            Limit = input.Count("limit", limit, QueryLimits.PageDefault, QueryLimits.PageMax),
            AtLeastPosition = input.Position("atLeastPosition", atLeastPosition),
        };
        if (input.Problem is { } invalid) return invalid;

        return ReadAnswers.Of(http, await models.History.QueryAsync(query, cancellation), static (page, position) =>
            Replies.Json(new Contracts.V1.HistoryPage([.. page.Entries.Select(ReadViews.Of)], Wire.Of(page.From), Wire.Of(page.To), position, page.Next)));
    }

    private static async Task<IResult> OriginalsAsync(
        string? cardToken, string? account, string? amount, string? day, string? atLeastPosition, HttpContext http, IReadModels models, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var query = new HistoryQuery
        {
            MerchantId = http.Device().Merchant,
            Today = ParisTime.DayOf(clock.GetCurrentInstant()),
            CardToken = input.Token("cardToken", cardToken),
            CardAccount = input.Account("account", account),
            AmountMin = input.Cents("amount", amount),
            AmountMax = input.Cents("amount", amount),
            From = input.Day("day", day),
            To = input.Day("day", day),
            Limit = ApiLimits.OriginalsMax,
            AtLeastPosition = input.Position("atLeastPosition", atLeastPosition),
        };
        if (input.Problem is { } invalid) return invalid;

        return ReadAnswers.Of(http, await models.History.QueryAsync(query, cancellation), static (page, position) =>
            Replies.Json(new OriginalsReply([.. page.Entries.Select(ReadViews.Of)], position)));
    }
}
