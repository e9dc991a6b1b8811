namespace Ledger.EventLog;

/// <summary>What no log accepts, whatever its store: a mistake of the caller, found before anything is written.</summary>
public static class AppendCheck
{
    /// <summary>Largest payload of one event, in bytes.</summary>
    public const int PayloadLengthMax = 1024 * 1024;

    /// <exception cref="ArgumentException">A unit is malformed; the message says which and why.</exception>
    public static void Units(IReadOnlyList<AppendUnit> units)
    {
        for (var index = 0; index < units.Count; index++)
        {
            if (Fault(units[index]) is { } fault) throw new ArgumentException($"Unit {index}: {fault}", nameof(units));
        }
    }

    private static string? Fault(AppendUnit unit)
    {
        if (unit.Command.Fingerprint.Length != ChainHash.Length) return "a command's fingerprint has 32 bytes.";
        if (CommandRecord.ReplyLengthMax < unit.Command.Reply.Length) return $"a reply has at most {CommandRecord.ReplyLengthMax} bytes.";
        if (unit.Writes.IsDefault) return "the writes are missing; a unit without events has an empty list.";
        if (unit.Reads.IsDefault) return "the reads are missing; a unit that checks none has an empty list.";
        foreach (var read in unit.Reads)
        {
            if (read.Stream == default || read.Version < 0) return "a read names no stream, or a negative version.";
        }

        for (var index = 0; index < unit.Writes.Length; index++)
        {
            if (Fault(unit.Writes[index]) is { } fault) return fault;
            for (var earlier = 0; earlier < index; earlier++)
            {
                if (unit.Writes[earlier].Stream == unit.Writes[index].Stream) return $"two writes to « {unit.Writes[index].Stream} »; a unit has one per stream.";
            }
        }

        return null;
    }

    private static string? Fault(StreamWrite write)
    {
        if (write.Stream == default) return "a write names no stream.";
        if (write.ExpectedVersion < 0) return $"the expected version of « {write.Stream} » is negative.";
        if (write.PreviousHash.Length is not (0 or ChainHash.Length)) return $"the previous hash of « {write.Stream} » has not 32 bytes.";
        if (write.Events.IsDefaultOrEmpty) return $"the write to « {write.Stream} » has no events.";

        string? known = null;
        foreach (var @event in write.Events)
        {
            if (!ReferenceEquals(@event.Type, known) && !StoredType.IsValid(@event.Type)) return $"« {@event.Type} » is no stored type name.";
            if (@event.Hash.Length != ChainHash.Length) return $"a hash of « {write.Stream} » has not 32 bytes.";
            if (@event.Payload.IsEmpty || PayloadLengthMax < @event.Payload.Length) return $"a payload of « {write.Stream} » has not 1 to {PayloadLengthMax} bytes.";
            known = @event.Type;
        }

        return null;
    }
}
