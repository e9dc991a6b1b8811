namespace Ledger.Domain.Tickets;

/// <summary>The client's choice, made before the card is inserted (R022, R060, R061).</summary>
public enum TicketChoice
{
    /// <summary>The merchant writes it on plain paper (R062); nothing is collected.</summary>
    Paper = 1,
    Sms = 2,
    Email = 3,
}

/// <summary>Which operation the ticket proves (R064).</summary>
public enum TicketKind
{
    /// <summary>DEBIT.</summary>
    Payment = 1,

    /// <summary>ANNULATION, of the payment or of one refund.</summary>
    Cancellation = 2,

    /// <summary>CREDIT.</summary>
    Refund = 3,

    /// <summary>ABANDON: an approval that was reversed; nothing is due.</summary>
    Abandonment = 4,
}

public enum TicketCopy
{
    Client = 1,

    /// <summary>The client's copy and what the payment guarantee rests on; still the last four digits only (R048).</summary>
    Merchant = 2,
}

public enum TicketFailure
{
    /// <summary>The carrier refused or could not be reached, <c>AttemptsMax</c> times.</summary>
    CarrierFailed = 1,

    /// <summary>The client asked to be forgotten before it was sent.</summary>
    ContactErased = 2,
}
