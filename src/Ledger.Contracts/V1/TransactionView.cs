namespace Ledger.Contracts.V1;

/// <summary>One transaction as it stood after its event number <paramref name="Version"/>.</summary>
/// <param name="Number">The terminal's transaction number on tickets, 1 to 999999.</param>
/// <param name="BusinessDay">Paris day in which the request was received.</param>
/// <param name="HasContact">A contact was given for the ticket; it is not shown again.</param>
/// <param name="ExchangeId">The authorisation's question to the host, once asked.</param>
/// <param name="ResponseCode">The host's two characters when it declined.</param>
/// <param name="Reason">Why it was aborted.</param>
/// <param name="RemittanceId">The remittance that took it in.</param>
/// <param name="Refundable">What may still be asked back; only for money taken.</param>
/// <param name="Message">What to show to the merchant; null where nothing needs saying.</param>
public sealed record TransactionView(
    string Id,
    long Version,
    TransactionStatus Status,
    string SaleId,
    string TerminalSerial,
    int Number,
    Money Amount,
    DateOnly BusinessDay,
    TicketChoice Ticket,
    bool HasContact,
    DateTimeOffset RequestedAt,
    CardView? Card,
    string? ExchangeId,
    string? AuthorisationCode,
    string? ResponseCode,
    AbortReason? Reason,
    DateTimeOffset? CompletedAt,
    DateTimeOffset? CancelledAt,
    string? RemittanceId,
    Money? Refundable,
    IReadOnlyList<RefundView> Refunds,
    Message? Message);

/// <summary>What is shown of a card: never more than the last four digits.</summary>
public sealed record CardView(string LastFour, CardBrand Brand, BrandChoice BrandChosenBy, CardCategory Category, EntryMode EntryMode, string ApplicationLabel);

/// <param name="BusinessDay">The refund's own Paris day.</param>
public sealed record RefundView(
    string Id,
    RefundStatus Status,
    Money Amount,
    DateOnly BusinessDay,
    string TerminalSerial,
    int Number,
    TicketChoice Ticket,
    string? AuthorisationCode,
    string? RemittanceId,
    DateTimeOffset RequestedAt);

/// <param name="Code">Stable, for programs; see <see cref="MessageCodes"/>.</param>
/// <param name="Text">For the merchant, in the language asked for.</param>
public sealed record Message(string Code, string Text);

/// <summary>What <see cref="Message.Code"/> may be.</summary>
public static class MessageCodes
{
    /// <summary>« Encaissement accepté » (R026): only ever with money taken.</summary>
    public const string PaymentAccepted = "payment.accepted";

    /// <summary>« la transaction est validée » (R079): a cancellation or a refund is through.</summary>
    public const string TransactionValidated = "transaction.validated";

    /// <summary>« Résultat en cours de vérification, ne recommencez pas ».</summary>
    public const string OutcomeUnknown = "outcome.unknown";

    /// <summary>Declined; another card may be tried.</summary>
    public const string Declined = "payment.declined";

    /// <summary>Declined for a reason that is nobody's business at the counter (E48).</summary>
    public const string DeclinedDiscreetly = "payment.declinedDiscreetly";

    /// <summary>Stopped; nothing was taken, try again (R044).</summary>
    public const string TryAgain = "payment.tryAgain";

    /// <summary>Stopped; nothing was taken.</summary>
    public const string Stopped = "payment.stopped";

    public const string Cancelled = "payment.cancelled";

    /// <summary>The cancellation is on its way to the host; it is repeated until answered.</summary>
    public const string CancellationPending = "cancellation.pending";

    /// <summary>The host refused the cancellation; the payment stands.</summary>
    public const string CancellationRefused = "cancellation.refused";

    /// <summary>The host refused the refund; what remains is unchanged. A transfer is the way then (E76).</summary>
    public const string RefundDeclined = "refund.declined";
}
