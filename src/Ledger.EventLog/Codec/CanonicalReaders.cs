using System.Collections.Frozen;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.EventLog.Codec;

/// <returns>Worth something only when <paramref name="payload"/> has not failed.</returns>
internal delegate ILedgerEvent CanonicalRead(ref CanonicalPayload payload);

/// <summary>
/// The events that most of a log consists of, read straight from the form in which they were written (specs/decisions/0018). The others, and every
/// payload of another form, go through the strict reader; a test holds that both agree. A changed shape changes its line here or loses it.
/// </summary>
internal static class CanonicalReaders
{
    public static readonly FrozenDictionary<Type, CanonicalRead> ByClass = new Dictionary<Type, CanonicalRead>
    {
        [typeof(Requested)] = ReadRequested,
        [typeof(Progressed)] = ReadProgressed,
        [typeof(AuthorisationSent)] = ReadAuthorisationSent,
        [typeof(Approved)] = ReadApproved,
        [typeof(Completed)] = ReadCompleted,
        [typeof(RefundRequested)] = ReadRefundRequested,
        [typeof(RefundApproved)] = ReadRefundApproved,
    }.ToFrozenDictionary();

    private static readonly Func<string, MerchantId> Merchant = static text => new(text);
    private static readonly Func<string, TerminalSerial> Terminal = static text => new(text);
    private static readonly Func<string, LastFour> LastFour = static text => new(text);
    private static readonly Func<string, ResponseCode> Response = static text => new(text);

    private static ILedgerEvent ReadRequested(ref CanonicalPayload payload)
    {
        var read = new Requested(
            new TransactionId(payload.Guid("{\"transactionId\":"u8)),
            new SaleId(payload.Guid(",\"saleId\":"u8)),
            payload.Of(",\"merchantId\":"u8, Merchant),
            payload.Integer(",\"contractVersion\":"u8),
            payload.Of(",\"terminal\":"u8, Terminal),
            new DeviceId(payload.Guid(",\"device\":"u8)),
            payload.Integer(",\"number\":"u8),
            payload.Money(",\"amount\":"u8),
            payload.Date(",\"businessDay\":"u8),
            payload.Enum<TicketChoice>(",\"ticket\":"u8),
            payload.Has(",\"contact\":"u8) ? new ContactRef(payload.Guid(""u8)) : null,
            payload.Instant(",\"at\":"u8));
        payload.ExpectEnd("}"u8);
        return read;
    }

    private static ILedgerEvent ReadProgressed(ref CanonicalPayload payload)
    {
        var read = new Progressed(payload.Enum<CardStage>("{\"stage\":"u8), payload.Instant(",\"at\":"u8));
        payload.ExpectEnd("}"u8);
        return read;
    }

    private static ILedgerEvent ReadAuthorisationSent(ref CanonicalPayload payload)
    {
        payload.Expect("{\"card\":"u8);
        var card = ReadCard(ref payload);
        var read = new AuthorisationSent(card, new ExchangeId(payload.Guid(",\"exchange\":"u8)), payload.Instant(",\"at\":"u8));
        payload.ExpectEnd("}"u8);
        return read;
    }

    private static Card ReadCard(ref CanonicalPayload payload)
    {
        var token = payload.String("{\"token\":"u8);
        var card = new Card(
            payload.HasFailed ? default : new CardToken(token),
            payload.Of(",\"lastFour\":"u8, LastFour),
            payload.Enum<CardBrand>(",\"brand\":"u8),
            payload.Enum<BrandChoice>(",\"brandChosenBy\":"u8),
            payload.Enum<CardCategory>(",\"category\":"u8),
            payload.Enum<CardRegion>(",\"region\":"u8),
            payload.Enum<EntryMode>(",\"entryMode\":"u8),
            payload.String(",\"applicationId\":"u8),
            payload.String(",\"applicationLabel\":"u8),
            payload.Has(",\"account\":"u8) ? payload.String(""u8) : null);
        payload.Expect("}"u8);
        return card;
    }

    private static ILedgerEvent ReadApproved(ref CanonicalPayload payload)
    {
        var exchange = new ExchangeId(payload.Guid("{\"exchange\":"u8));
        var amount = payload.Money(",\"amount\":"u8);
        var code = payload.String(",\"code\":"u8);
        var read = new Approved(
            exchange,
            amount,
            payload.HasFailed ? default : new AuthorisationCode(code),
            payload.Of(",\"response\":"u8, Response),
            payload.Instant(",\"at\":"u8));
        payload.ExpectEnd("}"u8);
        return read;
    }

    private static ILedgerEvent ReadCompleted(ref CanonicalPayload payload)
    {
        var merchant = payload.Of("{\"merchantId\":"u8, Merchant);
        var amount = payload.Money(",\"amount\":"u8);
        var day = payload.Date(",\"businessDay\":"u8);
        payload.Expect(",\"confirmation\":{"u8);
        var cryptogram = payload.Has("\"cryptogram\":"u8) ? payload.String(""u8) : null;
        int? counter = payload.Has(cryptogram is null ? "\"applicationCounter\":"u8 : ",\"applicationCounter\":"u8) ? payload.Integer(""u8) : null;
        var verification = payload.Enum<CardholderVerification>(cryptogram is null && counter is null ? "\"verification\":"u8 : ",\"verification\":"u8);
        var confirmation = new CardConfirmation(cryptogram, counter, verification);
        if (payload.Has(",\"terminalDate\":"u8)) confirmation = confirmation with { TerminalDate = payload.Date(""u8) };
        var charge = new ServiceCharge(payload.Number("},\"charge\":{\"interchange\":"u8), payload.Number(",\"scheme\":"u8), payload.Number(",\"margin\":"u8));
        var read = new Completed(merchant, amount, day, confirmation, charge, payload.Instant("},\"at\":"u8));
        payload.ExpectEnd("}"u8);
        return read;
    }

    private static ILedgerEvent ReadRefundRequested(ref CanonicalPayload payload)
    {
        var read = new RefundRequested(
            new RefundId(payload.Guid("{\"refundId\":"u8)),
            new ExchangeId(payload.Guid(",\"exchange\":"u8)),
            payload.Money(",\"amount\":"u8),
            payload.Date(",\"businessDay\":"u8),
            payload.Of(",\"terminal\":"u8, Terminal),
            payload.Integer(",\"number\":"u8),
            payload.Enum<TicketChoice>(",\"ticket\":"u8),
            payload.Has(",\"contact\":"u8) ? new ContactRef(payload.Guid(""u8)) : null,
            payload.Instant(",\"at\":"u8));
        payload.ExpectEnd("}"u8);
        return read;
    }

    private static ILedgerEvent ReadRefundApproved(ref CanonicalPayload payload)
    {
        var refund = new RefundId(payload.Guid("{\"refundId\":"u8));
        var exchange = new ExchangeId(payload.Guid(",\"exchange\":"u8));
        var merchant = payload.Of(",\"merchantId\":"u8, Merchant);
        var amount = payload.Money(",\"amount\":"u8);
        var day = payload.Date(",\"businessDay\":"u8);
        var code = payload.Has(",\"code\":"u8) ? payload.String(""u8) : null;
        var read = new RefundApproved(
            refund, exchange, merchant, amount, day, code is null || payload.HasFailed ? null : new AuthorisationCode(code), payload.Instant(",\"at\":"u8));
        payload.ExpectEnd("}"u8);
        return read;
    }
}
