using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Payments;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Ledger.Api.Reading;

/// <summary>A transaction's own events, for the merchant whose it is.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder v1) =>
        v1.MapGet("/payments/{id}/events", ReadAsync).WithTags("Payments").RequireAuthorization(Policies.Merchant)
            .Describe<EventsReply>("A transaction's events", "Oldest first, as stored, with the chain verified.");

    private static async Task<IResult> ReadAsync(string id, HttpContext http, PaymentDoor door, StreamEvents events, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var recorded = await events.ReadAsync(transaction.Stream, transaction.Version, null, cancellation);
        Replies.SetPosition(http, recorded[^1].Position);
        return Replies.Json(new EventsReply(transaction.Stream.ToString(), [.. recorded.Select(StreamEvents.Of)], ChainVerified: true));
    }
}
