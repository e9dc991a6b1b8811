using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring;

/// <summary>
/// The acquirer's host. Every question carries its exchange id; a repeat of it is answered like the first, and has one effect.
/// Answers are bounded in time: past <c>cancellation</c> or the adapter's own time-out the outcome is <see cref="HostAnswer.NoAnswer"/>.
/// </summary>
public interface IAuthorisationHost
{
    /// <summary>May this card pay this amount? (ISO 8583 0100, nexo caaa.001)</summary>
    ValueTask<HostAnswer> AuthoriseAsync(AuthorisationQuestion question, CancellationToken cancellation);

    /// <summary>What became of an exchange? Asking has no effect (I18).</summary>
    ValueTask<HostAnswer> StatusAsync(ExchangeId exchange, CancellationToken cancellation);

    /// <summary>Undo an approval that did not complete (0400, caaa.003 reversal). Resent until acknowledged.</summary>
    /// <param name="original">The exchange that was approved.</param>
    ValueTask<ReversalAnswer> ReverseAsync(ExchangeId original, Money amount, CancellationToken cancellation);

    /// <summary>Annul a completed payment or an executed refund of today (caaa.005).</summary>
    /// <param name="exchange">The cancellation's own exchange.</param>
    ValueTask<HostAnswer> CancelAsync(ExchangeId exchange, ExchangeId original, Money amount, CancellationToken cancellation);

    /// <summary>Credit the card (0200 with processing code 20xxxx).</summary>
    ValueTask<HostAnswer> RefundAsync(RefundQuestion question, CancellationToken cancellation);
}

/// <param name="CardData">What the terminal encrypted for the host. Opaque here; never stored, logged or printed.</param>
public sealed record AuthorisationQuestion(
    ExchangeId Exchange,
    MerchantId MerchantId,
    TerminalSerial Terminal,
    int Number,
    Money Amount,
    Card Card,
    EncryptedCardData CardData,
    Instant At);

public sealed record RefundQuestion(
    ExchangeId Exchange,
    ExchangeId Original,
    MerchantId MerchantId,
    TerminalSerial Terminal,
    int Number,
    Money Amount,
    CardToken Card,
    Instant At);

/// <summary>Bytes that only the host can read. Prints its length alone, and is no record so that nothing else prints it.</summary>
public sealed class EncryptedCardData(ReadOnlyMemory<byte> bytes)
{
    /// <summary>Largest that a terminal sends (EMV data under one envelope).</summary>
    public const int LengthMax = 4096;

    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    public override string ToString() => $"({Bytes.Length} encrypted bytes)";
}

/// <summary>What the host said of an authorisation, a cancellation, a refund, or of their status.</summary>
public abstract record HostAnswer
{
    private HostAnswer() { }

    /// <param name="Amount">What it approved; may differ from what was asked (E29).</param>
    /// <param name="Code">« No AUTO »; null where the operation gives none.</param>
    public sealed record Approved(Money Amount, AuthorisationCode? Code, ResponseCode Response) : HostAnswer;

    public sealed record Declined(ResponseCode Response) : HostAnswer;

    /// <summary>To a status query: it never saw that exchange (E23).</summary>
    public sealed record NotFound : HostAnswer;

    /// <summary>To a status query: still working on it; ask again.</summary>
    public sealed record InProgress : HostAnswer;

    /// <summary>The question surely never left (connection refused before a byte was sent).</summary>
    public sealed record NotSent : HostAnswer;

    /// <summary>Nothing came back, and the question may have arrived.</summary>
    public sealed record NoAnswer(UnknownReason Reason) : HostAnswer;
}

/// <summary>What the host said of a reversal.</summary>
public abstract record ReversalAnswer
{
    private ReversalAnswer() { }

    /// <param name="Found">False: « original not found », which settles it as well (E27).</param>
    public sealed record Acknowledged(bool Found) : ReversalAnswer;

    /// <summary>Refused (for instance 96) or no answer: send it again later (E26).</summary>
    public sealed record NotAcknowledged : ReversalAnswer;
}
