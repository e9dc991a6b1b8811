using System.Diagnostics;
using Ledger.Domain.Calendars;
using NodaTime;
using static Ledger.Domain.Complaints.ComplaintCommand;
using static Ledger.Domain.Complaints.ComplaintEvent;
using static Ledger.Domain.Complaints.ComplaintState;

namespace Ledger.Domain.Complaints;

using Decision = Decision<ComplaintEvent, ComplaintRejection>;

/// <summary>One complaint, from the first word to the mediator's last (R124, R180, R181, R188). Pure: no clock, no store, no logging.</summary>
public sealed class Complaint : IDecider<ComplaintState, ComplaintCommand, ComplaintEvent, ComplaintRejection>
{
    /// <summary>Of references and names.</summary>
    public const int TextLengthMax = 80;

    private Complaint() { }

    public static string Category => "complaint";

    public static ComplaintState Initial { get; } = new Unknown();

    public static Decision Decide(ComplaintState state, ComplaintCommand command) => (state, command) switch
    {
        (Unknown, Open open) => DecideOpen(open),
        (Unknown, _) => ComplaintRejection.NotOpened,
        (_, Open open) => IsSame(state.File!, open) ? Decision.AlreadyDone : ComplaintRejection.AlreadyOpened,
        _ when !AreTextsValid(command) => ComplaintRejection.TextInvalid,

        (Pending s, ConfirmInWriting confirm) => DecideConfirm(s.File, s.File.Deadlines, confirm),
        (_, ConfirmInWriting confirm) => DecideConfirm(state.File!, null, confirm),

        (Pending s, Acknowledge acknowledge) => s.File.AcknowledgedAt is null ? new ComplaintAcknowledged(acknowledge.By, acknowledge.Now) : Decision.AlreadyDone,
        (Pending s, SendHoldingReply holding) => DecideHold(s.File, holding),
        (Pending, Answer answer) => new ComplaintAnswered(answer.Outcome, answer.Reference, answer.By, answer.Now),
        (Pending s, Escalate escalate) => DecideEscalate(s.File, escalate, isAnswered: false),
        (Pending, EndMediation) => ComplaintRejection.NotEscalated,

        (Answered s, Answer answer) => s.Outcome == answer.Outcome && s.Reference == answer.Reference ? Decision.AlreadyDone : ComplaintRejection.AlreadyAnswered,
        (Answered, Acknowledge or SendHoldingReply) => ComplaintRejection.AlreadyAnswered,
        (Answered s, Escalate escalate) => DecideEscalate(s.File, escalate, isAnswered: true),
        (Answered, EndMediation) => ComplaintRejection.NotEscalated,

        (Escalated, Escalate) => Decision.AlreadyDone,
        (Escalated, EndMediation end) => new MediationEnded(end.Outcome, end.Reference, end.By, end.Now),
        (Escalated, Acknowledge or SendHoldingReply or Answer) => ComplaintRejection.AlreadyEscalated,

        (Mediated s, EndMediation end) => s.Outcome == end.Outcome && s.Reference == end.Reference ? Decision.AlreadyDone : ComplaintRejection.MediationOver,
        (Mediated, Acknowledge or SendHoldingReply or Answer or Escalate) => ComplaintRejection.MediationOver,

        _ => throw new UnreachableException($"{state.GetType().Name} x {command.GetType().Name}"),
    };

    public static ComplaintState Evolve(ComplaintState state, ComplaintEvent @event) => (state, @event) switch
    {
        (Unknown, ComplaintOpened e) => new Pending(new ComplaintFile(e.Complaint, e.Facts, e.Deadlines, null, null, null)),

        (Pending { File.IsWritten: false } s, ConfirmedInWriting e) => new Pending(s.File with { Writing = WritingOf(e), Deadlines = e.Deadlines }),
        (Answered { File.IsWritten: false } s, ConfirmedInWriting e) =>
            new Pending(s.File with { Writing = WritingOf(e), Deadlines = e.Deadlines, AcknowledgedAt = null, AnswerOn = null }),
        (Pending { File.AcknowledgedAt: null } s, ComplaintAcknowledged e) => new Pending(s.File with { AcknowledgedAt = e.At }),
        (Pending { File.AnswerOn: null } s, HoldingReplySent e) => new Pending(s.File with { AnswerOn = e.AnswerOn }),
        (Pending s, ComplaintAnswered e) => new Answered(s.File, e.Outcome, e.Reference),
        (Pending { File.IsWritten: true } s, ComplaintEscalated) => new Escalated(s.File),
        (Answered { File.IsWritten: true } s, ComplaintEscalated) => new Escalated(s.File),
        (Escalated s, MediationEnded e) => new Mediated(s.File, e.Outcome, e.Reference),

        // A stored history that Decide could not have produced is corruption, not a request: stop.
        _ => throw new InvariantException($"{@event.GetType().Name} cannot follow {state.GetType().Name}"),
    };

