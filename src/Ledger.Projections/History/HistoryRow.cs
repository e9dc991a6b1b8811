using System.Collections.Immutable;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.History;

/// <param name="Refund">Empty for a payment and its cancellation.</param>
internal readonly record struct HistoryKey(Guid Transaction, HistoryKind Kind, Guid Refund);

/// <summary>One operation as it is stored.</summary>
internal sealed record HistoryRow
{
    // What events change is set in place, by the fold alone: a batch owns its rows, and copies of so wide a row for every event are what a rebuild paid for.
    public required HistoryKey Key { get; init; }

    /// <summary>Position of the event that made it: its place in the list, never changed.</summary>
    public required long Position { get; init; }

    public required MerchantId Merchant { get; init; }

    public required LocalDate BusinessDay { get; init; }

    public required TransactionStatus Status { get; set; }

    /// <summary>In cents of EUR.</summary>
    public required long Amount { get; init; }

    /// <summary>In cents of EUR.</summary>
    public long Refunded { get; set; }

    public required TerminalSerial Terminal { get; init; }

    public required int Number { get; init; }

    public required Guid Sale { get; init; }

    public required Instant RequestedAt { get; init; }

    public Instant? CompletedAt { get; set; }

    public required Instant ChangedAt { get; set; }

    public required long ChangedPosition { get; set; }

    public HistoryCard? Card { get; set; }

    public AuthorisationCode? Code { get; set; }

    public ResponseCode? DeclinedWith { get; set; }

    public AbortReason? AbortReason { get; set; }

    /// <summary>Business day of the remittance that took it.</summary>
    public LocalDate? RemittanceDay { get; set; }

    public required TicketChoice Ticket { get; init; }

    public TicketDelivery Delivery { get; set; } = TicketDelivery.None;

    public int Duplicates { get; set; }
}

internal sealed class HistoryTable() : ViewTable<HistoryKey, HistoryRow>("entry", 3, Shape, Lists)
{
    private static readonly ImmutableArray<ViewColumn> Shape =
    [
        new("transaction_id", ColumnType.Id),
        new("kind", ColumnType.Integer),
        new("refund_id", ColumnType.Id),
        new("position", ColumnType.Integer, IsFixed: true),
        new("merchant", ColumnType.Text, IsFixed: true),
        new("business_day", ColumnType.Integer, IsFixed: true),
        new("status", ColumnType.Integer),
        new("amount", ColumnType.Integer, IsFixed: true),
        new("refunded", ColumnType.Integer),
        new("terminal", ColumnType.Text, IsFixed: true),
        new("number", ColumnType.Integer, IsFixed: true),
        new("sale_id", ColumnType.Id, IsFixed: true),
        new("requested_at", ColumnType.Integer),
        new("completed_at", ColumnType.Integer, IsNullable: true),
        new("changed_at", ColumnType.Integer),
        new("changed_position", ColumnType.Integer),
        new("card_token", ColumnType.Text, IsNullable: true),
        new("last_four", ColumnType.Text, IsNullable: true),
        new("brand", ColumnType.Integer, IsNullable: true),
        new("entry_mode", ColumnType.Integer, IsNullable: true),
        new("card_account", ColumnType.Text, IsNullable: true),
        new("code", ColumnType.Text, IsNullable: true),
        new("declined_with", ColumnType.Text, IsNullable: true),
        new("abort_reason", ColumnType.Integer, IsNullable: true),
        new("remittance_day", ColumnType.Integer, IsNullable: true),
        new("ticket", ColumnType.Integer),
        new("delivery", ColumnType.Integer),
        new("duplicates", ColumnType.Integer),
    ];

    private static readonly ImmutableArray<ViewIndex> Lists =
    [
        new("entry_by_day", ["merchant", "business_day", "position"]),
        new("entry_by_card", ["merchant", "card_token", "business_day", "position"], "card_token IS NOT NULL"),
    ];

    public override HistoryKey KeyOf(HistoryRow row) => row.Key;

    public override void WriteKey(HistoryKey key, IRowWriter writer)
    {
        writer.Id(key.Transaction);
        writer.Integer((long)key.Kind);
        writer.Id(key.Refund);
    }

