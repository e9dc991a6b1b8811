namespace Ledger.Contracts.V1;

/// <summary>A stream replayed to a version or an instant, with its chain verified from the first event.</summary>
/// <param name="Version">The last version taken in.</param>
/// <param name="Head">Hash of that version's event; hexadecimal.</param>
/// <param name="State">The state's name after it, for instance « Completed ».</param>
/// <param name="FirstProblem">What is wrong with the chain, where it is; null when it is whole.</param>
/// <param name="Cursor">Give it back for the events that follow in this replay; null at its end.</param>
public sealed record AuditStream(string Stream, long Version, string Head, string State, bool ChainVerified, string? FirstProblem, IReadOnlyList<EventView> Events, string? Cursor);

/// <summary>Sums of all postings; debits and credits differ by zero.</summary>
/// <param name="Kinds">Per kind of account, all merchants together.</param>
/// <param name="Accounts">Per account, a page of them in order of name.</param>
/// <param name="Cursor">For the accounts that follow; null at the end.</param>
public sealed record TrialBalanceReply(IReadOnlyList<AccountLine> Kinds, IReadOnlyList<AccountLine> Accounts, bool Balanced, long Position, string? Cursor);

public sealed record AccountLine(string Account, Money Debits, Money Credits);

/// <summary>Verifies a stretch of the log, bounded; go on with the cursor.</summary>
/// <param name="FirstProblem">The first bad event, when there is one.</param>
/// <param name="Cursor">Null when all streams were seen.</param>
public sealed record VerifyReply(int StreamsVerified, long EventsVerified, bool Intact, string? FirstProblem, string? Cursor);
