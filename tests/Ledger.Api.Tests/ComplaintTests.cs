using System.Net;
using Ledger.Contracts.V1;
using Ledger.Testing;
using Ledger.Vault;

namespace Ledger.Api.Tests;

/// <summary>A complaint's life at the branch, and what is refused on the way.</summary>
public class ComplaintTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    private DateOnly Today => DateOnly.FromDateTime(_server.Clock.Now.ToDateTimeUtc());

    [Fact]
    [Rule("R124")]
    [Rule("R188")]
    public async Task A_complaint_about_a_payment_goes_from_the_branch_to_the_mediator()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = await shop.PayAsync(4_200);
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank, "complaints-life");
        var open = Open(shop) with { Channel = ComplaintChannel.Branch, Subject = new ComplaintSubject(paid.Id, TicketKind.Payment) };
        var path = $"/v1/bank/complaints/{open.ComplaintId}";

        Assert.Equal(1, (await bank.PostAsync("/v1/bank/complaints", open)).Read<DoneReply>().Version);
        Assert.True((await bank.PostAsync("/v1/bank/complaints", open)).Read<DoneReply>().AlreadyInEffect);
        var said = (await bank.GetAsync(path)).Read<ComplaintView>();
        Assert.Equal((false, null, ComplaintCondition.Pending), (said.InWriting, said.AcknowledgeBy, said.Condition));
        Assert.Equal(said.AnswerBy.On, said.AnswerDueOn);

        (await bank.PostAsync($"{path}/escalation", new EscalateComplaint("MED-1"))).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Complaint.NotInWriting);
        (await bank.PostAsync($"{path}/writing", new ConfirmComplaint("REC-2", Today, Today))).Read<DoneReply>();
        (await bank.PostAsync($"{path}/escalation", new EscalateComplaint("MED-1"))).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Complaint.AnswerNotDue);
        (await bank.PostAsync($"{path}/acknowledgement", new AcknowledgeComplaint())).Read<DoneReply>();
        (await bank.PostAsync($"{path}/holding-reply", new HoldComplaint("REP-1", said.FinalAnswerBy.On))).Read<DoneReply>();
        var held = (await bank.GetAsync(path)).Read<ComplaintView>();
        Assert.True(held is { InWriting: true, AcknowledgedAt: not null, AcknowledgeBy: not null });
        Assert.Equal((said.FinalAnswerBy.On, "REC-2"), (held.AnswerDueOn, held.Reference));

        (await bank.PostAsync($"{path}/answer", new AnswerComplaint(ComplaintOutcome.Refused, "REP-2"))).Read<DoneReply>();
        (await bank.PostAsync($"{path}/escalation", new EscalateComplaint("MED-1"))).Read<DoneReply>();
        (await bank.PostAsync($"{path}/mediation-end", new EndMediation(MediationOutcome.ProposalAccepted, "MED-2"))).Read<DoneReply>();
        var over = (await bank.GetAsync(path)).Read<ComplaintView>();
        Assert.Equal((ComplaintCondition.Mediated, MediationOutcome.ProposalAccepted, 7L), (over.Condition, over.MediationOutcome!.Value, over.Version));
        Assert.Equal(new ComplaintSubject(paid.Id, TicketKind.Payment), over.Subject);

        var auditor = await Shop.StaffAsync(_server, StaffRole.Auditor, "complaints-life");
        Assert.Equal(nameof(ComplaintCondition.Mediated), (await auditor.GetAsync($"/v1/audit/streams/complaint-{Guid.Parse(open.ComplaintId):N}")).Read<AuditStream>().State);
    }

    [Fact]
    [Rule("I32")]
    public async Task A_merchant_whose_contract_is_over_may_complain_and_so_may_anybody()
    {
        var shop = await Shop.OpenAsync(_server);
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank, "complaints-over");
        (await bank.PostAsync($"/v1/bank/contracts/{shop.Merchant}/termination", new TerminateContract("LRAR-1", _server.Clock.Now.ToDateTimeOffset()))).Read<DoneReply>();

        (await bank.PostAsync("/v1/bank/complaints", Open(shop))).Read<DoneReply>();
        (await bank.PostAsync("/v1/bank/complaints", Open(shop) with { MerchantId = null })).Read<DoneReply>();
    }

    [Fact]
    [Rule("R124")]
    public async Task What_a_complaint_refers_to_must_be_there()
    {
        var (shop, other) = (await Shop.OpenAsync(_server), await Shop.OpenAsync(_server));
        var (paid, failed) = (await shop.PayAsync(1_500), await shop.AuthoriseAsync(1_551));
        var bank = await Shop.StaffAsync(_server, StaffRole.Bank, "complaints-subject");
        var open = Open(shop) with { Subject = new ComplaintSubject(paid.Id, TicketKind.Payment) };
        var position = _server.Log.LastPosition;

        (await PostAsync(open with { MerchantId = "nobody-1" })).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Merchant.NotRequested);
        (await PostAsync(open with { MerchantId = other.Merchant })).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Complaint.TransactionNotFound);
        (await PostAsync(open with { Subject = new ComplaintSubject(Guid.NewGuid().ToString("N"), TicketKind.Payment) })).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Complaint.TransactionNotFound);
        (await PostAsync(open with { Subject = new ComplaintSubject(paid.Id, TicketKind.Refund) })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Complaint.TicketNotIssued);
        (await PostAsync(open with { Subject = new ComplaintSubject(failed.Id, TicketKind.Payment) })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Complaint.TicketNotIssued);
        (await PostAsync(open with { ComplaintId = "one" })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid);
        (await PostAsync(open with { Reference = InventedCard.Number() })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Complaint.TextInvalid);
        (await PostAsync(open with { ReceivedOn = Today.AddDays(1) })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Complaint.DaysInvalid);
        Assert.Equal(position, _server.Log.LastPosition);

        // A payment that failed has no ticket, and is complained about all the same.
        (await PostAsync(open with { Reason = ComplaintReason.FailedPayment, Subject = new ComplaintSubject(failed.Id) })).Read<DoneReply>();

        Task<Answer> PostAsync(OpenComplaint body) => bank.PostAsync("/v1/bank/complaints", body);
    }

    private OpenComplaint Open(Shop shop) =>
        new(Guid.CreateVersion7().ToString("D"), ComplaintReason.MissingCredit, ComplaintChannel.WebForm, "REC-1", Today, Today, shop.Merchant);
}
