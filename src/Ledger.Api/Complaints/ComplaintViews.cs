using Ledger.Contracts.V1;
using Ledger.Domain.Complaints;
using Ledger.Engine;
using ComplaintDeadline = Ledger.Contracts.V1.ComplaintDeadline;
using ComplaintSubject = Ledger.Contracts.V1.ComplaintSubject;

namespace Ledger.Api.Complaints;

/// <summary>From a complaint's state to what the wire shows of it.</summary>
internal static class ComplaintViews
{
    public static ComplaintView Of(StreamState<ComplaintState> complaint)
    {
        var file = complaint.State.File!;
        var (facts, deadlines) = (file.Facts, file.Deadlines);
        return new ComplaintView(
            file.Complaint.ToString(),
            facts.Merchant?.Value,
            Wire.Of(facts.Reason),
            Wire.Of(facts.Channel),
            facts.Subject is { } subject ? new ComplaintSubject(subject.Transaction.ToString(), subject.Ticket is { } ticket ? Wire.Of(ticket) : null, subject.Refund?.ToString()) : null,
            file.Writing?.Reference ?? facts.Reference,
            Wire.Of(facts.SentOn),
            Wire.Of(facts.ReceivedOn),
            file.IsWritten,
            ConditionOf(complaint.State),
            file.AcknowledgedAt is { } at ? Wire.Of(at) : null,
            deadlines.Acknowledge is { } acknowledge ? Of(acknowledge) : null,
            Of(deadlines.Answer),
            Of(deadlines.FinalAnswer),
            Wire.Of(file.AnswerDueOn),
            complaint.State is ComplaintState.Answered answered ? Wire.Of(answered.Outcome) : null,
            complaint.State is ComplaintState.Mediated mediated ? Wire.Of(mediated.Outcome) : null,
            deadlines.CalendarVersion,
            complaint.Version);
    }

    private static ComplaintCondition ConditionOf(ComplaintState state) => state switch
    {
        ComplaintState.Pending => ComplaintCondition.Pending,
        ComplaintState.Answered => ComplaintCondition.Answered,
        ComplaintState.Escalated => ComplaintCondition.Escalated,
        _ => ComplaintCondition.Mediated,
    };

    private static ComplaintDeadline Of(Domain.Complaints.ComplaintDeadline deadline) => new(Wire.Of(deadline.On), Wire.Of(deadline.OnWeekdays));
}
