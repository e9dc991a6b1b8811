using Ledger.Domain;
using NodaTime;

namespace Ledger.Projections.Storage;

/// <summary>From domain values to column values and back. Stored, so never changed.</summary>
internal static class ViewValues
{
    /// <summary>22 November 2026 is 20261122: sorts as days do, and can be read.</summary>
    public static long ToColumn(this LocalDate day) => (day.Year * 10_000L) + (day.Month * 100) + day.Day;

    public static long ToColumn(this Instant instant) => (instant - NodaConstants.UnixEpoch).ToInt64Nanoseconds();

    public static LocalDate ToDay(long column) => new((int)(column / 10_000), (int)(column / 100 % 100), (int)(column % 100));

    public static LocalDate? ToDayOrNull(long? column) => column is { } value ? ToDay(value) : null;

    public static Instant ToInstant(long column) => NodaConstants.UnixEpoch + Duration.FromNanoseconds(column);

    public static Instant? ToInstantOrNull(long? column) => column is { } value ? ToInstant(value) : null;

    /// <summary>Views keep cents of the one currency that is accepted (R031); another stops the projection.</summary>
    public static long ToCents(this Money amount)
    {
        Invariant.Holds(amount.Currency == Currency.Eur);
        return amount.MinorUnits;
    }

    /// <summary>A number that names a case of its enum, or the row is damaged.</summary>
    public static TEnum ToEnum<TEnum>(long column)
        where TEnum : struct, Enum
    {
        var value = (TEnum)Enum.ToObject(typeof(TEnum), column);
        Invariant.Holds(Enum.IsDefined(value));
        return value;
    }
}
