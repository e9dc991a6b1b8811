using Ledger.Acquiring;
using Ledger.Api.Auth;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using AbortReason = Ledger.Contracts.V1.AbortReason;
using AuthorisePayment = Ledger.Contracts.V1.AuthorisePayment;

namespace Ledger.Api.Payments;

/// <summary>A payment from the amount typed to its outcome (R020-R044).</summary>
internal static class PaymentEndpoints
{
    public static void MapPayments(this IEndpointRouteBuilder v1)
    {
        var payments = v1.MapGroup("/payments").WithTags("Payments");
        payments.MapPost("/", CreateAsync).RequireAuthorization(Policies.Merchant).Describe<TransactionView>("Start a payment", "Before any card: amount, ticket choice, and the serial that the connected terminal announced: link it first.", 201);
        payments.MapGet("/{id}", ReadAsync).RequireAuthorization(Policies.OpenPayment).Describe<TransactionView>("Read a transaction", "With an ETag: If-None-Match gives 304.");
        payments.MapPost("/{id}/progress", ProgressAsync).RequireAuthorization(Policies.OpenPayment).Describe<TransactionView>("Say how far the terminal is", "Stage by stage, never back.");
        payments.MapPost("/{id}/authorise", AuthoriseAsync).RequireAuthorization(Policies.OpenPayment).Describe<TransactionView>("Ask the host", "202 while the outcome is not known: do not start the same sale again.");
        payments.MapPost("/{id}/complete", CompleteAsync).RequireAuthorization(Policies.OpenPayment).Describe<TransactionView>("Confirm what the card said", "From here on it is money.");
        payments.MapPost("/{id}/abort", AbortAsync).RequireAuthorization(Policies.OpenPayment).Describe<TransactionView>("Stop a payment", "An approval is reversed until the host acknowledges.");
    }

    private static async Task<IResult> CreateAsync(
        CreatePayment body, HttpContext http, CommandDesk commands, StateReader states, TicketContacts contacts, IPaymentDesk desk, IClock clock, CancellationToken cancellation)
    {
        var device = http.Device();
        var input = new InputCheck();
        var sale = new SaleId(input.Uuid("saleId", body.SaleId));
        var amount = input.Amount("amount", body.Amount);
        var contact = input.Contact("contact", body.Ticket, body.Contact);
        TerminalSerial? linked = body.LinkedSerial is { } announced ? input.Serial("linkedSerial", announced) : null;
        if (input.Problem is { } invalid) return invalid;

        // Only a contact is kept before the command; without one the engine's own look is enough.
        var known = body with { Contact = null };
        var command = contact is null ? CommandDesk.Of(http, device.Principal, known) : await commands.OpenAsync(http, device.Principal, known, cancellation);
        var terms = await states.TermsAsync(device.Merchant, cancellation);
        var reference = await contacts.KeepAsync(command, contact, cancellation);
        var id = TransactionId.Create(clock.GetCurrentInstant(), command.Entropy(), device.Terminal);
        var reply = await desk.StartAsync(
            command.Header, new StartPayment(id, sale, terms, device.Terminal, device.Device, linked, amount, Wire.ToDomain(body.Ticket), reference), cancellation);
        await contacts.DropIfRefusedAsync(reply.Reply, reference, cancellation);
        return TransactionAnswers.Of(http, command, await states.StartedAsync(reply, cancellation), status: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ReadAsync(string id, HttpContext http, PaymentDoor door, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindAsync(http, id, cancellation);
        return transaction is null ? problem! : TransactionAnswers.Of(http, transaction);
    }

    private static async Task<IResult> ProgressAsync(
        string id, ReportProgress body, HttpContext http, PaymentDoor door, IPaymentDesk desk, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindOwnAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var command = CommandDesk.Of(http, http.Device().Principal, body);
        var reply = await desk.ReportProgressAsync(command.Header, PaymentDoor.IdOf(transaction), Wire.ToDomain(body.Stage), cancellation);
        return TransactionAnswers.Of(http, command, reply);
    }

    private static async Task<IResult> AuthoriseAsync(
        string id, AuthorisePayment body, HttpContext http, PaymentDoor door, StateReader states, IPaymentDesk desk, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindOwnAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var input = new InputCheck();
        var card = input.Card("card", body.Card);
        var data = input.CardData("cardData", body.CardData);
        if (input.Problem is { } invalid) return invalid;

        var command = CommandDesk.Of(http, http.Device().Principal, body);
        var terms = await states.TermsAsync(http.Device().Merchant, cancellation);
        var reply = await desk.AuthoriseAsync(command.Header, new Acquiring.AuthorisePayment(PaymentDoor.IdOf(transaction), terms, card, data), cancellation);
        return TransactionAnswers.Of(http, command, reply);
    }

    private static async Task<IResult> CompleteAsync(
        string id, CompletePayment body, HttpContext http, PaymentDoor door, IPaymentDesk desk, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindOwnAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var input = new InputCheck();
        var confirmation = input.Confirmation(body);
        var exchange = new ExchangeId(input.Uuid("exchangeId", body.ExchangeId));
        if (input.Problem is { } invalid) return invalid;

        // An answer that belongs to another authorisation never confirms this one (E36).
        if (Transaction.AuthorisationOf(transaction.State) is { } asked && asked != exchange) return new ProblemResult(ProblemCodes.Transaction.ExchangeDiffers);

        var command = CommandDesk.Of(http, http.Device().Principal, body);
        var reply = await desk.CompleteAsync(command.Header, PaymentDoor.IdOf(transaction), confirmation, cancellation);
        return TransactionAnswers.Of(http, command, reply);
    }

    private static async Task<IResult> AbortAsync(
        string id, AbortPayment body, HttpContext http, PaymentDoor door, IPaymentDesk desk, CancellationToken cancellation)
    {
        var (transaction, problem) = await door.FindOnTerminalAsync(http, id, cancellation);
        if (transaction is null) return problem!;

        var input = new InputCheck();
        if (body.Reason is AbortReason.NotFoundAtHost or AbortReason.TimedOut) input.Add("reason", "That is the server's to say.");
        if (input.Problem is { } invalid) return invalid;

        var command = CommandDesk.Of(http, http.Device().Principal, body);
        var reply = await desk.AbortAsync(command.Header, PaymentDoor.IdOf(transaction), Wire.ToDomain(body.Reason), cancellation);
        return TransactionAnswers.Of(http, command, reply);
    }
}
