using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Terminals;

internal readonly record struct TerminalKey(string Serial);

internal sealed class TerminalTable() : ViewTable<TerminalKey, TerminalEntry>(
    "terminal",
    1,
    [
        new ViewColumn("serial", ColumnType.Text),
        new ViewColumn("model", ColumnType.Text, IsFixed: true),
        new ViewColumn("country", ColumnType.Integer, IsFixed: true),
        new ViewColumn("terminal_number", ColumnType.Integer, IsFixed: true),
        new ViewColumn("condition", ColumnType.Integer),
        new ViewColumn("merchant", ColumnType.Text, IsNullable: true),
        new ViewColumn("device", ColumnType.Id, IsNullable: true),
        new ViewColumn("block_reason", ColumnType.Integer, IsNullable: true),
        new ViewColumn("unblockable_until", ColumnType.Integer, IsNullable: true),
        new ViewColumn("warranty_until", ColumnType.Integer, IsNullable: true),
        new ViewColumn("last_activity_at", ColumnType.Integer),
        new ViewColumn("open_transaction_id", ColumnType.Id, IsNullable: true),
        new ViewColumn("open_sale_id", ColumnType.Id, IsNullable: true),
        new ViewColumn("open_number", ColumnType.Integer, IsNullable: true),
        new ViewColumn("open_since", ColumnType.Integer, IsNullable: true),
        new ViewColumn("set_aside", ColumnType.Integer),
        new ViewColumn("last_number", ColumnType.Integer),
        new ViewColumn("changed_position", ColumnType.Integer),
    ],
    [new ViewIndex("terminal_by_merchant", ["merchant", "serial"], "merchant IS NOT NULL")])
{
    public override TerminalKey KeyOf(TerminalEntry row) => new(row.Serial.Value);

    public override void WriteKey(TerminalKey key, IRowWriter writer) => writer.Text(key.Serial);

    public override void Write(TerminalEntry row, IRowWriter writer)
    {
        WriteKey(KeyOf(row), writer);
        writer.Text(row.Model);
        writer.Integer((long)row.Country);
        writer.Integer(row.TerminalNumber);
        writer.Integer((long)row.Condition);
        writer.Text(row.MerchantId?.Value);
        writer.Id(row.Device?.Value);
        writer.Integer((long?)row.BlockedBecause);
        writer.Integer(row.UnblockableUntil?.ToColumn());
        writer.Integer(row.WarrantyUntil?.ToColumn());
        writer.Integer(row.LastActivityAt.ToColumn());
        writer.Id(row.Open?.TransactionId.Value);
        writer.Id(row.Open?.SaleId.Value);
        writer.Integer(row.Open?.Number);
        writer.Integer(row.Open?.StartedAt.ToColumn());
        writer.Integer(row.SetAside);
        writer.Integer(row.LastNumber);
        writer.Integer(row.ChangedAtPosition);
    }

    public override TerminalEntry Read(IRowReader reader) => new(
        new TerminalSerial(reader.Text()),
        reader.Text(),
        ViewValues.ToEnum<AcceptanceCountry>(reader.Integer()),
        (int)reader.Integer(),
        ViewValues.ToEnum<TerminalCondition>(reader.Integer()),
        reader.TextOrNull() is { } merchant ? new MerchantId(merchant) : null,
        reader.IdOrNull() is { } device ? new DeviceId(device) : null,
        reader.IntegerOrNull() is { } reason ? ViewValues.ToEnum<BlockReason>(reason) : null,
        ViewValues.ToDayOrNull(reader.IntegerOrNull()),
        ViewValues.ToDayOrNull(reader.IntegerOrNull()),
        ViewValues.ToInstant(reader.Integer()),
        ReadSale(reader),
        (int)reader.Integer(),
        (int)reader.Integer(),
        reader.Integer());

    private static TerminalSale? ReadSale(IRowReader reader)
    {
        var (transaction, sale, number, since) = (reader.IdOrNull(), reader.IdOrNull(), reader.IntegerOrNull(), reader.IntegerOrNull());
        if (transaction is null || sale is null || number is null || since is null) return null;
        return new TerminalSale(new TransactionId(transaction.Value), new SaleId(sale.Value), (int)number, ViewValues.ToInstant(since.Value));
    }
}
