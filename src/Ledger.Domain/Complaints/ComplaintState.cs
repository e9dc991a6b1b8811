using NodaTime;

namespace Ledger.Domain.Complaints;

/// <summary>What deciding needs to remember of one complaint. Never stored.</summary>
public abstract record ComplaintState
{
    private ComplaintState() { }

    public sealed record Unknown : ComplaintState;

    /// <summary>The bank owes an answer.</summary>
    public sealed record Pending(ComplaintFile File) : ComplaintState;

    public sealed record Answered(ComplaintFile File, ComplaintOutcome Outcome, string Reference) : ComplaintState;

    /// <summary>With the mediator.</summary>
    public sealed record Escalated(ComplaintFile File) : ComplaintState;

    public sealed record Mediated(ComplaintFile File, MediationOutcome Outcome, string Reference) : ComplaintState;
}

/// <summary>What every state after the first remembers.</summary>
/// <param name="Facts">As it was opened.</param>
/// <param name="Writing">The confirmation in writing of an oral one; null before, and for one that was written from the start.</param>
/// <param name="AnswerOn">The date of the holding reply; null without one.</param>
public sealed record ComplaintFile(
    ComplaintId Complaint, ComplaintFacts Facts, ComplaintDeadlines Deadlines, ComplaintWriting? Writing, Instant? AcknowledgedAt, LocalDate? AnswerOn)
{
    public bool IsWritten => !Facts.Channel.IsOral || Writing is not null;

    /// <summary>The last day on which an answer is in time.</summary>
    public LocalDate AnswerDueOn => AnswerOn is { } on ? LocalDate.Min(on, Deadlines.FinalAnswer.On) : Deadlines.Answer.On;
}

public sealed record ComplaintWriting(string Reference, LocalDate SentOn, LocalDate ReceivedOn);

/// <summary>What other rooms ask of a complaint's state, whichever it is.</summary>
public static class ComplaintStates
{
    extension(ComplaintState state)
    {
        /// <summary>Null while there is no such complaint.</summary>
        public ComplaintFile? File => state switch
        {
            ComplaintState.Pending s => s.File,
            ComplaintState.Answered s => s.File,
            ComplaintState.Escalated s => s.File,
            ComplaintState.Mediated s => s.File,
            _ => null,
        };
    }
}

/// <summary>Why a command on a complaint was refused, in order of precedence. Numbers are wire values: append, never reuse.</summary>
public enum ComplaintRejection
{
    NotOpened = 1,

    /// <summary>Opened with other content.</summary>
    AlreadyOpened = 2,

    /// <summary>A reference or name is empty, too long, or could hold a card number.</summary>
    TextInvalid = 3,

    /// <summary>Sent after it was received, received in the future, or outside the calendars' years.</summary>
    DaysInvalid = 4,

    /// <summary>The transaction that it refers to does not exist, or is another merchant's.</summary>
    TransactionNotFound = 5,

    /// <summary>The transaction has no such ticket (R124).</summary>
    TicketNotIssued = 6,

    /// <summary>It was in writing before.</summary>
    AlreadyInWriting = 7,

    /// <summary>It was answered; whoever is not satisfied turns to the mediator.</summary>
    AlreadyAnswered = 8,

    /// <summary>There is one holding reply, with one date.</summary>
    HoldingReplyAlreadySent = 9,

    /// <summary>The answer is overdue: a holding reply does not help any more.</summary>
    AnswerOverdue = 10,

    /// <summary>The date of a holding reply lies after today and at most 35 working days after receipt.</summary>
    AnswerDateOutOfRange = 11,

    /// <summary>The mediator has it.</summary>
    AlreadyEscalated = 12,

    /// <summary>The mediator wants a complaint in writing first (R188).</summary>
    NotInWriting = 13,

    /// <summary>Neither answered nor overdue (R188).</summary>
    AnswerNotDue = 14,

    /// <summary>The mediator never had it.</summary>
    NotEscalated = 15,

    /// <summary>The mediator's part is over.</summary>
    MediationOver = 16,
}
