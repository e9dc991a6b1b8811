using System.Globalization;
using Ledger.Domain;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Journal;

/// <summary>Questions to the journal's tables. Any thread.</summary>
internal sealed class JournalReader(ServedView view) : IJournal
{
    private static readonly string Select =
        $"SELECT {string.Join(", ", JournalProjection.Postings.Columns.Select(static column => column.Name))} FROM posting";

    public ValueTask<Answer<Page<JournalEntry>>> ListAsync(JournalQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > QueryLimits.PageMax) return Refuse<Page<JournalEntry>>(QueryRejection.LimitOutOfRange);
        if (query.AtLeastPosition < 0 || query.FromPosition < 0 || query.ToPosition < 0) return Refuse<Page<JournalEntry>>(QueryRejection.PositionOutOfRange);
        if (query is { From: { } from, To: { } to } && from > to) return Refuse<Page<JournalEntry>>(QueryRejection.DaysInverted);
        if (!TryReadPlace(query, out var after)) return Refuse<Page<JournalEntry>>(QueryRejection.CursorInvalid);

        return view.AskAsync(query.AtLeastPosition, snapshot => List(query, after, snapshot), cancellation);
    }

    public ValueTask<Answer<TrialBalanceSheet>> TrialBalanceAsync(long? atLeastPosition, CancellationToken cancellation) =>
        view.AskAsync(
            atLeastPosition,
            static snapshot => new TrialBalanceSheet(snapshot.Query(
                "SELECT kind, currency, CAST(SUM(debits) AS BIGINT), CAST(SUM(credits) AS BIGINT) FROM balance GROUP BY kind, currency ORDER BY kind, currency",
                [],
                ReadSum)),
            cancellation);

    public ValueTask<Answer<Page<AccountSum>>> AccountsAsync(AccountsQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > QueryLimits.PageMax) return Refuse<Page<AccountSum>>(QueryRejection.LimitOutOfRange);
        if (query.AtLeastPosition < 0) return Refuse<Page<AccountSum>>(QueryRejection.PositionOutOfRange);

        var after = "";
        if (query.Cursor is { } cursor && !PageCursor.TryRead(cursor, QuestionOf(query), out after)) return Refuse<Page<AccountSum>>(QueryRejection.CursorInvalid);
        return view.AskAsync(query.AtLeastPosition, snapshot => Accounts(query, after, snapshot), cancellation);
    }

    private static ValueTask<Answer<T>> Refuse<T>(QueryRejection reason) => new(new Answer<T>.Refused(reason));

    private static Page<JournalEntry> List(JournalQuery query, (long Position, int Line)? after, IViewSnapshot snapshot)
    {
        if (SpanOf(query, snapshot) is not { } span) return new Page<JournalEntry>([], null);

        // The page's own first position bounds the index, so that a far page costs what the first one does.
        var where = new SqlText().And("position BETWEEN ? AND ?", Math.Max(span.First, after?.Position ?? 0), span.Last);
        if (query.Account is { } account) where.And("account = ?", account.Value);
        if (query.MerchantId is { } merchant) where.And("merchant = ?", merchant.Value);
        where.AndIf("day >= ?", query.From?.ToColumn()).AndIf("day <= ?", query.To?.ToColumn());
        if (after is { } place) where.And("(position, line) > (?, ?)", place.Position, place.Line);

        var sql = $"{Select}{where.Where} ORDER BY position, line LIMIT ?";
        var rows = snapshot.Query(sql, where.With(query.Limit + 1).Parameters, JournalProjection.Postings.Read);
        JournalEntry[] entries = [.. rows.Take(query.Limit).Select(static row => row.Entry)];
        return new Page<JournalEntry>(entries, rows.Count > query.Limit ? WritePlace(query, entries[^1]) : null);
    }

    /// <summary>The positions that the question's days and positions leave; null when none.</summary>
    private static (long First, long Last)? SpanOf(JournalQuery query, IViewSnapshot snapshot)
    {
        var (first, last) = (query.FromPosition ?? 0, query.ToPosition ?? long.MaxValue);
        if (query.From is null && query.To is null) return first <= last ? (first, last) : null;

        var where = new SqlText().AndIf("day >= ?", query.From?.ToColumn()).AndIf("day <= ?", query.To?.ToColumn());
        var spans = snapshot.Query(
            $"SELECT MIN(first_position), MAX(last_position) FROM day{where.Where}",
            where.Parameters,
            static reader => (First: reader.IntegerOrNull(), Last: reader.IntegerOrNull()));
        if (spans[0] is not ({ } firstOfDays, { } lastOfDays)) return null;

        (first, last) = (Math.Max(first, firstOfDays), Math.Min(last, lastOfDays));
        return first <= last ? (first, last) : null;
    }

    private static Page<AccountSum> Accounts(AccountsQuery query, string after, IViewSnapshot snapshot)
    {
        var where = new SqlText();
        if (query.Kind is { } kind) where.And("kind = ?", kind);
        if (after.Split(' ') is [var account, var currency]) where.And("(account, currency) > (?, ?)", account, currency);

        var sql = $"SELECT account, currency, debits, credits FROM balance{where.Where} ORDER BY account, currency LIMIT ?";
        var rows = snapshot.Query(sql, where.With(query.Limit + 1).Parameters, ReadSum);
        AccountSum[] entries = [.. rows.Take(query.Limit)];
        var next = rows.Count > query.Limit ? PageCursor.Write(QuestionOf(query), $"{entries[^1].Account} {entries[^1].Debits.Currency}") : null;
        return new Page<AccountSum>(entries, next);
    }

    private static AccountSum ReadSum(IRowReader reader)
    {
        var (account, currency) = (reader.Text(), new Currency(reader.Text()));
        return new AccountSum(account, new Money(reader.Integer(), currency), new Money(reader.Integer(), currency));
    }

    private static string WritePlace(JournalQuery query, JournalEntry last) =>
        PageCursor.Write(QuestionOf(query), string.Create(CultureInfo.InvariantCulture, $"{last.Position}:{last.Line}"));

    private static bool TryReadPlace(JournalQuery query, out (long Position, int Line)? after)
    {
        after = null;
        if (query.Cursor is null) return true;
        if (!PageCursor.TryRead(query.Cursor, QuestionOf(query), out var place) || place.Split(':') is not [var positionText, var lineText]) return false;
        if (!long.TryParse(positionText, NumberStyles.None, CultureInfo.InvariantCulture, out var position)) return false;
        if (!int.TryParse(lineText, NumberStyles.None, CultureInfo.InvariantCulture, out var line)) return false;

        after = (position, line);
        return true;
    }

    private static string QuestionOf(JournalQuery query) => string.Create(
        CultureInfo.InvariantCulture,
        $"journal|{query.Account}|{query.MerchantId}|{query.From?.ToColumn()}|{query.To?.ToColumn()}|{query.FromPosition}|{query.ToPosition}");

    private static string QuestionOf(AccountsQuery query) => $"accounts|{query.Kind}";
}
