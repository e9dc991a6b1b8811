using Ledger.Domain.Merchants;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Domain.Complaints;

public readonly record struct ComplaintId(Guid Value)
{
    public override string ToString() => Value.ToString("N");
}

/// <summary>What it is about (R180), and what card acceptance adds to that list.</summary>
public enum ComplaintReason
{
    LateTransfer = 1,
    SiteAccess = 2,
    AbusiveDebits = 3,
    Fees = 4,
    RefundAfterBankError = 5,
    CardRenewal = 6,
    FailedPayment = 7,
    MissingCredit = 8,
    Ticket = 9,
}

/// <summary>How it came in (R181, R124).</summary>
public enum ComplaintChannel
{
    Phone = 1,
    WebForm = 2,
    Messaging = 3,
    Chat = 4,
    RegisteredPost = 5,
    SocialNetwork = 6,

    /// <summary>Said at the counter; a letter handed over there confirms it in writing.</summary>
    Branch = 7,
}

public static class ComplaintChannels
{
    extension(ComplaintChannel channel)
    {
        /// <summary>Said, not written: it is invited to be confirmed in writing, and the mediator asks for that (R181, R188).</summary>
        public bool IsOral => channel is ComplaintChannel.Phone or ComplaintChannel.Branch;
    }
}

public enum ComplaintOutcome
{
    Upheld = 1,
    PartlyUpheld = 2,
    Refused = 3,
}

/// <summary>How the mediator's part ended.</summary>
public enum MediationOutcome
{
    ProposalAccepted = 1,
    ProposalRefused = 2,

    /// <summary>The mediator does not take the case; a professional is not eligible everywhere.</summary>
    NotAdmitted = 3,
}

/// <summary>A transaction that is complained about, and the operation whose merchant ticket was presented (R124, R066).</summary>
/// <param name="Ticket">Null when none was: a payment that failed has none.</param>
/// <param name="Refund">Which refund the ticket is of; null for the transaction's own.</param>
public sealed record ComplaintSubject(TransactionId Transaction, TicketKind? Ticket, RefundId? Refund);

/// <summary>What the transaction's own stream says of a subject.</summary>
/// <param name="HasTicket">Whether that operation took place, so that its ticket can be issued; true where no ticket is named.</param>
public sealed record SubjectKnowledge(MerchantId Merchant, bool HasTicket);

/// <summary>What was said, and by whom it was taken down. The file that <paramref name="Reference"/> names holds the words and the person; this never does.</summary>
/// <param name="Merchant">Null for somebody without a contract: anyone may complain (ACPR recommendation 2022-R-01).</param>
/// <param name="Subject">Null when it is about no single transaction.</param>
/// <param name="Reference">Of the file in the bank's correspondence: 1 to 80 characters.</param>
/// <param name="SentOn">Of a written one, the day of the postmark or message; else the day it was said. Not after <paramref name="ReceivedOn"/>.</param>
/// <param name="ReceivedOn">Business day in Paris; not in the future.</param>
public sealed record ComplaintFacts(
    MerchantId? Merchant, ComplaintReason Reason, ComplaintChannel Channel, ComplaintSubject? Subject, string Reference, LocalDate SentOn, LocalDate ReceivedOn);
