using NodaTime;

namespace Ledger.Domain.Complaints;

/// <summary>What may be asked of one complaint; all of it by the bank's people.</summary>
public abstract record ComplaintCommand
{
    private ComplaintCommand() { }

    /// <summary>Takes it down. An oral one has no acknowledgement's clock until it is confirmed in writing.</summary>
    /// <param name="Known">What the subject's own stream says; null when there is no such transaction, or no subject.</param>
    public sealed record Open(ComplaintId Complaint, ComplaintFacts Facts, SubjectKnowledge? Known, string By, Instant Now) : ComplaintCommand;

    /// <summary>What was said is now written as well (E96); an oral complaint that was answered is open again.</summary>
    public sealed record ConfirmInWriting(string Reference, LocalDate SentOn, LocalDate ReceivedOn, string By, Instant Now) : ComplaintCommand;

    public sealed record Acknowledge(string By, Instant Now) : ComplaintCommand;

    /// <summary>Says with reasons that the answer comes later, and when.</summary>
    /// <param name="Reference">Of the reply that went out.</param>
    public sealed record SendHoldingReply(string Reference, LocalDate AnswerOn, string By, Instant Now) : ComplaintCommand;

    /// <summary>On paper or another durable medium, to every point. A late answer is recorded like any: that it is late is seen by its day.</summary>
    public sealed record Answer(ComplaintOutcome Outcome, string Reference, string By, Instant Now) : ComplaintCommand;

    /// <summary>The mediator has it (R188).</summary>
    public sealed record Escalate(string Reference, string By, Instant Now) : ComplaintCommand;

    public sealed record EndMediation(MediationOutcome Outcome, string Reference, string By, Instant Now) : ComplaintCommand;
}
