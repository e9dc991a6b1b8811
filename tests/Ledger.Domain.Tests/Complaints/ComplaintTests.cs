using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Calendars;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Complaints.ComplaintCommand;
using static Ledger.Domain.Complaints.ComplaintEvent;

namespace Ledger.Domain.Tests.Complaints;

public class ComplaintTests
{
    private const string By = "agence-06";

    // A Monday without a holiday in sight.
    private static readonly LocalDate Monday = new(2026, 9, 7);
    private static readonly ComplaintId Id = new(new Guid("019207f0-a1b2-8384-95f6-0718293a4b5c"));
    private static readonly MerchantId Bakery = new("boulangerie-1");
    private static readonly ComplaintSubject Subject = new(new TransactionId(new Guid("019207f0-a1b2-8384-95f6-0718293a4b5d")), TicketKind.Payment, null);
    private static readonly SubjectKnowledge Known = new(Bakery, HasTicket: true);
    private static readonly ComplaintFacts Written = new(Bakery, ComplaintReason.MissingCredit, ComplaintChannel.RegisteredPost, Subject, "REC-1", Monday, Monday);
    private static readonly ComplaintFacts Oral = Written with { Channel = ComplaintChannel.Phone };
    private static readonly ConfirmInWriting Confirm = new("REC-2", Monday.PlusDays(2), Monday.PlusDays(4), By, At(Monday.PlusDays(4)));

    private static ComplaintState Given(params ComplaintEvent[] history) => history.Aggregate(Complaint.Initial, Complaint.Evolve);

    private static Instant At(LocalDate day) => ParisTime.StartOf(day) + Duration.FromHours(9);

    private static Open OpenOf(ComplaintFacts facts, LocalDate? on = null) => new(Id, facts, Known, By, At(on ?? Monday));

    private static ComplaintOpened Opened(ComplaintFacts facts) => new(Id, facts, ComplaintClocks.Of(facts.SentOn, facts.ReceivedOn, !facts.Channel.IsOral), By, At(Monday));

    private static ConfirmedInWriting Confirmed { get; } = (ConfirmedInWriting)Complaint.Decide(Given(Opened(Oral)), Confirm).Events.Single();

    private static ComplaintAnswered Answered { get; } = new(ComplaintOutcome.Refused, "REP-1", By, At(Monday.PlusDays(3)));

    private static ComplaintEscalated Escalated { get; } = new("MED-1", By, At(Monday.PlusDays(9)));

    [Fact]
    [Rule("R124")]
    [Rule("R180")]
    [Rule("R181")]
    public void A_complaint_of_any_reason_by_any_channel_is_taken_down_with_its_deadlines()
    {
        foreach (var reason in Enum.GetValues<ComplaintReason>())
        {
            foreach (var channel in Enum.GetValues<ComplaintChannel>())
            {
                var facts = Written with { Reason = reason, Channel = channel };

                var opened = Assert.IsType<ComplaintOpened>(Complaint.Decide(Given(), OpenOf(facts)).Events.Single());

                Assert.Equal((facts, By, At(Monday)), (opened.Facts, opened.By, opened.At));
                Assert.Equal(channel is ComplaintChannel.Phone or ComplaintChannel.Branch, opened.Deadlines.Acknowledge is null);
                Assert.Equal(new ComplaintState.Pending(new ComplaintFile(Id, facts, opened.Deadlines, null, null, null)), Given(opened));
            }
        }
    }

    [Fact]
    [Rule("R124")]
    public void What_it_refers_to_is_a_transaction_of_that_merchant_and_a_ticket_that_it_has()
    {
        Assert.Equal(ComplaintRejection.TransactionNotFound, Decide(OpenOf(Written) with { Known = null }));
        Assert.Equal(ComplaintRejection.TransactionNotFound, Decide(OpenOf(Written) with { Known = Known with { Merchant = new MerchantId("another-shop") } }));
        Assert.Equal(ComplaintRejection.TicketNotIssued, Decide(OpenOf(Written) with { Known = Known with { HasTicket = false } }));

        // A client of the shop has no contract, and a complaint about nothing single has no subject.
        Assert.Null(Decide(OpenOf(Written with { Merchant = null })));
        Assert.Null(Decide(OpenOf(Written with { Merchant = null, Subject = null }) with { Known = null }));

        static ComplaintRejection? Decide(Open open) => Complaint.Decide(Given(), open).Rejection;
    }

