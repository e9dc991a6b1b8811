using Ledger.Domain;
using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.Simulation.Remote;

/// <summary>A question to a simulated acquirer in a process of its own. The encrypted card data stay at home: it could not read them.</summary>
/// <param name="Operation">See <see cref="ExchangeOperation"/>.</param>
/// <param name="Exchange">Of the question; of the original where the question is a reversal.</param>
/// <param name="Amount">Minor units; 0 for a status query.</param>
/// <param name="Card">Its token; null where the operation has none.</param>
public sealed record ExchangeRequest(
    ExchangeOperation Operation, Guid Exchange, Guid? Original, string? Merchant, string? Terminal, int Number, long Amount, string Currency, string? Card);

/// <summary>Wire values: append, never reuse.</summary>
public enum ExchangeOperation
{
    Authorise = 1,
    Status = 2,
    Reverse = 3,
    Cancel = 4,
    Refund = 5,
}

/// <summary>What the simulated acquirer said.</summary>
/// <param name="Found">Of an acknowledged reversal.</param>
public sealed record ExchangeReply(ExchangeOutcome Outcome, long? Amount = null, string? Currency = null, string? Code = null, string? Response = null, bool Found = false)
{
    public static ExchangeReply Of(HostAnswer answer) => answer switch
    {
        HostAnswer.Approved approved => new(ExchangeOutcome.Approved, approved.Amount.MinorUnits, approved.Amount.Currency.Code, approved.Code?.Value, approved.Response.Value),
        HostAnswer.Declined declined => new(ExchangeOutcome.Declined, Response: declined.Response.Value),
        HostAnswer.NotFound => new(ExchangeOutcome.NotFound),
        HostAnswer.InProgress => new(ExchangeOutcome.InProgress),
        HostAnswer.NotSent => new(ExchangeOutcome.NotSent),
        HostAnswer.NoAnswer => new(ExchangeOutcome.NoAnswer),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    public static ExchangeReply Of(ReversalAnswer answer) => answer switch
    {
        ReversalAnswer.Acknowledged acknowledged => new(ExchangeOutcome.Acknowledged, Found: acknowledged.Found),
        ReversalAnswer.NotAcknowledged => new(ExchangeOutcome.NotAcknowledged),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <exception cref="ArgumentException">It is no answer to anything but a reversal, or one of its values is not well formed.</exception>
    public HostAnswer ToAnswer() => Outcome switch
    {
        ExchangeOutcome.Approved => new HostAnswer.Approved(
            new Money(Amount ?? 0, new Currency(Currency ?? "")), Code is { } code ? new AuthorisationCode(code) : null, new ResponseCode(Response ?? "")),
        ExchangeOutcome.Declined => new HostAnswer.Declined(new ResponseCode(Response ?? "")),
        ExchangeOutcome.NotFound => new HostAnswer.NotFound(),
        ExchangeOutcome.InProgress => new HostAnswer.InProgress(),
        ExchangeOutcome.NotSent => new HostAnswer.NotSent(),
        ExchangeOutcome.NoAnswer => new HostAnswer.NoAnswer(UnknownReason.AnswerTimedOut),
        ExchangeOutcome.Acknowledged or ExchangeOutcome.NotAcknowledged => throw new ArgumentException("A reversal's answer to another question."),
    };

    /// <summary>Whatever is no acknowledgement is none: it is sent again.</summary>
    public ReversalAnswer ToReversalAnswer() => Outcome is ExchangeOutcome.Acknowledged ? new ReversalAnswer.Acknowledged(Found) : new ReversalAnswer.NotAcknowledged();
}

/// <summary>Wire values: append, never reuse.</summary>
public enum ExchangeOutcome
{
    Approved = 1,
    Declined = 2,
    NotFound = 3,
    InProgress = 4,
    NotSent = 5,
    NoAnswer = 6,
    Acknowledged = 7,
    NotAcknowledged = 8,
}
