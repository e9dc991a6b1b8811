namespace Ledger.Contracts.V1;

/// <param name="Status">« ok » or « failing ».</param>
/// <param name="Checks">Per part: « ok », or what is wrong.</param>
public sealed record HealthReply(string Status, IReadOnlyDictionary<string, string> Checks);