    [Theory]
    [InlineData("2026-09-08", "2026-09-07", ComplaintRejection.DaysInvalid)]
    [InlineData("2026-09-07", "2026-09-08", ComplaintRejection.DaysInvalid)]
    [InlineData("1999-12-31", "2026-09-07", ComplaintRejection.DaysInvalid)]
    [InlineData("2025-06-01", "2026-09-07", null)]
    [Rule("E97")]
    public void It_was_sent_before_it_was_received_and_received_by_today_however_old_what_it_is_about(string sentOn, string receivedOn, ComplaintRejection? expected)
    {
        var facts = Written with { SentOn = DayOf(sentOn), ReceivedOn = DayOf(receivedOn) };

        Assert.Equal(expected, Complaint.Decide(Given(), OpenOf(facts)).Rejection);
    }

    public static TheoryData<string> NoPlainTexts => ["", " REC-1", string.Join(' ', InventedCard.Number().Chunk(4).Select(static c => new string(c)))];

    [Theory]
    [MemberData(nameof(NoPlainTexts))]
    public void References_and_names_are_plain_texts_without_a_card_number(string text)
    {
        ComplaintCommand[] commands =
        [
            Confirm with { Reference = text }, Confirm with { By = text }, new Acknowledge(text, At(Monday)), new SendHoldingReply(text, Monday.PlusDays(9), By, At(Monday)),
            new Answer(ComplaintOutcome.Upheld, text, By, At(Monday)), new Escalate(text, By, At(Monday)), new EndMediation(MediationOutcome.ProposalAccepted, text, By, At(Monday)),
        ];

        Assert.Equal(ComplaintRejection.TextInvalid, Complaint.Decide(Given(), OpenOf(Written with { Reference = text })).Rejection);
        Assert.Equal(ComplaintRejection.TextInvalid, Complaint.Decide(Given(), OpenOf(Written) with { By = text }).Rejection);
        Assert.All(commands, command => Assert.Equal(ComplaintRejection.TextInvalid, Complaint.Decide(Given(Opened(Oral)), command).Rejection));
        Assert.Equal(ComplaintRejection.TextInvalid, Complaint.Decide(Given(Opened(Oral)), Confirm with { Reference = new string('x', Complaint.TextLengthMax + 1) }).Rejection);
    }

    [Theory]
    // No holiday: 10, 15 and 35 days by both counts.
    [InlineData("2026-09-07", "2026-09-07", "2026-09-18", "2026-09-21", "2026-09-24", "2026-09-28", "2026-10-17", "2026-10-26")]
    // Sent on the eve of 8 May, received after that weekend; Ascension and Whit Monday on the way.
    [InlineData("2026-05-07", "2026-05-11", "2026-05-21", "2026-05-26", "2026-05-30", "2026-06-03", "2026-06-23", "2026-07-01")]
    // Eight weeks in the post: the two months from its sending are over first.
    [InlineData("2026-01-05", "2026-03-02", "2026-01-16", "2026-01-19", "2026-03-05", "2026-03-05", "2026-03-05", "2026-03-05")]
    [Rule("E96")]
    public void Both_counts_of_working_days_are_kept_and_the_start_does_not_count(
        string sentOn, string receivedOn, string acknowledge, string acknowledgeWeekdays, string answer, string answerWeekdays, string final, string finalWeekdays)
    {
        var deadlines = ComplaintClocks.Of(DayOf(sentOn), DayOf(receivedOn), isWritten: true);

        Assert.Equal(new ComplaintDeadline(DayOf(acknowledge), DayOf(acknowledgeWeekdays)), deadlines.Acknowledge);
        Assert.Equal(new ComplaintDeadline(DayOf(answer), DayOf(answerWeekdays)), deadlines.Answer);
        Assert.Equal(new ComplaintDeadline(DayOf(final), DayOf(finalWeekdays)), deadlines.FinalAnswer);
        Assert.StartsWith("France/", deadlines.CalendarVersion, StringComparison.Ordinal);
    }

