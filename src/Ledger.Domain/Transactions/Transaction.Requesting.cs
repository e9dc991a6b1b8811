using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Tickets;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;
using static Ledger.Domain.Transactions.TransactionEvent;
using static Ledger.Domain.Transactions.TransactionState;

namespace Ledger.Domain.Transactions;

using Decision = Decision<TransactionEvent, TransactionRejection>;

/// <summary>Amount, ticket, contact; then the terminal works with the card (R020-R024).</summary>
public sealed partial class Transaction
{
    private static Decision DecideRequest(TransactionState state, Request command)
    {
        if (FactsOf(state) is { } facts) return IsSame(facts, command) ? Decision.AlreadyDone : TransactionRejection.AlreadyRequested;
        if (!command.Contract.Covers(command.ReceivedAt)) return TransactionRejection.ContractNotEffective;
        if (command.Amount.Currency != Currency.Eur) return TransactionRejection.CurrencyNotAccepted;
        if (command.Amount.MinorUnits is not (>= AmountMinCents and <= AmountMaxCents)) return TransactionRejection.AmountOutOfRange;
        if (RefuseContact(command.Ticket, command.Contact) is { } contact) return contact;

        Invariant.Holds(command.Number is >= 1 and <= NumberMax);
        return new Requested(
            command.TransactionId,
            command.SaleId,
            command.Contract.MerchantId,
            command.Contract.Version,
            command.Terminal,
            command.Device,
            command.Number,
            command.Amount,
            ParisTime.DayOf(command.ReceivedAt),
            command.Ticket,
            command.Contact,
            command.ReceivedAt);
    }

    /// <summary>A repeat brings a later instant, nothing else that the caller chose.</summary>
    private static bool IsSame(TransactionFacts facts, Request command) =>
        facts.TransactionId == command.TransactionId
        && facts.SaleId == command.SaleId
        && facts.MerchantId == command.Contract.MerchantId
        && facts.Terminal == command.Terminal
        && facts.Device == command.Device
        && facts.Amount == command.Amount
        && facts.Ticket == command.Ticket
        && facts.Contact == command.Contact;

    private static Decision DecideProgress(TransactionState state, ReportProgress command) => state switch
    {
        Open open when command.Stage > open.Stage => new Progressed(command.Stage, command.Now),
        TransactionState.Aborted => TransactionRejection.WrongState,
        _ => Decision.AlreadyDone,
    };

    /// <summary>Contact only if needed, and never otherwise (R022, R023, R078).</summary>
    private static TransactionRejection? RefuseContact(TicketChoice ticket, ContactRef? contact)
    {
        if (ticket != TicketChoice.Paper && contact is null) return TransactionRejection.ContactMissing;
        if (ticket == TicketChoice.Paper && contact is not null) return TransactionRejection.ContactNotWanted;
        return null;
    }

    /// <summary>Cancels and refunds need a contract that is in effect, and the transaction's own (I26, I32).</summary>
    private static TransactionRejection? RefuseContract(TransactionFacts facts, ContractTerms contract, Instant now)
    {
        if (!contract.Covers(now)) return TransactionRejection.ContractNotEffective;
        if (contract.MerchantId != facts.MerchantId) return TransactionRejection.MerchantDiffers;
        return null;
    }

    /// <summary>
    /// The Paris day of a command on something that was asked at <paramref name="since"/>. A server's clock may step back (E08), but no command
    /// comes before what it is about: so of every instant exactly one of cancel and refund is possible (I21).
    /// </summary>
    private static LocalDate DayOf(Instant now, Instant since) => ParisTime.DayOf(Instant.Max(now, since));
}
