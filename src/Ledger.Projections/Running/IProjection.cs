using Ledger.Domain;
using Ledger.EventLog;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Running;

/// <summary>What a projection is: the shape of its read model, the events it takes in, and how.</summary>
public interface IProjection
{
    ViewSchema Schema { get; }

    /// <summary>Categories of the streams that it reads. An unknown event type in one of them, or in a category that nobody knows, stops it.</summary>
    IReadOnlySet<string> Categories { get; }

    /// <summary>Whether events of this class change the read model; others are not even decoded.</summary>
    bool Folds(Type eventClass);

    /// <summary>A fold into this batch's tables.</summary>
    IFold Start(ViewBatch batch);
}

/// <summary>Takes events into rows: a pure function of the rows and the events, in the log's order. One thread.</summary>
public interface IFold
{
    /// <summary>Says which rows <see cref="Apply"/> will look for, as far as the event alone tells; changes nothing else.</summary>
    void Expect(RecordedEvent recorded, ILedgerEvent @event);

    /// <exception cref="InvariantException">The event cannot follow what the read model holds.</exception>
    void Apply(RecordedEvent recorded, ILedgerEvent @event);
}

/// <summary>Stream categories of this program (architecture.md). A projection passes over those that it does not read.</summary>
internal static class Categories
{
    public const string Transaction = "transaction";
    public const string Terminal = "terminal";
    public const string Merchant = "merchant";
    public const string Remittance = "remittance";
    public const string Card = "card";
    public const string Complaint = "complaint";

    public static bool IsKnown(string category) => category is Transaction or Terminal or Merchant or Remittance or Card or Complaint;
}