    [Fact]
    [Rule("R181")]
    [Rule("E96")]
    public void What_was_said_and_then_written_keeps_the_earlier_deadline_and_gets_an_acknowledgement()
    {
        var oral = Opened(Oral);
        var open = ((ComplaintState.Pending)Given(oral, Confirmed)).File;

        Assert.Null(oral.Deadlines.Acknowledge);
        Assert.Equal(ComplaintClocks.Of(Confirm.SentOn, Confirm.ReceivedOn, isWritten: true).Acknowledge, open.Deadlines.Acknowledge);
        Assert.Equal(oral.Deadlines.Answer, open.Deadlines.Answer);
        Assert.True(open.IsWritten);

        // A letter that left long before the call was made has the earlier end.
        var old = Confirm with { SentOn = Monday.PlusMonths(-2) };
        Assert.Equal(Monday, ((ConfirmedInWriting)Complaint.Decide(Given(oral), old).Events.Single()).Deadlines.Answer.On);
        Assert.Equal(ComplaintRejection.DaysInvalid, Complaint.Decide(Given(oral), Confirm with { ReceivedOn = Monday.PlusDays(5) }).Rejection);
    }

    [Fact]
    [Rule("R181")]
    public void It_comes_in_writing_once()
    {
        Assert.Equal(Decision<ComplaintEvent, ComplaintRejection>.AlreadyDone, Complaint.Decide(Given(Opened(Oral), Confirmed), Confirm));
        Assert.Equal(ComplaintRejection.AlreadyInWriting, Complaint.Decide(Given(Opened(Oral), Confirmed), Confirm with { Reference = "REC-3" }).Rejection);
        Assert.Equal(ComplaintRejection.AlreadyInWriting, Complaint.Decide(Given(Opened(Written)), Confirm).Rejection);
        Assert.Equal(ComplaintRejection.AlreadyInWriting, Complaint.Decide(Given(Opened(Written), Answered), Confirm).Rejection);
    }

    [Fact]
    [Rule("R181")]
    [Rule("R188")]
    public void An_oral_complaint_that_was_answered_and_comes_again_in_writing_is_open_with_new_deadlines()
    {
        var answered = Given(Opened(Oral), new ComplaintAcknowledged(By, At(Monday)), Answered);

        var again = Complaint.Decide(answered, Confirm);

        var file = ((ComplaintState.Pending)again.Events.Aggregate(answered, Complaint.Evolve)).File;
        Assert.Equal(ComplaintClocks.Of(Confirm.SentOn, Confirm.ReceivedOn, isWritten: true), file.Deadlines);
        Assert.Null(file.AcknowledgedAt);
    }

    [Fact]
    public void One_holding_reply_moves_the_answer_within_35_days_and_only_while_it_is_not_overdue()
    {
        var open = Given(Opened(Written));
        var due = Opened(Written).Deadlines;
        var hold = new SendHoldingReply("REP-0", due.FinalAnswer.On, By, At(due.Answer.On));

        var held = Complaint.Decide(open, hold);
        var after = held.Events.Aggregate(open, Complaint.Evolve);

        Assert.Equal(due.FinalAnswer.On, after.File!.AnswerDueOn);
        Assert.Equal(Decision<ComplaintEvent, ComplaintRejection>.AlreadyDone, Complaint.Decide(after, hold));
        Assert.Equal(ComplaintRejection.HoldingReplyAlreadySent, Complaint.Decide(after, hold with { AnswerOn = due.FinalAnswer.On.PlusDays(-1) }).Rejection);
        Assert.Equal(ComplaintRejection.AnswerOverdue, Complaint.Decide(open, hold with { Now = At(due.Answer.On.PlusDays(1)) }).Rejection);
        Assert.Equal(ComplaintRejection.AnswerDateOutOfRange, Complaint.Decide(open, hold with { AnswerOn = due.FinalAnswer.On.PlusDays(1) }).Rejection);
        Assert.Equal(ComplaintRejection.AnswerDateOutOfRange, Complaint.Decide(open, hold with { AnswerOn = due.Answer.On }).Rejection);
    }

