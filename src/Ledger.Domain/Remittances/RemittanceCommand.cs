using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Domain.Remittances;

/// <summary>One merchant's remise of one Paris day; written « merchant-2026-11-22 ».</summary>
public readonly record struct RemittanceId(MerchantId MerchantId, LocalDate Day)
{
    /// <summary>The stream's id and the wire form.</summary>
    public override string ToString() => $"{MerchantId}-{Day.ToString("uuuu-MM-dd", System.Globalization.CultureInfo.InvariantCulture)}";

    /// <returns>False when <paramref name="text"/> is none; never throws.</returns>
    public static bool TryParse(string? text, out RemittanceId id)
    {
        id = default;
        if (text is not { Length: > 11 } || text[^11] != '-' || !MerchantId.IsValid(text[..^11])) return false;
        var day = NodaTime.Text.LocalDatePattern.Iso.Parse(text[^10..]);
        if (!day.Success) return false;

        id = new RemittanceId(new MerchantId(text[..^11]), day.Value);
        return true;
    }
}

/// <summary>What may be asked of one remittance; the midnight process asks it.</summary>
public abstract record RemittanceCommand
{
    private RemittanceCommand() { }

    /// <summary>The day is over: opens it. Refused before midnight.</summary>
    public sealed record OpenRemittance(RemittanceId Remittance, CalendarName Calendar, Instant Now) : RemittanceCommand;

    /// <summary>Adds what was taken in; lines that are there already are left out, so a repeat is harmless.</summary>
    public sealed record AddLines(ValueList<RemittanceLine> Lines, Instant Now) : RemittanceCommand;

    /// <summary>Fixes totals and credit date, for ever (I36).</summary>
    public sealed record CloseRemittance(Instant Now) : RemittanceCommand;

    /// <summary>The credit date has come: the net is on the merchant's account (or taken from it, when negative).</summary>
    public sealed record CreditRemittance(Instant Now) : RemittanceCommand;
}

/// <param name="Refund">Null for the payment itself.</param>
/// <param name="OperationDay">Its own business day; before the remittance's day for a late fact (I37).</param>
public sealed record RemittanceLine(TransactionId TransactionId, RefundId? Refund, RemittanceSide Side, Money Amount, LocalDate OperationDay);

/// <summary>Seen from the merchant's takings: a payment is a debit of a card, a refund a credit of one (domain.md 3.1).</summary>
public enum RemittanceSide
{
    Debit = 1,
    Credit = 2,
}
