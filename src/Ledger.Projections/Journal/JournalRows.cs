using Ledger.Domain;
using Ledger.Domain.Accounting;
using Ledger.Domain.Merchants;
using Ledger.EventLog;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.Journal;

internal readonly record struct JournalKey(long Position, int Line);

internal sealed record JournalRow(JournalKey Key, JournalEntry Entry);

internal sealed class JournalTable() : ViewTable<JournalKey, JournalRow>(
    "posting",
    2,
    [
        new ViewColumn("position", ColumnType.Integer),
        new ViewColumn("line", ColumnType.Integer),
        new ViewColumn("stream", ColumnType.Text),
        new ViewColumn("type", ColumnType.Text),
        new ViewColumn("at", ColumnType.Integer),
        new ViewColumn("day", ColumnType.Integer),
        new ViewColumn("merchant", ColumnType.Text, IsNullable: true),
        new ViewColumn("account", ColumnType.Text),
        new ViewColumn("side", ColumnType.Integer),
        new ViewColumn("amount", ColumnType.Integer),
        new ViewColumn("currency", ColumnType.Text),
    ],
    [
        new ViewIndex("posting_by_account", ["account", "position", "line"]),
        new ViewIndex("posting_by_merchant", ["merchant", "position", "line"], "merchant IS NOT NULL"),
    ])
{
    public override JournalKey KeyOf(JournalRow row) => row.Key;

    public override void WriteKey(JournalKey key, IRowWriter writer)
    {
        writer.Integer(key.Position);
        writer.Integer(key.Line);
    }

    public override void Write(JournalRow row, IRowWriter writer)
    {
        var entry = row.Entry;
        WriteKey(row.Key, writer);
        writer.Text(entry.Stream.ToString());
        writer.Text(entry.EventType);
        writer.Integer(entry.At.ToColumn());
        writer.Integer(entry.Day.ToColumn());
        writer.Text(entry.MerchantId?.Value);
        writer.Text(entry.Posting.Account.Value);
        writer.Integer((long)entry.Posting.Side);
        writer.Integer(entry.Posting.Amount.MinorUnits);
        writer.Text(entry.Posting.Amount.Currency.Code);
    }

    public override JournalRow Read(IRowReader reader)
    {
        var key = new JournalKey(reader.Integer(), (int)reader.Integer());
        return new JournalRow(key, new JournalEntry(
            key.Position,
            key.Line,
            StreamName.Parse(reader.Text()),
            reader.Text(),
            ViewValues.ToInstant(reader.Integer()),
            ViewValues.ToDay(reader.Integer()),
            reader.TextOrNull() is { } merchant ? new MerchantId(merchant) : null,
            new Posting(
                new AccountName(reader.Text()),
                ViewValues.ToEnum<PostingSide>(reader.Integer()),
                new Money(reader.Integer(), new Currency(reader.Text())))));
    }
}

internal readonly record struct BalanceKey(string Account, string Currency);

/// <summary>All that was ever debited and credited to one account, in minor units.</summary>
internal sealed record BalanceRow(BalanceKey Key, string Kind, long Debits, long Credits);

internal sealed class BalanceTable() : ViewTable<BalanceKey, BalanceRow>(
    "balance",
    2,
    [
        new ViewColumn("account", ColumnType.Text),
        new ViewColumn("currency", ColumnType.Text),
        new ViewColumn("kind", ColumnType.Text, IsFixed: true),
        new ViewColumn("debits", ColumnType.Integer),
        new ViewColumn("credits", ColumnType.Integer),
    ],
    [])
{
    public override BalanceKey KeyOf(BalanceRow row) => row.Key;

    public override void WriteKey(BalanceKey key, IRowWriter writer)
    {
        writer.Text(key.Account);
        writer.Text(key.Currency);
    }

    public override void Write(BalanceRow row, IRowWriter writer)
    {
        WriteKey(row.Key, writer);
        writer.Text(row.Kind);
        writer.Integer(row.Debits);
        writer.Integer(row.Credits);
    }

    public override BalanceRow Read(IRowReader reader) => new(new BalanceKey(reader.Text(), reader.Text()), reader.Text(), reader.Integer(), reader.Integer());
}

internal readonly record struct DayKey(LocalDate Day);

/// <summary>Between which positions an accounting day's postings lie, so that a question by day need not walk the whole journal.</summary>
internal sealed record DayRow(DayKey Key, long First, long Last);

internal sealed class DayTable() : ViewTable<DayKey, DayRow>(
    "day",
    1,
    [
        new ViewColumn("day", ColumnType.Integer),
        new ViewColumn("first_position", ColumnType.Integer, IsFixed: true),
        new ViewColumn("last_position", ColumnType.Integer),
    ],
    [])
{
    public override DayKey KeyOf(DayRow row) => row.Key;

    public override void WriteKey(DayKey key, IRowWriter writer) => writer.Integer(key.Day.ToColumn());

    public override void Write(DayRow row, IRowWriter writer)
    {
        WriteKey(row.Key, writer);
        writer.Integer(row.First);
        writer.Integer(row.Last);
    }

    public override DayRow Read(IRowReader reader) => new(new DayKey(ViewValues.ToDay(reader.Integer())), reader.Integer(), reader.Integer());
}