    [Fact]
    [Rule("R188")]
    public void The_mediator_gets_what_is_in_writing_and_answered_or_overdue()
    {
        var due = Opened(Written).Deadlines.Answer.On;
        var escalate = new Escalate("MED-1", By, At(due));

        Assert.Equal(ComplaintRejection.NotInWriting, Complaint.Decide(Given(Opened(Oral), Answered), escalate).Rejection);
        Assert.Equal(ComplaintRejection.NotInWriting, Complaint.Decide(Given(Opened(Oral)), escalate with { Now = At(due.PlusDays(90)) }).Rejection);
        Assert.Equal(ComplaintRejection.AnswerNotDue, Complaint.Decide(Given(Opened(Written)), escalate).Rejection);
        Assert.Null(Complaint.Decide(Given(Opened(Written)), escalate with { Now = At(due.PlusDays(1)) }).Rejection);
        Assert.Null(Complaint.Decide(Given(Opened(Written), Answered), escalate with { Now = At(Monday) }).Rejection);

        var held = Given(Opened(Written), new HoldingReplySent("REP-0", due.PlusDays(5), By, At(Monday)));
        Assert.Equal(ComplaintRejection.AnswerNotDue, Complaint.Decide(held, escalate with { Now = At(due.PlusDays(5)) }).Rejection);
        Assert.Null(Complaint.Decide(held, escalate with { Now = At(due.PlusDays(6)) }).Rejection);
    }

    [Fact]
    public void What_was_done_is_done_and_nothing_else_is_done_instead()
    {
        var answered = Given(Opened(Written), Answered);
        var escalated = Given(Opened(Written), Answered, Escalated);
        var mediated = Given(Opened(Written), Answered, Escalated, new MediationEnded(MediationOutcome.ProposalRefused, "MED-2", By, At(Monday)));
        var same = Decision<ComplaintEvent, ComplaintRejection>.AlreadyDone;

        Assert.Equal(same, Complaint.Decide(answered, OpenOf(Written)));
        Assert.Equal(ComplaintRejection.AlreadyOpened, Complaint.Decide(answered, OpenOf(Written with { Reference = "REC-9" })).Rejection);
        Assert.Equal(same, Complaint.Decide(Given(Opened(Written), new ComplaintAcknowledged(By, At(Monday))), new Acknowledge("agence-07", At(Monday))));
        Assert.Equal(same, Complaint.Decide(answered, new Answer(Answered.Outcome, Answered.Reference, "agence-07", At(Monday))));
        Assert.Equal(ComplaintRejection.AlreadyAnswered, Complaint.Decide(answered, new Answer(ComplaintOutcome.Upheld, Answered.Reference, By, At(Monday))).Rejection);
        Assert.Equal(same, Complaint.Decide(escalated, new Escalate("MED-1", By, At(Monday))));
        Assert.Equal(ComplaintRejection.AlreadyEscalated, Complaint.Decide(escalated, new Answer(ComplaintOutcome.Upheld, "REP-9", By, At(Monday))).Rejection);
        Assert.Equal(same, Complaint.Decide(mediated, new EndMediation(MediationOutcome.ProposalRefused, "MED-2", By, At(Monday))));
        Assert.Equal(ComplaintRejection.MediationOver, Complaint.Decide(mediated, new EndMediation(MediationOutcome.NotAdmitted, "MED-2", By, At(Monday))).Rejection);
        Assert.Equal(ComplaintRejection.NotEscalated, Complaint.Decide(answered, new EndMediation(MediationOutcome.NotAdmitted, "MED-2", By, At(Monday))).Rejection);
        Assert.Equal(ComplaintRejection.NotOpened, Complaint.Decide(Given(), Confirm).Rejection);
    }

