using Ledger.Domain;
using Ledger.Vault;

namespace Ledger.Engine.Tickets;

/// <summary>Hands a ticket to a carrier. A repeat with the same id must be harmless: the same file, or a message that shows the same id (E34).</summary>
public interface ITicketSender
{
    /// <summary>Returns when the carrier has taken it, or said no. What throws counts as a failed attempt too.</summary>
    ValueTask<TicketDelivery> SendAsync(TicketMessage message, CancellationToken cancellation);
}

/// <param name="Id">Derived from the ticket: the same in every attempt.</param>
/// <param name="Contact">Where to; prints itself masked.</param>
/// <param name="Subject">One line.</param>
/// <param name="Lines">The ticket as it is printed.</param>
/// <param name="Language">Of the text, BCP 47: « fr ».</param>
public sealed record TicketMessage(Guid Id, Contact Contact, string Subject, ValueList<string> Lines, string Language)
{
    /// <summary>Its lines as one text, « \n » between them and at the end.</summary>
    public string Text => string.Concat(Lines.Select(static line => line + "\n"));
}

public abstract record TicketDelivery
{
    /// <summary>Longest <see cref="Sent.CarrierMessageId"/>, in characters.</summary>
    public const int CarrierMessageIdLengthMax = 100;

    private TicketDelivery() { }

    /// <param name="CarrierMessageId">By which the carrier knows it; stored in the log, so it never holds an address.</param>
    public sealed record Sent(string CarrierMessageId) : TicketDelivery;

    /// <param name="Reason">For the operator's log; never holds an address.</param>
    public sealed record Failed(string Reason) : TicketDelivery;
}
