using System.Globalization;
using Ledger.Domain.Cards;
using NodaTime.Text;

namespace Ledger.Domain.Tickets;

/// <summary>The printed form. Fixed French, whatever the machine's culture.</summary>
internal static class TicketLines
{
    private static readonly OffsetDateTimePattern Time = OffsetDateTimePattern.CreateWithInvariantCulture("'LE 'dd'/'MM'/'yy' A 'HH':'mm':'ss");

    public static ValueList<string> Of(TicketContent ticket)
    {
        List<string?> lines =
        [
            "CARTE BANCAIRE",
            ticket.ApplicationId,
            ticket.ApplicationLabel,
            Time.Format(ticket.LocalTime),
            ticket.Acceptor.TradeName,
            ticket.Acceptor.Place,
            ticket.Acceptor.ContractNumber,
            ticket.Acceptor.BankCode,
            ticket.Acceptor.Siret,
            $"############{ticket.LastFour}",
            ticket.Cryptogram,
            NumbersOf(ticket),
            ticket.AuthorisationCode is { } code ? $"No AUTO : {code}" : null,
            .. ticket.Copy == TicketCopy.Merchant ? GuaranteeOf(ticket) : [],
            $"MONTANT = {FrenchAmount.Print(ticket.Amount)} {ticket.Amount.Currency}",
            NameOf(ticket.Kind),
            NameOf(ticket.Copy),
            "A CONSERVER",
            ticket.IsDuplicate ? "DUPLICATA" : null,
        ];
        return [.. lines.OfType<string>()];
    }

    /// <summary>Terminal, transaction, télécollecte, how the card was read, and @: an authorisation was asked (always, R034).</summary>
    private static string NumbersOf(TicketContent ticket) => string.Create(
        CultureInfo.InvariantCulture,
        $"{ticket.TerminalNumber:000} {ticket.Number:000000} {ticket.FileNumber:00} {LetterOf(ticket.EntryMode)} @");

    private static char LetterOf(EntryMode entry) => entry switch
    {
        EntryMode.Chip => 'C',
        EntryMode.MagneticStripe or EntryMode.Fallback => 'S',
    };

    /// <summary>What the payment guarantee rests on, for the merchant only (domain.md 2.7, R066).</summary>
    private static IEnumerable<string> GuaranteeOf(TicketContent ticket)
    {
        if (ticket.EntryMode == EntryMode.Fallback) yield return "REPLI PISTE";
        if (ticket.Verification == CardholderVerification.Pin) yield return "CODE CONFIDENTIEL";
        if (ticket.Verification == CardholderVerification.SignatureOnScreen) yield return "SIGNATURE";
    }

    private static string NameOf(TicketKind kind) => kind switch
    {
        TicketKind.Payment => "DEBIT",
        TicketKind.Cancellation => "ANNULATION",
        TicketKind.Refund => "CREDIT",
        TicketKind.Abandonment => "ABANDON",
    };

    private static string NameOf(TicketCopy copy) => copy switch
    {
        TicketCopy.Client => "TICKET CLIENT",
        TicketCopy.Merchant => "TICKET COMMERCANT",
    };
}
