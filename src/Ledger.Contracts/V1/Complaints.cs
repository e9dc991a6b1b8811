namespace Ledger.Contracts.V1;

/// <summary>A complaint is taken down (R180, R181). What was said and by whom stays in the bank's correspondence; the reference names that file.</summary>
/// <param name="ComplaintId">A UUID that the caller makes; the same again with the same content is the same complaint.</param>
/// <param name="MerchantId">Leave it out for somebody without a contract.</param>
/// <param name="Subject">Leave it out when it is about no single transaction.</param>
/// <param name="Reference">1 to 80 characters.</param>
/// <param name="SentOn">Postmark or message; for an oral one the day it was said.</param>
/// <param name="ReceivedOn">Not before it was sent, not in the future.</param>
public sealed record OpenComplaint(
    string ComplaintId, ComplaintReason Reason, ComplaintChannel Channel, string Reference, DateOnly SentOn, DateOnly ReceivedOn, string? MerchantId = null, ComplaintSubject? Subject = null);

/// <summary>The transaction and the operation whose merchant ticket was presented (R124).</summary>
/// <param name="TransactionId">A UUID, as /v1/payments gives it.</param>
/// <param name="Ticket">Leave it out when none was presented: a payment that failed has none.</param>
/// <param name="RefundId">Which refund the ticket is of; left out for the payment's own.</param>
public sealed record ComplaintSubject(string TransactionId, TicketKind? Ticket = null, string? RefundId = null);

/// <summary>What was said is now written as well.</summary>
/// <param name="Reference">Of the letter: 1 to 80 characters.</param>
public sealed record ConfirmComplaint(string Reference, DateOnly SentOn, DateOnly ReceivedOn);

/// <summary>An acknowledgement went out. Nothing to say; send <c>{}</c>.</summary>
public sealed record AcknowledgeComplaint;

/// <summary>A holding reply with reasons went out.</summary>
/// <param name="Reference">Of the reply: 1 to 80 characters.</param>
/// <param name="AnswerOn">The date that it promises: after today, at most 35 working days after receipt.</param>
public sealed record HoldComplaint(string Reference, DateOnly AnswerOn);

/// <summary>The answer went out.</summary>
/// <param name="Reference">Of the answer: 1 to 80 characters.</param>
public sealed record AnswerComplaint(ComplaintOutcome Outcome, string Reference);

/// <summary>The mediator has it (R188).</summary>
/// <param name="Reference">The mediator's: 1 to 80 characters.</param>
public sealed record EscalateComplaint(string Reference);

/// <summary>The mediator's part is over.</summary>
/// <param name="Reference">Of the mediator's letter: 1 to 80 characters.</param>
public sealed record EndMediation(MediationOutcome Outcome, string Reference);

/// <summary>A last day, counted twice: « jours ouvrables » from Monday to Saturday, and from Monday to Friday. The first is never later, and counts.</summary>
public sealed record ComplaintDeadline(DateOnly On, DateOnly OnWeekdays);

/// <summary>One complaint with its clocks.</summary>
/// <param name="AcknowledgeBy">Null while nothing is in writing.</param>
/// <param name="AnswerBy">Unless a holding reply moved it.</param>
/// <param name="FinalAnswerBy">The latest date that a holding reply may promise.</param>
/// <param name="AnswerDueOn">The last day for the answer as things stand.</param>
/// <param name="Outcome">Null before the answer, and after an oral complaint that was answered came again in writing.</param>
/// <param name="CalendarVersion">Which edition of the calendar gave the deadlines.</param>
/// <param name="Version">Of its stream.</param>
public sealed record ComplaintView(
    string ComplaintId,
    string? MerchantId,
    ComplaintReason Reason,
    ComplaintChannel Channel,
    ComplaintSubject? Subject,
    string Reference,
    DateOnly SentOn,
    DateOnly ReceivedOn,
    bool InWriting,
    ComplaintCondition Condition,
    DateTimeOffset? AcknowledgedAt,
    ComplaintDeadline? AcknowledgeBy,
    ComplaintDeadline AnswerBy,
    ComplaintDeadline FinalAnswerBy,
    DateOnly AnswerDueOn,
    ComplaintOutcome? Outcome,
    MediationOutcome? MediationOutcome,
    string CalendarVersion,
    long Version);
