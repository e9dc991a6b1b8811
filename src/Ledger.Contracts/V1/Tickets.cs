namespace Ledger.Contracts.V1;

/// <summary>One ticket, as lines to print or copy and as fields.</summary>
/// <param name="Lines">In the order of French card tickets; with DUPLICATA when issued again.</param>
/// <param name="Fields">The same by name, for machines.</param>
public sealed record TicketView(
    string TransactionId,
    string? RefundId,
    TicketKind Kind,
    TicketCopy Copy,
    bool Duplicata,
    IReadOnlyList<string> Lines,
    IReadOnlyDictionary<string, string> Fields);
