using Ledger.Domain.Merchants;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.Revenue;

internal readonly record struct RevenueKey(string Merchant, LocalDate Day);

/// <summary>One merchant's business day, amounts in cents of EUR.</summary>
internal sealed record RevenueDay(RevenueKey Key)
{
    public long Gross { get; init; }

    public long Cancelled { get; init; }

    public long Refunded { get; init; }

    public long Payments { get; init; }

    public long Cancellations { get; init; }

    public long Refunds { get; init; }

    public ServiceCharge Charge { get; init; } = ServiceCharge.Zero;
}

internal sealed class RevenueDayTable() : ViewTable<RevenueKey, RevenueDay>(
    "day",
    2,
    [
        new ViewColumn("merchant", ColumnType.Text),
        new ViewColumn("business_day", ColumnType.Integer),
        new ViewColumn("gross", ColumnType.Integer),
        new ViewColumn("cancelled", ColumnType.Integer),
        new ViewColumn("refunded", ColumnType.Integer),
        new ViewColumn("payments", ColumnType.Integer),
        new ViewColumn("cancellations", ColumnType.Integer),
        new ViewColumn("refunds", ColumnType.Integer),
        new ViewColumn("interchange", ColumnType.Integer),
        new ViewColumn("scheme", ColumnType.Integer),
        new ViewColumn("margin", ColumnType.Integer),
    ],
    [])
{
    public override RevenueKey KeyOf(RevenueDay row) => row.Key;

    public override void WriteKey(RevenueKey key, IRowWriter writer)
    {
        writer.Text(key.Merchant);
        writer.Integer(key.Day.ToColumn());
    }

    public override void Write(RevenueDay row, IRowWriter writer)
    {
        WriteKey(row.Key, writer);
        writer.Integer(row.Gross);
        writer.Integer(row.Cancelled);
        writer.Integer(row.Refunded);
        writer.Integer(row.Payments);
        writer.Integer(row.Cancellations);
        writer.Integer(row.Refunds);
        ChargeColumns.Write(row.Charge, writer);
    }

    public override RevenueDay Read(IRowReader reader) => new(new RevenueKey(reader.Text(), ViewValues.ToDay(reader.Integer())))
    {
        Gross = reader.Integer(),
        Cancelled = reader.Integer(),
        Refunded = reader.Integer(),
        Payments = reader.Integer(),
        Cancellations = reader.Integer(),
        Refunds = reader.Integer(),
        Charge = ChargeColumns.Read(reader),
    };
}

internal readonly record struct ChargeKey(Guid Transaction);

/// <summary>The charge of a payment that may still be cancelled: a cancellation's event does not repeat it, and takes it back (E78).</summary>
internal sealed record OpenCharge(ChargeKey Key, ServiceCharge Charge);

internal sealed class OpenChargeTable() : ViewTable<ChargeKey, OpenCharge>(
    "open_charge",
    1,
    [
        new ViewColumn("transaction_id", ColumnType.Id),
        new ViewColumn("interchange", ColumnType.Integer),
        new ViewColumn("scheme", ColumnType.Integer),
        new ViewColumn("margin", ColumnType.Integer),
    ],
    [])
{
    public override ChargeKey KeyOf(OpenCharge row) => row.Key;

    public override void WriteKey(ChargeKey key, IRowWriter writer) => writer.Id(key.Transaction);

    public override void Write(OpenCharge row, IRowWriter writer)
    {
        WriteKey(row.Key, writer);
        ChargeColumns.Write(row.Charge, writer);
    }

    public override OpenCharge Read(IRowReader reader) => new(new ChargeKey(reader.Id()), ChargeColumns.Read(reader));
}

internal static class ChargeColumns
{
    public static void Write(ServiceCharge charge, IRowWriter writer)
    {
        writer.Integer(charge.Interchange);
        writer.Integer(charge.Scheme);
        writer.Integer(charge.Margin);
    }

    public static ServiceCharge Read(IRowReader reader) => new(reader.Integer(), reader.Integer(), reader.Integer());
}