    public override void Write(HistoryRow row, IRowWriter writer)
    {
        WriteKey(row.Key, writer);
        writer.Integer(row.Position);
        writer.Text(row.Merchant.Value);
        writer.Integer(row.BusinessDay.ToColumn());
        writer.Integer((long)row.Status);
        writer.Integer(row.Amount);
        writer.Integer(row.Refunded);
        writer.Text(row.Terminal.Value);
        writer.Integer(row.Number);
        writer.Id(row.Sale);
        writer.Integer(row.RequestedAt.ToColumn());
        writer.Integer(row.CompletedAt?.ToColumn());
        writer.Integer(row.ChangedAt.ToColumn());
        writer.Integer(row.ChangedPosition);
        Write(row.Card, writer);
        writer.Text(row.Code?.Value);
        writer.Text(row.DeclinedWith?.Value);
        writer.Integer((long?)row.AbortReason);
        writer.Integer(row.RemittanceDay?.ToColumn());
        writer.Integer((long)row.Ticket);
        writer.Integer((long)row.Delivery);
        writer.Integer(row.Duplicates);
    }

    public override HistoryRow Read(IRowReader reader) => new()
    {
        Key = new HistoryKey(reader.Id(), ViewValues.ToEnum<HistoryKind>(reader.Integer()), reader.Id()),
        Position = reader.Integer(),
        Merchant = new MerchantId(reader.Text()),
        BusinessDay = ViewValues.ToDay(reader.Integer()),
        Status = ViewValues.ToEnum<TransactionStatus>(reader.Integer()),
        Amount = reader.Integer(),
        Refunded = reader.Integer(),
        Terminal = new TerminalSerial(reader.Text()),
        Number = (int)reader.Integer(),
        Sale = reader.Id(),
        RequestedAt = ViewValues.ToInstant(reader.Integer()),
        CompletedAt = ViewValues.ToInstantOrNull(reader.IntegerOrNull()),
        ChangedAt = ViewValues.ToInstant(reader.Integer()),
        ChangedPosition = reader.Integer(),
        Card = ReadCard(reader),
        Code = reader.TextOrNull() is { } code ? new AuthorisationCode(code) : null,
        DeclinedWith = reader.TextOrNull() is { } response ? new ResponseCode(response) : null,
        AbortReason = reader.IntegerOrNull() is { } reason ? ViewValues.ToEnum<AbortReason>(reason) : null,
        RemittanceDay = ViewValues.ToDayOrNull(reader.IntegerOrNull()),
        Ticket = ViewValues.ToEnum<TicketChoice>(reader.Integer()),
        Delivery = ViewValues.ToEnum<TicketDelivery>(reader.Integer()),
        Duplicates = (int)reader.Integer(),
    };

    private static void Write(HistoryCard? card, IRowWriter writer)
    {
        writer.Text(card?.Token.Value);
        writer.Text(card?.LastFour.Value);
        writer.Integer((long?)card?.Brand);
        writer.Integer((long?)card?.EntryMode);
        writer.Text(card?.Account);
    }

    private static HistoryCard? ReadCard(IRowReader reader)
    {
        var (token, lastFour, brand, mode, account) =
            (reader.TextOrNull(), reader.TextOrNull(), reader.IntegerOrNull(), reader.IntegerOrNull(), reader.TextOrNull());
        if (token is null || lastFour is null || brand is null || mode is null) return null;
        return new HistoryCard(
            new CardToken(token), new LastFour(lastFour), ViewValues.ToEnum<CardBrand>(brand.Value), ViewValues.ToEnum<EntryMode>(mode.Value), account);
    }
}

internal readonly record struct HistoryRemittanceKey(string Merchant, LocalDate Day);

/// <summary>When a remittance is credited: joined to its operations when they are read, so that closing a day does not touch them all (decision 3).</summary>
internal sealed record HistoryRemittanceRow(HistoryRemittanceKey Key, LocalDate CreditDate, bool IsCredited);

internal sealed class HistoryRemittanceTable() : ViewTable<HistoryRemittanceKey, HistoryRemittanceRow>(
    "remittance",
    2,
    [
        new ViewColumn("merchant", ColumnType.Text),
        new ViewColumn("day", ColumnType.Integer),
        new ViewColumn("credit_date", ColumnType.Integer),
        new ViewColumn("is_credited", ColumnType.Integer),
    ],
    [])
{
    public override HistoryRemittanceKey KeyOf(HistoryRemittanceRow row) => row.Key;

    public override void WriteKey(HistoryRemittanceKey key, IRowWriter writer)
    {
        writer.Text(key.Merchant);
        writer.Integer(key.Day.ToColumn());
    }

    public override void Write(HistoryRemittanceRow row, IRowWriter writer)
    {
        WriteKey(row.Key, writer);
        writer.Integer(row.CreditDate.ToColumn());
        writer.Integer(row.IsCredited ? 1 : 0);
    }

    public override HistoryRemittanceRow Read(IRowReader reader) =>
        new(new HistoryRemittanceKey(reader.Text(), ViewValues.ToDay(reader.Integer())), ViewValues.ToDay(reader.Integer()), reader.Integer() == 1);
}
