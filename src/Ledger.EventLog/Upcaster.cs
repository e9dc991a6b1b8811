using System.Text.Json.Nodes;

namespace Ledger.EventLog;

/// <summary>
/// Reads one shape of an event that is no longer written, as the next one. What is stored stays as it is, and so does its hash.
/// Chains of them lead to today's shape: « refund-requested.1 » → « .2 » → « .3 ».
/// </summary>
public sealed class Upcaster
{
    /// <summary>Longest chain to today's shape.</summary>
    public const int StepsMax = 32;

    /// <param name="from">Stored name of the older shape.</param>
    /// <param name="to">Stored name of the next one.</param>
    /// <param name="change">Pure; may change and return the object that it is given.</param>
    /// <exception cref="ArgumentException">A name is no stored type name.</exception>
    public Upcaster(string from, string to, Func<JsonObject, JsonObject> change)
    {
        if (!StoredType.IsValid(from)) throw new ArgumentException($"« {from} » is no stored type name.", nameof(from));
        if (!StoredType.IsValid(to)) throw new ArgumentException($"« {to} » is no stored type name.", nameof(to));
        (From, To, Change) = (from, to, change);
    }

    public string From { get; }

    public string To { get; }

    public Func<JsonObject, JsonObject> Change { get; }
}
