using System.Globalization;
using Ledger.Domain;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using NodaTime;
using NodaTime.Text;

namespace Ledger.Projections.History;

/// <summary>Questions to the history's tables. Any thread.</summary>
internal sealed class HistoryReader(ServedView view) : IMerchantHistory
{
    private static readonly HistoryKind[] PaymentsAlone = [HistoryKind.Payment];

    private static readonly string Select =
        $"SELECT {string.Join(", ", HistoryProjection.Entries.Columns.Select(static column => $"e.{column.Name}"))}, r.credit_date, r.is_credited "
        + "FROM entry e LEFT JOIN remittance r ON r.merchant = e.merchant AND r.day = e.remittance_day";

    public ValueTask<Answer<HistoryPage>> QueryAsync(HistoryQuery query, CancellationToken cancellation)
    {
        if (Refuse(query) is { } reason) return new(new Answer<HistoryPage>.Refused(reason));

        HistoryPlace? after = null;
        if (query.Cursor is { } cursor)
        {
            if (!HistoryPlace.TryRead(cursor, query, out var place)) return new(new Answer<HistoryPage>.Refused(QueryRejection.CursorInvalid));
            after = place;
        }

        return view.AskAsync(query.AtLeastPosition, snapshot => Read(query, after, snapshot), cancellation);
    }

    public ValueTask<Answer<HistoryDetail?>> FindAsync(HistoryLookup lookup, CancellationToken cancellation) =>
        view.AskAsync(lookup.AtLeastPosition, snapshot => Read(lookup, snapshot), cancellation);

    private static QueryRejection? Refuse(HistoryQuery query)
    {
        if (query.Limit is < 1 or > QueryLimits.PageMax) return QueryRejection.LimitOutOfRange;
        if (query.AtLeastPosition < 0) return QueryRejection.PositionOutOfRange;
        if (query is { From: { } from, To: { } to } && from > to) return QueryRejection.DaysInverted;
        if (IsForeign(query.AmountMin) || IsForeign(query.AmountMax)) return QueryRejection.CurrencyNotKept;
        if (query is { AmountMin: { } min, AmountMax: { } max } && min > max) return QueryRejection.AmountsInverted;
        return null;
    }

    private static bool IsForeign(Money? amount) => amount is { } value && value.Currency != Currency.Eur;

    private static HistoryPage Read(HistoryQuery query, HistoryPlace? after, IViewSnapshot snapshot)
    {
        var window = HistoryWindow.Of(query);
        if (window.From > window.To) return new HistoryPage([], window.From, window.To, null);

        var where = Conditions(query, window, after);
        var sql = $"{Select}{where.Where} ORDER BY e.business_day DESC, e.position DESC LIMIT ?";
        var rows = snapshot.Query(sql, where.With(query.Limit + 1).Parameters, ReadEntry);
        var entries = rows.Take(query.Limit).ToArray();
        var next = rows.Count > query.Limit ? HistoryPlace.Write(entries[^1].Place, query) : null;
        return new HistoryPage([.. entries.Select(static entry => entry.Entry)], window.From, window.To, next);
    }

    private static SqlText Conditions(HistoryQuery query, HistoryWindow window, HistoryPlace? after)
    {
        // The page's own last day bounds the index, so that a far page costs what the first one does.
        var last = after is { } place && place.Day < window.To ? place.Day : window.To;
        var where = new SqlText().And("e.merchant = ?", query.MerchantId.Value).And("e.business_day BETWEEN ? AND ?", window.From.ToColumn(), last.ToColumn());
        if (after is { } ended) where.And("(e.business_day, e.position) < (?, ?)", ended.Day.ToColumn(), ended.Position);
        where.And($"e.kind IN ({Numbers(query.Kinds ?? PaymentsAlone)})").And($"e.status IN ({Numbers(query.Statuses ?? HistoryStatuses.Validated)})");
        where.AndIf("e.amount >= ?", query.AmountMin?.MinorUnits).AndIf("e.amount <= ?", query.AmountMax?.MinorUnits);
        if (query.Terminal is { } terminal) where.And("e.terminal = ?", terminal.Value);
        if (query.CardLastFour is { } lastFour) where.And("e.last_four = ?", lastFour.Value);
        return (query.CardToken, query.CardAccount) switch
        {
            ({ } token, { } account) => where.And("(e.card_token = ? OR e.card_account = ?)", token.Value, account),
            ({ } token, null) => where.And("e.card_token = ?", token.Value),
            (null, { } account) => where.And("e.card_account = ?", account),
            (null, null) => where,
        };
    }

    /// <summary>Sorted, so that one set of filters is one prepared statement.</summary>
    private static string Numbers<TEnum>(IEnumerable<TEnum> values)
        where TEnum : struct, Enum =>
        string.Join(',', values.Select(static value => Convert.ToInt64(value, CultureInfo.InvariantCulture)).Distinct().Order());

