using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.Simulation;

/// <summary>What is known of a question by its amount and card.</summary>
internal sealed record QuestionFacts(Money Amount, CardToken Card);

/// <summary>One exchange in the host's books.</summary>
/// <param name="Original">The exchange that a cancellation or a refund is about; null for an authorisation.</param>
/// <param name="Approved">What it approved; null when it declined, or has not said yet.</param>
/// <param name="Response">What it answered; null while it works on it.</param>
/// <param name="QueriesLeft">So many status queries until a late approval; 0 otherwise.</param>
/// <param name="UndoneBy">How an approval was undone; null while it stands.</param>
public sealed record HostEntry(
    ExchangeId Exchange,
    HostEntryKind Kind,
    MerchantId Merchant,
    CardToken Card,
    Money Asked,
    ExchangeId? Original,
    Money? Approved,
    AuthorisationCode? Code,
    ResponseCode? Response,
    int QueriesLeft,
    HostUndo? UndoneBy)
{
    /// <summary>Approved and never undone: the client's money is concerned.</summary>
    public bool IsEffective => Approved is not null && UndoneBy is null;

    internal QuestionFacts Facts => new(Asked, Card);

    internal HostAnswer Answer => (Approved, Response) switch
    {
        ({ } amount, { } response) => new HostAnswer.Approved(amount, Code, response),
        (null, { } response) => new HostAnswer.Declined(response),
        _ => new HostAnswer.InProgress(),
    };
}

/// <summary>Stored numbers: append, never reuse.</summary>
public enum HostEntryKind
{
    Authorisation = 1,
    Cancellation = 2,
    Refund = 3,
}

/// <summary>Stored numbers: append, never reuse.</summary>
public enum HostUndo
{
    Reversal = 1,
    Cancellation = 2,
}
