using Ledger.Domain.Terminals;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Terminals;

/// <summary>Questions to the terminals' table. Any thread.</summary>
internal sealed class TerminalsReader(ServedView view) : ITerminals
{
    private static readonly string Select =
        $"SELECT {string.Join(", ", TerminalsProjection.Terminals.Columns.Select(static column => column.Name))} FROM terminal";

    public ValueTask<Answer<Page<TerminalEntry>>> ListAsync(TerminalsQuery query, CancellationToken cancellation)
    {
        if (query.Limit is < 1 or > QueryLimits.PageMax) return Refuse(QueryRejection.LimitOutOfRange);
        if (query.AtLeastPosition < 0) return Refuse(QueryRejection.PositionOutOfRange);

        var after = "";
        if (query.Cursor is { } cursor && !PageCursor.TryRead(cursor, QuestionOf(query), out after)) return Refuse(QueryRejection.CursorInvalid);
        return view.AskAsync(query.AtLeastPosition, snapshot => List(query, after, snapshot), cancellation);
    }

    public ValueTask<Answer<TerminalEntry?>> FindAsync(TerminalSerial serial, long? atLeastPosition, CancellationToken cancellation) =>
        view.AskAsync(
            atLeastPosition,
            snapshot => snapshot.Query($"{Select} WHERE serial = ?", [serial.Value], TerminalsProjection.Terminals.Read).SingleOrDefault(),
            cancellation);

    private static ValueTask<Answer<Page<TerminalEntry>>> Refuse(QueryRejection reason) => new(new Answer<Page<TerminalEntry>>.Refused(reason));

    private static Page<TerminalEntry> List(TerminalsQuery query, string after, IViewSnapshot snapshot)
    {
        var where = new SqlText().And("serial > ?", after);
        if (query.MerchantId is { } merchant) where.And("merchant = ?", merchant.Value);
        where.AndIf("condition = ?", (long?)query.Condition);

        var rows = snapshot.Query($"{Select}{where.Where} ORDER BY serial LIMIT ?", where.With(query.Limit + 1).Parameters, TerminalsProjection.Terminals.Read);
        TerminalEntry[] entries = [.. rows.Take(query.Limit)];
        return new Page<TerminalEntry>(entries, rows.Count > query.Limit ? PageCursor.Write(QuestionOf(query), entries[^1].Serial.Value) : null);
    }

    private static string QuestionOf(TerminalsQuery query) => $"terminals|{query.MerchantId}|{query.Condition}";
}
