using Ledger.Acquiring;
using Ledger.Api.Auth;
using Ledger.Api.Inputs;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using CancelPayment = Ledger.Contracts.V1.CancelPayment;
using RefundPayment = Ledger.Contracts.V1.RefundPayment;

namespace Ledger.Api.Payments;

/// <summary>
/// Cancellation on the day, refund from the next, and the refund's own cancellation (R070-R082). Each needs the security code, and asks for a
/// ticket of its own (R078).
/// </summary>
internal static class UndoEndpoints
{
    public static void MapUndo(this IEndpointRouteBuilder v1)
    {
        var payments = v1.MapGroup("/payments/{id}").WithTags("Cancel and refund").RequireAuthorization(Policies.Merchant);
        payments.MapPost("/cancel", CancelAsync).Describe<TransactionView>("Annuler", "The whole amount, the same day, before remittance; card, security code, and a ticket choice of its own.");
        payments.MapPost("/refunds", RefundAsync).Describe<TransactionView>("Rembourser", "From the next day on, at most what remains; card, security code, and a ticket choice of its own.", 201);
        payments.MapPost("/refunds/{refundId}/cancel", CancelRefundAsync).Describe<TransactionView>("Annul a refund", "On the refund's own day, before its remittance; card, security code, and a ticket choice of its own.");
    }

    private static async Task<IResult> CancelAsync(
        string id, CancelPayment body, HttpContext http, PaymentDoor door, UndoDesk undo, TicketContacts contacts, IPaymentDesk desk, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var input = new InputCheck();
        var amount = input.Amount("amount", body.Amount);
        var code = input.SecurityCode("securityCode", body.SecurityCode);
        var card = input.Presented("card", body.Card);
        var contact = input.Contact("contact", body.Ticket, body.Contact);
        if (input.Problem is { } invalid) return invalid;

        var (opened, refusal) = await undo.OpenAsync(http, body with { SecurityCode = "", Contact = null }, code, cancellation);
        if (opened is null) return refusal!;

        var reference = await contacts.KeepAsync(opened.Command, contact, cancellation);
        var request = new Acquiring.CancelPayment(
            PaymentDoor.IdOf(transaction), opened.Contract, amount, card, opened.Proof, Wire.ToDomain(body.Ticket), reference, DeviceCaller.Channel);
        var reply = await desk.CancelAsync(opened.Command.Header, request, cancellation);
        await contacts.DropIfRefusedAsync(reply.Reply, reference, cancellation);
        return TransactionAnswers.Of(http, opened.Command, reply, TransactionViews.AfterCancellation);
    }

    private static async Task<IResult> RefundAsync(
        string id, RefundPayment body, HttpContext http, PaymentDoor door, UndoDesk undo, TicketContacts contacts, IPaymentDesk desk, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var input = new InputCheck();
        var amount = input.Amount("amount", body.Amount);
        var code = input.SecurityCode("securityCode", body.SecurityCode);
        var card = input.Presented("card", body.Card);
        var contact = input.Contact("contact", body.Ticket, body.Contact);
        if (input.Problem is { } invalid) return invalid;

        var (opened, refusal) = await undo.OpenAsync(http, body with { SecurityCode = "", Contact = null }, code, cancellation);
        if (opened is null) return refusal!;

        var device = http.Device();
        var refund = new RefundId(opened.Command.Derive("api/refund"));
        var reference = await contacts.KeepAsync(opened.Command, contact, cancellation);
        var request = new Acquiring.RefundPayment(
            PaymentDoor.IdOf(transaction), refund, opened.Contract, device.Terminal, device.Device, amount, card!, opened.Proof, Wire.ToDomain(body.Ticket), reference, DeviceCaller.Channel);
        var reply = await desk.RefundAsync(opened.Command.Header, request, cancellation);
        await contacts.DropIfRefusedAsync(reply.Reply, reference, cancellation);
        return TransactionAnswers.Of(http, opened.Command, reply, state => TransactionViews.AfterRefund(state, refund));
    }

    private static async Task<IResult> CancelRefundAsync(
        string id, string refundId, CancelPayment body, HttpContext http, PaymentDoor door, UndoDesk undo, TicketContacts contacts, IPaymentDesk desk, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindAsync(http, id, cancellation);
        if (transaction is null) return problem!;
        if (!Ids.TryParse(refundId, out RefundId refund)) return new ProblemResult(ProblemCodes.Transaction.RefundNotFound);
        if (Transaction.CompletionOf(transaction.State)?.Refunds.ContainsKey(refund) is not true) return new ProblemResult(ProblemCodes.Transaction.RefundNotFound);

        var input = new InputCheck();
        var amount = input.Amount("amount", body.Amount);
        var code = input.SecurityCode("securityCode", body.SecurityCode);
        var card = input.Presented("card", body.Card);
        var contact = input.Contact("contact", body.Ticket, body.Contact);
        if (input.Problem is { } invalid) return invalid;

        var (opened, refusal) = await undo.OpenAsync(http, body with { SecurityCode = "", Contact = null }, code, cancellation);
        if (opened is null) return refusal!;

        var reference = await contacts.KeepAsync(opened.Command, contact, cancellation);
        var request = new CancelRefund(
            PaymentDoor.IdOf(transaction), refund, opened.Contract, amount, card, opened.Proof, Wire.ToDomain(body.Ticket), reference, DeviceCaller.Channel);
        var reply = await desk.CancelRefundAsync(opened.Command.Header, request, cancellation);
        await contacts.DropIfRefusedAsync(reply.Reply, reference, cancellation);
        return TransactionAnswers.Of(http, opened.Command, reply, state => TransactionViews.AfterRefundCancellation(state, refund));
    }
}
