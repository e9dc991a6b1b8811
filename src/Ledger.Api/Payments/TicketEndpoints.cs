using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Ledger.Api.Payments;

/// <summary>Tickets to show, write by hand (R062, R063) and issue again (R065, R066).</summary>
internal static class TicketEndpoints
{
    public static void MapTickets(this IEndpointRouteBuilder v1)
    {
        var payments = v1.MapGroup("/payments/{id}/ticket").WithTags("Tickets").RequireAuthorization(Policies.Merchant);
        payments.MapGet("/", ReadAsync).Describe<TicketView>("Read a ticket", "kind: payment, cancellation, refund, abandonment; copy: client or merchant; refund: for a refund's ticket.");
        payments.MapPost("/reissue", ReissueAsync).Describe<TicketView>("Issue a ticket again", "Recorded, and marked DUPLICATA.");
    }

    private static async Task<IResult> ReadAsync(
        string id, string? kind, string? copy, string? refund, HttpContext http, PaymentDoor door, TicketDesk tickets, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var input = new InputCheck();
        var wanted = new ReissueTicket(input.Name("kind", kind, TicketKind.Payment), input.Name("copy", copy, TicketCopy.Client), refund);
        var refundId = input.Refund("refund", refund);
        if (input.Problem is { } invalid) return invalid;
        return await tickets.AnswerAsync(transaction, wanted, refundId, isDuplicate: false, cancellation);
    }

    private static async Task<IResult> ReissueAsync(
        string id,
        ReissueTicket body,
        HttpContext http,
        PaymentDoor door,
        TicketDesk tickets,
        CommandDesk commands,
        ILedgerEngine engine,
        StateReader states,
        IClock clock,
        CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var input = new InputCheck();
        var refund = input.Refund("refundId", body.RefundId);
        if (input.Problem is { } invalid) return invalid;

        var command = await commands.OpenAsync(http, http.Device().Principal, body, cancellation);
        var reissue = new TransactionCommand.ReissueTicket(Wire.ToDomain(body.Kind), refund, Wire.ToDomain(body.Copy), DeviceCaller.Channel, clock.GetCurrentInstant());
        var reply = await engine.ExecuteAsync(EngineCommand.One(command.Id, command.Fingerprint, transaction.Stream, reissue), cancellation);
        Replies.SetHeaders(http, command, reply);
        if (Replies.ProblemOf(reply) is { } refused) return refused;

        var after = await states.TransactionAtAsync(transaction.Stream, Replies.VersionOf(reply, transaction.Stream), cancellation);
        return await tickets.AnswerAsync(after, body, refund, isDuplicate: true, cancellation);
    }
}
