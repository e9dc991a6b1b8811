namespace Ledger.Contracts.V1;

/// <summary>What the merchant typed and the client chose, before any card (R020, R022).</summary>
/// <param name="SaleId">A UUID made by the phone, one per amount typed: attempts at the same sale carry the same.</param>
/// <param name="Amount">1 to 150000 cents of EUR (R029).</param>
/// <param name="Contact">For an electronic ticket only (R023).</param>
/// <param name="LinkedSerial">The serial that the connected terminal announced over its link. Without it, or with another than the device's terminal has, nothing is started (R021).</param>
public sealed record CreatePayment(string SaleId, Money Amount, TicketChoice Ticket, Contact? Contact = null, string? LinkedSerial = null);

/// <summary>A client's address for the ticket: exactly one of the two. Kept encrypted outside the log, never shown again. Prints nothing of itself.</summary>
/// <param name="Phone">E.164, for instance +33 and nine digits without spaces.</param>
public sealed record Contact(string? Email = null, string? Phone = null)
{
    public override string ToString() => nameof(Contact);
}

/// <summary>How far the terminal is with the card.</summary>
public sealed record ReportProgress(CardStage Stage);

/// <summary>The card was read; ask the host.</summary>
/// <param name="CardData">What the terminal encrypted for the host, base64, at most 4096 bytes. Passed on, never stored. Prints nothing of itself.</param>
public sealed record AuthorisePayment(CardInput Card, string CardData)
{
    public override string ToString() => nameof(AuthorisePayment);
}

/// <summary>What the terminal may say of a card. Never a card number.</summary>
/// <param name="Token">The acquirer's token, 8 to 64 letters, digits, « _ » and « - », not all digits.</param>
/// <param name="LastFour">Four digits.</param>
/// <param name="ApplicationId">EMV 84/4F, 10 to 32 hexadecimal capitals.</param>
/// <param name="ApplicationLabel">EMV 50/9F12, 1 to 16 characters.</param>
/// <param name="Account">Payment account reference (EMV 9F24) when the card gives one, 1 to 29 letters and digits.</param>
public sealed record CardInput(
    string Token,
    string LastFour,
    CardBrand Brand,
    BrandChoice BrandChosenBy,
    CardCategory Category,
    CardRegion Region,
    EntryMode EntryMode,
    string ApplicationId,
    string ApplicationLabel,
    string? Account = null);

/// <summary>What the card said at the end.</summary>
/// <param name="Verification">PIN for a chip, signature for a stripe.</param>
/// <param name="Cryptogram">EMV 9F26, 16 hexadecimal capitals; a chip only.</param>
/// <param name="ApplicationCounter">EMV 9F36, 0 to 65535; a chip only.</param>
/// <param name="ExchangeId">From the authorisation's answer: ties this confirmation to it (E36).</param>
/// <param name="TerminalDate">EMV 9A, the day by the terminal's clock; kept with the cryptogram, never used: the ledger dates by its own clock.</param>
public sealed record CompletePayment(
    CardholderVerification Verification, string ExchangeId, string? Cryptogram = null, int? ApplicationCounter = null, DateOnly? TerminalDate = null);

/// <summary>Stop it.</summary>
public sealed record AbortPayment(AbortReason Reason);

/// <summary>The card that the client inserted for a cancellation or a refund (R076).</summary>
public sealed record PresentedCard(string Token, CardBrand Brand, string? Account = null);

/// <summary>Annulation: the whole amount, the same day (R070, R072). Prints nothing of itself.</summary>
/// <param name="Amount">As typed; must be the payment's.</param>
/// <param name="SecurityCode">Six digits (R075).</param>
/// <param name="Ticket">Of the cancellation itself, whatever was chosen for what it annuls (R078).</param>
/// <param name="Card">Required in the app.</param>
/// <param name="Contact">For an electronic ticket only.</param>
public sealed record CancelPayment(Money Amount, string SecurityCode, TicketChoice Ticket, PresentedCard? Card = null, Contact? Contact = null)
{
    public override string ToString() => nameof(CancelPayment);
}

/// <summary>Remboursement, whole or in part, from the next day on (R071, R073). Prints nothing of itself.</summary>
/// <param name="Amount">At most what remains refundable.</param>
/// <param name="SecurityCode">Six digits (R075).</param>
public sealed record RefundPayment(Money Amount, PresentedCard Card, string SecurityCode, TicketChoice Ticket, Contact? Contact = null)
{
    public override string ToString() => nameof(RefundPayment);
}

/// <summary>Which ticket to issue again, marked DUPLICATA (R065).</summary>
/// <param name="RefundId">For a refund's ticket; left out for the payment's own.</param>
public sealed record ReissueTicket(TicketKind Kind, TicketCopy Copy, string? RefundId = null);
