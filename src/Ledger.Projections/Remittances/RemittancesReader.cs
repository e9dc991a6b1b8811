using System.Globalization;
using Ledger.Domain.Remittances;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Remittances;

/// <summary>Questions to the remittances' tables. Any thread.</summary>
internal sealed class RemittancesReader(ServedView view) : IRemittances
{
    private static readonly string Select =
        $"SELECT {string.Join(", ", RemittancesProjection.Remittances.Columns.Select(static column => column.Name))} FROM remittance";

    private static readonly string SelectLines =
        $"SELECT {string.Join(", ", RemittancesProjection.Lines.Columns.Select(static column => column.Name))} FROM line "
        + "WHERE merchant = ? AND day = ? AND ordinal > ? ORDER BY ordinal LIMIT ?";

    public ValueTask<Answer<Page<RemittanceSummary>>> ListAsync(RemittanceQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > QueryLimits.PageMax) return Refuse<Page<RemittanceSummary>>(QueryRejection.LimitOutOfRange);
        if (query.AtLeastPosition < 0) return Refuse<Page<RemittanceSummary>>(QueryRejection.PositionOutOfRange);
        if (query is { From: { } from, To: { } to } && from > to) return Refuse<Page<RemittanceSummary>>(QueryRejection.DaysInverted);
        if (!TryReadPlace(query, out var after)) return Refuse<Page<RemittanceSummary>>(QueryRejection.CursorInvalid);

        return view.AskAsync(query.AtLeastPosition, snapshot => List(query, after, snapshot), cancellation);
    }

    public ValueTask<Answer<RemittanceDetail?>> FindAsync(RemittanceLookup lookup, CancellationToken cancellation)
    {
        if (lookup.Limit is < 1 or > QueryLimits.PageMax) return Refuse<RemittanceDetail?>(QueryRejection.LimitOutOfRange);
        if (lookup.AtLeastPosition < 0) return Refuse<RemittanceDetail?>(QueryRejection.PositionOutOfRange);
        if (!TryReadOrdinal(lookup, out var after)) return Refuse<RemittanceDetail?>(QueryRejection.CursorInvalid);

        return view.AskAsync(lookup.AtLeastPosition, snapshot => Find(lookup, after, snapshot), cancellation);
    }

    private static ValueTask<Answer<T>> Refuse<T>(QueryRejection reason) => new(new Answer<T>.Refused(reason));

    private static Page<RemittanceSummary> List(RemittanceQuery query, RemittanceId? after, IViewSnapshot snapshot)
    {
        var where = new SqlText();
        if (query.MerchantId is { } merchant) where.And("merchant = ?", merchant.Value);
        where.AndIf("day >= ?", query.From?.ToColumn()).AndIf("day <= ?", query.To?.ToColumn());
        if (after is { } place) where.And("(day, merchant) < (?, ?)", place.Day.ToColumn(), place.MerchantId.Value);

        var sql = $"{Select}{where.Where} ORDER BY day DESC, merchant DESC LIMIT ?";
        var rows = snapshot.Query(sql, where.With(query.Limit + 1).Parameters, RemittancesProjection.Remittances.Read);
        RemittanceSummary[] entries = [.. rows.Take(query.Limit).Select(static row => row.ToSummary())];
        var next = rows.Count > query.Limit ? PageCursor.Write(QuestionOf(query), entries[^1].Remittance.ToString()) : null;
        return new Page<RemittanceSummary>(entries, next);
    }

    private static RemittanceDetail? Find(RemittanceLookup lookup, int after, IViewSnapshot snapshot)
    {
        var (merchant, day) = (lookup.Remittance.MerchantId.Value, lookup.Remittance.Day.ToColumn());
        var found = snapshot.Query($"{Select} WHERE merchant = ? AND day = ?", [merchant, day], RemittancesProjection.Remittances.Read);
        if (found.Count == 0) return null;

        var rows = snapshot.Query(SelectLines, [merchant, day, after, lookup.Limit + 1], RemittancesProjection.Lines.Read);
        LineRow[] lines = [.. rows.Take(lookup.Limit)];
        var last = rows.Count > lookup.Limit ? lines[^1].Key.Ordinal : (int?)null;
        var next = last is { } ordinal ? PageCursor.Write(QuestionOf(lookup), ordinal.ToString(CultureInfo.InvariantCulture)) : null;
        return new RemittanceDetail(found[0].ToSummary(), [.. lines.Select(static row => row.Line)], next);
    }

    private static bool TryReadPlace(RemittanceQuery query, out RemittanceId? after)
    {
        after = null;
        if (query.Cursor is null) return true;
        if (!PageCursor.TryRead(query.Cursor, QuestionOf(query), out var place)) return false;
        if (!RemittanceId.TryParse(place, out var id)) return false;

        after = id;
        return true;
    }

    private static bool TryReadOrdinal(RemittanceLookup lookup, out int after)
    {
        after = 0;
        return lookup.Cursor is null
            || (PageCursor.TryRead(lookup.Cursor, QuestionOf(lookup), out var place) && int.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out after));
    }

    private static string QuestionOf(RemittanceQuery query) =>
        string.Create(CultureInfo.InvariantCulture, $"remittances|{query.MerchantId}|{query.From?.ToColumn()}|{query.To?.ToColumn()}");

    private static string QuestionOf(RemittanceLookup lookup) => $"lines|{lookup.Remittance}";
}
