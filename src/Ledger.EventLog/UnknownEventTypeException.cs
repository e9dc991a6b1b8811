namespace Ledger.EventLog;

/// <summary>A stored type name, or a class of event, that the codec has no row for. The message says what to do.</summary>
public sealed class UnknownEventTypeException : Exception
{
    private UnknownEventTypeException(string type, string message) : base(message) => Type = type;

    /// <summary>The stored name, or the class's name when writing.</summary>
    public string Type { get; }

    internal static UnknownEventTypeException ForName(string name) => new(
        name,
        $"This version of Ledger knows no event type « {name} ». If the log was written by a newer version, use that version or a newer one; "
        + "if the type was renamed or changed here, register an Upcaster from it.");

    internal static UnknownEventTypeException ForClass(Type clrType) => new(
        clrType.Name,
        $"Events of class {clrType} have no stored name. Add a row to EventTypeTable, then a golden file (LEDGER_WRITE_GOLDEN=1 dotnet test).");
}
