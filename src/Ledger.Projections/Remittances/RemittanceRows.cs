using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.Remittances;

internal readonly record struct RemittanceKey(string Merchant, LocalDate Day);

/// <summary>One remittance, amounts in cents of EUR.</summary>
internal sealed record RemittanceRow(RemittanceKey Key, CalendarName Calendar, Instant OpenedAt)
{
    public RemittanceCondition Condition { get; init; } = RemittanceCondition.Open;

    public int LineCount { get; init; }

    public long Debits { get; init; }

    public long Credits { get; init; }

    public LocalDate? CreditDate { get; init; }

    public string? CalendarVersion { get; init; }

    public Instant? ClosedAt { get; init; }

    public Instant? CreditedAt { get; init; }

    public required long ChangedPosition { get; init; }

    public RemittanceSummary ToSummary() => new(
        new RemittanceId(new MerchantId(Key.Merchant), Key.Day),
        Condition,
        Calendar,
        LineCount,
        Money.Eur(Debits),
        Money.Eur(Credits),
        CreditDate,
        CalendarVersion,
        OpenedAt,
        ClosedAt,
        CreditedAt,
        ChangedPosition);
}

internal sealed class RemittanceTable() : ViewTable<RemittanceKey, RemittanceRow>(
    "remittance",
    2,
    [
        new ViewColumn("merchant", ColumnType.Text),
        new ViewColumn("day", ColumnType.Integer),
        new ViewColumn("calendar", ColumnType.Integer, IsFixed: true),
        new ViewColumn("opened_at", ColumnType.Integer, IsFixed: true),
        new ViewColumn("condition", ColumnType.Integer),
        new ViewColumn("line_count", ColumnType.Integer),
        new ViewColumn("debits", ColumnType.Integer),
        new ViewColumn("credits", ColumnType.Integer),
        new ViewColumn("credit_date", ColumnType.Integer, IsNullable: true),
        new ViewColumn("calendar_version", ColumnType.Text, IsNullable: true),
        new ViewColumn("closed_at", ColumnType.Integer, IsNullable: true),
        new ViewColumn("credited_at", ColumnType.Integer, IsNullable: true),
        new ViewColumn("changed_position", ColumnType.Integer),
    ],
    [new ViewIndex("remittance_by_day", ["day", "merchant"])])
{
    public override RemittanceKey KeyOf(RemittanceRow row) => row.Key;

    public override void WriteKey(RemittanceKey key, IRowWriter writer)
    {
        writer.Text(key.Merchant);
        writer.Integer(key.Day.ToColumn());
    }

    public override void Write(RemittanceRow row, IRowWriter writer)
    {
        WriteKey(row.Key, writer);
        writer.Integer((long)row.Calendar);
        writer.Integer(row.OpenedAt.ToColumn());
        writer.Integer((long)row.Condition);
        writer.Integer(row.LineCount);
        writer.Integer(row.Debits);
        writer.Integer(row.Credits);
        writer.Integer(row.CreditDate?.ToColumn());
        writer.Text(row.CalendarVersion);
        writer.Integer(row.ClosedAt?.ToColumn());
        writer.Integer(row.CreditedAt?.ToColumn());
        writer.Integer(row.ChangedPosition);
    }

    public override RemittanceRow Read(IRowReader reader) =>
        new(
            new RemittanceKey(reader.Text(), ViewValues.ToDay(reader.Integer())),
            ViewValues.ToEnum<CalendarName>(reader.Integer()),
            ViewValues.ToInstant(reader.Integer()))
        {
            Condition = ViewValues.ToEnum<RemittanceCondition>(reader.Integer()),
            LineCount = (int)reader.Integer(),
            Debits = reader.Integer(),
            Credits = reader.Integer(),
            CreditDate = ViewValues.ToDayOrNull(reader.IntegerOrNull()),
            CalendarVersion = reader.TextOrNull(),
            ClosedAt = ViewValues.ToInstantOrNull(reader.IntegerOrNull()),
            CreditedAt = ViewValues.ToInstantOrNull(reader.IntegerOrNull()),
            ChangedPosition = reader.Integer(),
        };
}

/// <param name="Ordinal">From 1 within the remittance.</param>
internal readonly record struct LineKey(RemittanceKey Remittance, int Ordinal);

internal sealed record LineRow(LineKey Key, RemittanceLine Line);

internal sealed class LineTable() : ViewTable<LineKey, LineRow>(
    "line",
    3,
    [
        new ViewColumn("merchant", ColumnType.Text),
        new ViewColumn("day", ColumnType.Integer),
        new ViewColumn("ordinal", ColumnType.Integer),
        new ViewColumn("transaction_id", ColumnType.Id),
        new ViewColumn("refund_id", ColumnType.Id, IsNullable: true),
        new ViewColumn("side", ColumnType.Integer),
        new ViewColumn("amount", ColumnType.Integer),
        new ViewColumn("operation_day", ColumnType.Integer),
    ],
    [])
{
    public override LineKey KeyOf(LineRow row) => row.Key;

    public override void WriteKey(LineKey key, IRowWriter writer)
    {
        writer.Text(key.Remittance.Merchant);
        writer.Integer(key.Remittance.Day.ToColumn());
        writer.Integer(key.Ordinal);
    }

    public override void Write(LineRow row, IRowWriter writer)
    {
        WriteKey(row.Key, writer);
        writer.Id(row.Line.TransactionId.Value);
        writer.Id(row.Line.Refund?.Value);
        writer.Integer((long)row.Line.Side);
        writer.Integer(row.Line.Amount.ToCents());
        writer.Integer(row.Line.OperationDay.ToColumn());
    }

    public override LineRow Read(IRowReader reader) =>
        new(new LineKey(new RemittanceKey(reader.Text(), ViewValues.ToDay(reader.Integer())), (int)reader.Integer()), ReadLine(reader));

    private static RemittanceLine ReadLine(IRowReader reader) => new(
        new TransactionId(reader.Id()),
        reader.IdOrNull() is { } refund ? new RefundId(refund) : null,
        ViewValues.ToEnum<RemittanceSide>(reader.Integer()),
        Money.Eur(reader.Integer()),
        ViewValues.ToDay(reader.Integer()));
}