    [Fact]
    public void A_history_that_no_decision_makes_stops_the_reader()
    {
        Assert.Throws<InvariantException>(() => Given(Answered));
        Assert.Throws<InvariantException>(() => Given(Opened(Written), Opened(Written)));
        Assert.Throws<InvariantException>(() => Given(Opened(Written), Confirmed));
        Assert.Throws<InvariantException>(() => Given(Opened(Oral), Escalated));
        Assert.Throws<InvariantException>(() => Given(Opened(Written), Answered, Answered));
        Assert.Throws<InvariantException>(() => Given(Opened(Written), Answered, Escalated, Answered));
    }

    [Fact]
    public void Decide_answers_every_state_and_command() =>
        Cases.AllAnswered<Complaint, ComplaintState, ComplaintCommand, ComplaintEvent, ComplaintRejection>(
            [
                Given(), Given(Opened(Written)), Given(Opened(Oral)), Given(Opened(Oral), Confirmed), Given(Opened(Written), Answered), Given(Opened(Oral), Answered),
                Given(Opened(Written), new ComplaintAcknowledged(By, At(Monday)), new HoldingReplySent("REP-0", Monday.PlusDays(30), By, At(Monday))),
                Given(Opened(Written), Answered, Escalated),
                Given(Opened(Written), Answered, Escalated, new MediationEnded(MediationOutcome.NotAdmitted, "MED-2", By, At(Monday))),
            ],
            [
                OpenOf(Written), OpenOf(Oral), Confirm, new Acknowledge(By, At(Monday)), new SendHoldingReply("REP-0", Monday.PlusDays(30), By, At(Monday)),
                new SendHoldingReply("REP-0", Monday.PlusDays(30), By, At(Monday.PlusDays(60))), new Answer(ComplaintOutcome.Upheld, "REP-2", By, At(Monday)),
                new Escalate("MED-1", By, At(Monday)), new Escalate("MED-1", By, At(Monday.PlusDays(60))), new EndMediation(MediationOutcome.ProposalAccepted, "MED-2", By, At(Monday)),
            ]);

    [Fact]
    [Rule("E96")]
    public void No_confirmation_in_writing_makes_an_open_complaint_wait_longer() =>
        Prop.ForAll(Arb.From(Lives), static life =>
        {
            var oral = Oral with { SentOn = life.Said, ReceivedOn = life.Said };
            var before = ComplaintClocks.Of(life.Said, life.Said, isWritten: false);
            var state = Given(new ComplaintOpened(Id, oral, before, By, At(life.Said)));
            var confirmed = (ConfirmedInWriting)Complaint.Decide(state, new ConfirmInWriting("REC-2", life.Sent, life.Received, By, At(life.Received))).Events.Single();

            return confirmed.Deadlines.Answer.On <= before.Answer.On
                && confirmed.Deadlines.FinalAnswer.On <= before.FinalAnswer.On
                && new[] { confirmed.Deadlines.Acknowledge!, confirmed.Deadlines.Answer, confirmed.Deadlines.FinalAnswer }.All(static d => d.On <= d.OnWeekdays);
        }).QuickCheckThrowOnFailure();

    private static Gen<(LocalDate Said, LocalDate Sent, LocalDate Received)> Lives =>
        from said in Gen.Choose(0, 30_000)
        from sent in Gen.Choose(0, 90)
        from post in Gen.Choose(0, 40)
        let day = new LocalDate(2010, 1, 1).PlusDays(said)
        select (day, day.PlusDays(sent - 30), day.PlusDays(Math.Max(0, sent - 30 + post)));

    private static LocalDate DayOf(string day) => NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value;
}
