using Ledger.Domain;
using Ledger.Domain.Accounting;
using Ledger.Domain.Merchants;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Projections.Journal;

/// <summary>All postings, in the log's order, and their sums.</summary>
public interface IJournal
{
    /// <summary>Refusals: LimitOutOfRange, PositionOutOfRange, DaysInverted, CursorInvalid.</summary>
    ValueTask<Answer<Page<JournalEntry>>> ListAsync(JournalQuery query, CancellationToken cancellation);

    /// <summary>Sums per kind of account, all merchants together; the two sides differ by zero (I07). Refusals: PositionOutOfRange.</summary>
    ValueTask<Answer<TrialBalanceSheet>> TrialBalanceAsync(long? atLeastPosition, CancellationToken cancellation);

    /// <summary>Sums per account, in order of name. Refusals: LimitOutOfRange, PositionOutOfRange, CursorInvalid.</summary>
    ValueTask<Answer<Page<AccountSum>>> AccountsAsync(AccountsQuery query, CancellationToken cancellation);
}

/// <summary>Which postings; what is null does not filter.</summary>
/// <param name="FromPosition">First position of the log.</param>
/// <param name="ToPosition">Last position of the log.</param>
/// <param name="From">First accounting day.</param>
/// <param name="To">Last accounting day.</param>
public sealed record JournalQuery(
    AccountName? Account = null,
    MerchantId? MerchantId = null,
    LocalDate? From = null,
    LocalDate? To = null,
    long? FromPosition = null,
    long? ToPosition = null,
    string? Cursor = null,
    int Limit = QueryLimits.PageDefault,
    long? AtLeastPosition = null);

/// <param name="Kind">What stands before the « : » of the account's name; null for all.</param>
public sealed record AccountsQuery(string? Kind = null, string? Cursor = null, int Limit = QueryLimits.PageDefault, long? AtLeastPosition = null);

/// <summary>One line of one event's accounting.</summary>
/// <param name="Position">The event's place in the log.</param>
/// <param name="Line">From 1 within the event.</param>
/// <param name="Day">The accounting day: the operation's business day, the remittance's day, or the credit date.</param>
public sealed record JournalEntry(
    long Position,
    int Line,
    StreamName Stream,
    string EventType,
    Instant At,
    LocalDate Day,
    MerchantId? MerchantId,
    Posting Posting);

/// <param name="Kinds">One row per kind of account and currency, in order of name; « acquirer-receivable », « merchant-payable »…</param>
public sealed record TrialBalanceSheet(IReadOnlyList<AccountSum> Kinds)
{
    /// <summary>Whether debits and credits are equal in every currency (I07).</summary>
    public bool IsBalanced => Difference == 0;

    /// <summary>The largest difference between debits and credits of one currency, in its minor units; zero unless something is wrong.</summary>
    public long Difference => Kinds
        .GroupBy(static kind => kind.Debits.Currency)
        .Select(static currency => Math.Abs(currency.Sum(static kind => kind.Balance.MinorUnits)))
        .DefaultIfEmpty(0)
        .Max();
}

/// <summary>One line of the trial balance.</summary>
/// <param name="Account">An account's name, or what stands before its « : » for all accounts of the kind.</param>
/// <param name="Debits">All debits since the beginning.</param>
/// <param name="Credits">All credits since the beginning, same currency.</param>
public sealed record AccountSum(string Account, Money Debits, Money Credits)
{
    /// <summary>Debits less credits; below zero for a credit balance.</summary>
    public SignedMoney Balance => SignedMoney.Between(Debits, Credits);
}
