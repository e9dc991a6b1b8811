using NodaTime;

namespace Ledger.Domain.Complaints;

/// <summary>What happened to one complaint. Names are stored, so never renamed.</summary>
public abstract record ComplaintEvent : ILedgerEvent
{
    private ComplaintEvent() { }

    public abstract Instant At { get; init; }

    /// <param name="By">Who of the bank took it down.</param>
    public sealed record ComplaintOpened(ComplaintId Complaint, ComplaintFacts Facts, ComplaintDeadlines Deadlines, string By, Instant At) : ComplaintEvent;

    /// <param name="Deadlines">Those that hold from now on: while it was open, never later than before.</param>
    public sealed record ConfirmedInWriting(string Reference, LocalDate SentOn, LocalDate ReceivedOn, ComplaintDeadlines Deadlines, string By, Instant At) : ComplaintEvent;

    public sealed record ComplaintAcknowledged(string By, Instant At) : ComplaintEvent;

    /// <param name="AnswerOn">The last day for the answer from now on.</param>
    public sealed record HoldingReplySent(string Reference, LocalDate AnswerOn, string By, Instant At) : ComplaintEvent;

    public sealed record ComplaintAnswered(ComplaintOutcome Outcome, string Reference, string By, Instant At) : ComplaintEvent;

    public sealed record ComplaintEscalated(string Reference, string By, Instant At) : ComplaintEvent;

    public sealed record MediationEnded(MediationOutcome Outcome, string Reference, string By, Instant At) : ComplaintEvent;
}
