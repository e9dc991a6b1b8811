using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Domain.Tickets;

/// <summary>
/// One ticket in fields and in lines (domain.md 2.11, R063). The same facts give the same ticket for ever; a reissue differs by DUPLICATA
/// alone (I45). Of the card it has the last four digits, on the merchant's copy too (R048).
/// </summary>
/// <param name="Kind">Which operation it proves.</param>
/// <param name="LocalTime">
/// Paris time, with its offset: on a 25-hour day the printed time alone says not which hour. A payment's is the time of its request, so that
/// the printed day is its business day; any other operation's is the time at which it was asked.
/// </param>
/// <param name="LastFour">Of the original card; a renewed one that was presented for a refund may have others.</param>
/// <param name="Cryptogram">Null where no chip confirmed: stripes, cancellations, refunds.</param>
/// <param name="TerminalNumber">1 to 999.</param>
/// <param name="Number">The operation's number on that terminal, 1 to 999999.</param>
/// <param name="FileNumber">Numéro de télécollecte: the day of the month whose remittance takes it in, 1 to 31.</param>
/// <param name="AuthorisationCode">Null when the host gave none.</param>
/// <param name="Verification">Null where the card confirmed nothing.</param>
public sealed record TicketContent(
    TicketKind Kind,
    TicketCopy Copy,
    bool IsDuplicate,
    Acceptor Acceptor,
    OffsetDateTime LocalTime,
    string ApplicationId,
    string ApplicationLabel,
    CardBrand Brand,
    LastFour LastFour,
    EntryMode EntryMode,
    string? Cryptogram,
    int TerminalNumber,
    int Number,
    int FileNumber,
    AuthorisationCode? AuthorisationCode,
    CardholderVerification? Verification,
    Money Amount)
{
    /// <summary>In the order in which French card tickets have them; what there is not has no line.</summary>
    public ValueList<string> Lines => TicketLines.Of(this);
}
