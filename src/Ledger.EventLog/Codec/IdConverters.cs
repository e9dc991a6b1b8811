using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;

namespace Ledger.EventLog.Codec;

// One line per id and short code: how it comes out of its text, and what its text is.

internal sealed class TransactionIdConverter() : GuidIdConverter<TransactionId>(static value => new(value), static id => id.Value);

internal sealed class SaleIdConverter() : GuidIdConverter<SaleId>(static value => new(value), static id => id.Value);

internal sealed class RefundIdConverter() : GuidIdConverter<RefundId>(static value => new(value), static id => id.Value);

internal sealed class ExchangeIdConverter() : GuidIdConverter<ExchangeId>(static value => new(value), static id => id.Value);

internal sealed class DeviceIdConverter() : GuidIdConverter<DeviceId>(static value => new(value), static id => id.Value);

internal sealed class ContactRefConverter() : GuidIdConverter<ContactRef>(static value => new(value), static id => id.Value);

internal sealed class ComplaintIdConverter() : GuidIdConverter<ComplaintId>(static value => new(value), static id => id.Value);

internal sealed class MerchantIdConverter() : TextIdConverter<MerchantId>(static text => new(text), static id => id.Value);

internal sealed class TerminalSerialConverter() : TextIdConverter<TerminalSerial>(static text => new(text), static id => id.Value);

internal sealed class CardTokenConverter() : TextIdConverter<CardToken>(static text => new(text), static id => id.Value);

internal sealed class LastFourConverter() : TextIdConverter<LastFour>(static text => new(text), static id => id.Value);

internal sealed class AuthorisationCodeConverter() : TextIdConverter<AuthorisationCode>(static text => new(text), static id => id.Value);

internal sealed class ResponseCodeConverter() : TextIdConverter<ResponseCode>(static text => new(text), static id => id.Value);

internal sealed class SettlementAccountConverter() : TextIdConverter<SettlementAccount>(static text => new(text), static account => account.Reference);

internal sealed class RemittanceIdConverter() : TextIdConverter<RemittanceId>(
    static text => RemittanceId.TryParse(text, out var id) ? id : throw new ArgumentException("A remittance id is a merchant id, « - » and a date."),
    static id => id.ToString());
