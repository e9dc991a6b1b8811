using NodaTime;

namespace Ledger.EventLog.ToDo;

/// <summary>How stores keep when an item is due. For implementers.</summary>
public static class DueInstant
{
    /// <summary>Nanoseconds since 1970-01-01 UTC; instants beyond what 64 bits hold stand for « never » and « always ».</summary>
    public static long ToStored(Instant instant)
    {
        if (ChainHash.FromNanoseconds(long.MaxValue) < instant) return long.MaxValue;
        return instant < ChainHash.FromNanoseconds(long.MinValue) ? long.MinValue : ChainHash.ToNanoseconds(instant);
    }
}