    private static HistoryDetail? Read(HistoryLookup lookup, IViewSnapshot snapshot)
    {
        var where = new SqlText().And("e.transaction_id = ?", lookup.TransactionId.Value);
        if (lookup.MerchantId is { } merchant) where.And("e.merchant = ?", merchant.Value);
        var entries = snapshot.Query($"{Select}{where.Where} ORDER BY e.position", where.Parameters, ReadEntry).Select(static entry => entry.Entry).ToArray();

        if (Array.Find(entries, static entry => entry.Kind == HistoryKind.Payment) is not { } payment) return null;
        if (lookup.Today is { } today && payment.BusinessDay < HistoryWindow.FirstDay(today)) return null;
        return new HistoryDetail(payment, [.. entries.Where(static entry => entry.Kind != HistoryKind.Payment)]);
    }

    private static (HistoryPlace Place, HistoryEntry Entry) ReadEntry(IRowReader reader)
    {
        var row = HistoryProjection.Entries.Read(reader);
        var (creditDate, isCredited) = (ViewValues.ToDayOrNull(reader.IntegerOrNull()), reader.IntegerOrNull() == 1);
        return (new HistoryPlace(row.BusinessDay, row.Position), ToEntry(row, creditDate, isCredited));
    }

    private static HistoryEntry ToEntry(HistoryRow row, LocalDate? creditDate, bool isCredited) => new()
    {
        TransactionId = new TransactionId(row.Key.Transaction),
        Kind = row.Key.Kind,
        Refund = row.Key.Refund == Guid.Empty ? null : new RefundId(row.Key.Refund),
        MerchantId = row.Merchant,
        SaleId = new SaleId(row.Sale),
        Terminal = row.Terminal,
        Number = row.Number,
        Amount = Money.Eur(row.Amount),
        Status = row.Status,
        BusinessDay = row.BusinessDay,
        RequestedAt = row.RequestedAt,
        CompletedAt = row.CompletedAt,
        ChangedAt = row.ChangedAt,
        Card = row.Card,
        Code = row.Code,
        DeclinedWith = row.DeclinedWith,
        AbortReason = row.AbortReason,
        Refunded = Money.Eur(row.Refunded),
        Remittance = row.RemittanceDay is { } day ? new RemittanceId(row.Merchant, day) : null,
        CreditDate = creditDate,
        IsCredited = isCredited,
        Ticket = new HistoryTicket(row.Ticket, row.Delivery, row.Duplicates),
        ChangedAtPosition = row.ChangedPosition,
    };
}

/// <summary>The business days that an answer covers.</summary>
internal readonly record struct HistoryWindow(LocalDate From, LocalDate To)
{
    /// <summary>Before anything was sold.</summary>
    private static readonly LocalDate Beginning = new(2000, 1, 1);

    /// <summary>First day of the 15 calendar months before <paramref name="today"/>, clamped to the month's end (D-15).</summary>
    public static LocalDate FirstDay(LocalDate today) => today.PlusMonths(-QueryLimits.HistoryMonths);

    public static HistoryWindow Of(HistoryQuery query)
    {
        var first = query.Archive ? Beginning : FirstDay(query.Today);
        return new HistoryWindow(query.From is { } from && from > first ? from : first, query.To is { } to && to < query.Today ? to : query.Today);
    }
}

/// <summary>Where a page of history ended.</summary>
internal readonly record struct HistoryPlace(LocalDate Day, long Position)
{
    public static string Write(HistoryPlace place, HistoryQuery query) =>
        PageCursor.Write(Question(query), string.Create(CultureInfo.InvariantCulture, $"{LocalDatePattern.Iso.Format(place.Day)}:{place.Position}"));

    public static bool TryRead(string cursor, HistoryQuery query, out HistoryPlace place)
    {
        place = default;
        if (!PageCursor.TryRead(cursor, Question(query), out var text)) return false;

        if (text.Split(':') is not [var dayText, var positionText]) return false;
        var day = LocalDatePattern.Iso.Parse(dayText);
        if (!day.Success || !long.TryParse(positionText, NumberStyles.None, CultureInfo.InvariantCulture, out var position)) return false;

        place = new HistoryPlace(day.Value, position);
        return true;
    }

    /// <summary>What decides which entries there are; not today, so that a list goes on over midnight.</summary>
    private static string Question(HistoryQuery query) => string.Create(
        CultureInfo.InvariantCulture,
        $"history|{query.MerchantId}|{query.From?.ToColumn()}|{query.To?.ToColumn()}|{query.Archive}|{Names(query.Statuses)}|{Names(query.Kinds)}"
        + $"|{query.AmountMin?.MinorUnits}|{query.AmountMax?.MinorUnits}|{query.Terminal}|{query.CardLastFour}|{query.CardToken}|{query.CardAccount}");

    private static string Names<TEnum>(IReadOnlyCollection<TEnum>? values)
        where TEnum : struct, Enum =>
        values is null ? "" : string.Join(',', values.Select(static value => Convert.ToInt64(value, CultureInfo.InvariantCulture)).Distinct().Order());
}
