using Ledger.Api.Auth;
using Ledger.Api.Bank;
using Ledger.Api.Commands;
using Ledger.Api.Inputs;
using Ledger.Api.Payments;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using EndMediation = Ledger.Contracts.V1.EndMediation;

namespace Ledger.Api.Complaints;

/// <summary>Complaints and their clocks (R124, R180, R181, R188). Behind the role of bank staff.</summary>
internal static class ComplaintEndpoints
{
    public static void MapComplaints(this IEndpointRouteBuilder v1)
    {
        var complaints = v1.MapGroup("/bank/complaints").WithTags("Complaints").RequireAuthorization(Policies.Bank);
        complaints.MapPost("/", OpenAsync).Describe<DoneReply>("Take a complaint down", "By any channel, of anybody. Its deadlines are fixed by this.");
        complaints.MapGet("/{complaintId}", ReadAsync).Describe<ComplaintView>("One complaint", "Where it stands, and by when what is due.");
        complaints.MapPost("/{complaintId}/writing", ConfirmAsync).Describe<DoneReply>("It came in writing too", "No deadline moves later; one that was answered orally is open again.");
        complaints.MapPost("/{complaintId}/acknowledgement", AcknowledgeAsync).Describe<DoneReply>("It was acknowledged", "Within 10 working days of the written complaint.");
        complaints.MapPost("/{complaintId}/holding-reply", HoldAsync).Describe<DoneReply>("A holding reply went out", "With reasons and a date; once, and before the answer is overdue.");
        complaints.MapPost("/{complaintId}/answer", AnswerAsync).Describe<DoneReply>("It was answered", "In a durable medium, to every point.");
        complaints.MapPost("/{complaintId}/escalation", EscalateAsync).Describe<DoneReply>("The mediator has it", "Only what is in writing, and answered or overdue.");
        complaints.MapPost("/{complaintId}/mediation-end", EndAsync).Describe<DoneReply>("The mediator is done", "Definitive.");
    }

    private static ProblemResult NotFound => new(ProblemCodes.Complaint.NotOpened);

    private static async Task<IResult> OpenAsync(OpenComplaint body, HttpContext http, StaffDesk desk, StateReader states, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var id = new ComplaintId(input.Uuid("complaintId", body.ComplaintId));
        var merchant = body.MerchantId is { } text ? input.Merchant("merchantId", text) : (MerchantId?)null;
        var subject = body.Subject is { } about ? input.Subject("subject", about) : null;
        if (input.Problem is { } invalid) return invalid;

        // A merchant's complaint is also taken when the contract is over (I32), but not of one that never was.
        if (merchant is { } named && (await states.MerchantAsync(named, cancellation)).Facts is null) return new ProblemResult(ProblemCodes.Merchant.NotRequested);

        var known = subject is null ? null : await states.KnowledgeOfAsync(subject, cancellation);
        var facts = new ComplaintFacts(
            merchant, Wire.ToDomain(body.Reason), Wire.ToDomain(body.Channel), subject, body.Reference, LocalDate.FromDateOnly(body.SentOn), LocalDate.FromDateOnly(body.ReceivedOn));
        return await desk.ExecuteAsync(http, body, id.Stream, new ComplaintCommand.Open(id, facts, known, http.Staff().Name, clock.GetCurrentInstant()), cancellation);
    }

    private static async Task<IResult> ReadAsync(string complaintId, ILedgerEngine engine, CancellationToken cancellation)
    {
        if (!Ids.TryParse(complaintId, out Guid id)) return NotFound;

        var complaint = await engine.ReadAsync<ComplaintState>(new ComplaintId(id).Stream, cancellation);
        return complaint.State.File is null ? NotFound : Replies.Json(ComplaintViews.Of(complaint));
    }

    private static Task<IResult> ConfirmAsync(string complaintId, ConfirmComplaint body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        OnAsync(complaintId, body, http, desk, () => new ComplaintCommand.ConfirmInWriting(
            body.Reference, LocalDate.FromDateOnly(body.SentOn), LocalDate.FromDateOnly(body.ReceivedOn), http.Staff().Name, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> AcknowledgeAsync(string complaintId, AcknowledgeComplaint body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        OnAsync(complaintId, body, http, desk, () => new ComplaintCommand.Acknowledge(http.Staff().Name, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> HoldAsync(string complaintId, HoldComplaint body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        OnAsync(complaintId, body, http, desk, () => new ComplaintCommand.SendHoldingReply(
            body.Reference, LocalDate.FromDateOnly(body.AnswerOn), http.Staff().Name, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> AnswerAsync(string complaintId, AnswerComplaint body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        OnAsync(complaintId, body, http, desk, () => new ComplaintCommand.Answer(Wire.ToDomain(body.Outcome), body.Reference, http.Staff().Name, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> EscalateAsync(string complaintId, EscalateComplaint body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        OnAsync(complaintId, body, http, desk, () => new ComplaintCommand.Escalate(body.Reference, http.Staff().Name, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> EndAsync(string complaintId, EndMediation body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        OnAsync(complaintId, body, http, desk, () => new ComplaintCommand.EndMediation(Wire.ToDomain(body.Outcome), body.Reference, http.Staff().Name, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> OnAsync(string complaintId, object body, HttpContext http, StaffDesk desk, Func<ComplaintCommand> request, CancellationToken cancellation)
    {
        if (!Ids.TryParse(complaintId, out Guid id)) return Task.FromResult<IResult>(NotFound);
        return desk.ExecuteAsync(http, body, new ComplaintId(id).Stream, request(), cancellation);
    }
}