    private static Decision DecideOpen(Open command)
    {
        var facts = command.Facts;
        if (!AreTextsValid(command)) return ComplaintRejection.TextInvalid;
        if (!AreDaysValid(facts.SentOn, facts.ReceivedOn, command.Now)) return ComplaintRejection.DaysInvalid;
        if (facts.Subject is not null)
        {
            if (command.Known is not { } known || (facts.Merchant is { } merchant && known.Merchant != merchant)) return ComplaintRejection.TransactionNotFound;
            if (!known.HasTicket) return ComplaintRejection.TicketNotIssued;
        }

        return new ComplaintOpened(command.Complaint, facts, ComplaintClocks.Of(facts.SentOn, facts.ReceivedOn, !facts.Channel.IsOral), command.By, command.Now);
    }

    /// <summary>What was said started its clocks, and writing it down stops none of them: of the two, the earlier counts (E96).</summary>
    /// <param name="running">Null when what was said has had its answer.</param>
    private static Decision DecideConfirm(ComplaintFile file, ComplaintDeadlines? running, ConfirmInWriting command)
    {
        if (file.IsWritten) return file.Writing == new ComplaintWriting(command.Reference, command.SentOn, command.ReceivedOn) ? Decision.AlreadyDone : ComplaintRejection.AlreadyInWriting;
        if (!AreDaysValid(command.SentOn, command.ReceivedOn, command.Now)) return ComplaintRejection.DaysInvalid;

        var deadlines = ComplaintClocks.Of(command.SentOn, command.ReceivedOn, isWritten: true);
        if (running is not null)
        {
            deadlines = deadlines with
            {
                Answer = ComplaintDeadline.Earlier(running.Answer, deadlines.Answer),
                FinalAnswer = ComplaintDeadline.Earlier(running.FinalAnswer, deadlines.FinalAnswer),
            };
        }

        return new ConfirmedInWriting(command.Reference, command.SentOn, command.ReceivedOn, deadlines, command.By, command.Now);
    }

    private static Decision DecideHold(ComplaintFile file, SendHoldingReply command)
    {
        var today = ParisTime.DayOf(command.Now);
        if (file.AnswerOn == command.AnswerOn) return Decision.AlreadyDone;
        if (file.AnswerOn is not null) return ComplaintRejection.HoldingReplyAlreadySent;
        if (today > file.AnswerDueOn) return ComplaintRejection.AnswerOverdue;
        if (command.AnswerOn <= today || command.AnswerOn > file.Deadlines.FinalAnswer.On) return ComplaintRejection.AnswerDateOutOfRange;

        return new HoldingReplySent(command.Reference, command.AnswerOn, command.By, command.Now);
    }

    private static Decision DecideEscalate(ComplaintFile file, Escalate command, bool isAnswered)
    {
        if (!file.IsWritten) return ComplaintRejection.NotInWriting;
        if (!isAnswered && ParisTime.DayOf(command.Now) <= file.AnswerDueOn) return ComplaintRejection.AnswerNotDue;

        return new ComplaintEscalated(command.Reference, command.By, command.Now);
    }

    private static bool AreDaysValid(LocalDate sentOn, LocalDate receivedOn, Instant now) =>
        sentOn <= receivedOn && receivedOn <= ParisTime.DayOf(now) && ComplaintClocks.Cover(sentOn, receivedOn);

    private static bool AreTextsValid(ComplaintCommand command) => command switch
    {
        Open c => IsText(c.Facts.Reference) && IsText(c.By),
        ConfirmInWriting c => IsText(c.Reference) && IsText(c.By),
        Acknowledge c => IsText(c.By),
        SendHoldingReply c => IsText(c.Reference) && IsText(c.By),
        Answer c => IsText(c.Reference) && IsText(c.By),
        Escalate c => IsText(c.Reference) && IsText(c.By),
        EndMediation c => IsText(c.Reference) && IsText(c.By),
        _ => throw new UnreachableException(command.GetType().Name),
    };

    private static bool IsText(string text) => PlainText.IsValid(text, TextLengthMax);

    private static bool IsSame(ComplaintFile file, Open command) => file.Complaint == command.Complaint && file.Facts == command.Facts;

    private static ComplaintWriting WritingOf(ConfirmedInWriting e) => new(e.Reference, e.SentOn, e.ReceivedOn);
}
