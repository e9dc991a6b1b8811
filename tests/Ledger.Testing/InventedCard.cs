using Ledger.Domain;

namespace Ledger.Testing;

/// <summary>What could be a full card number, made when a test runs, so that no file holds one.</summary>
public static class InventedCard
{
    /// <param name="length">13 to 19 digits.</param>
    /// <returns>The same each time; its check digit holds.</returns>
    public static string Number(int length = 16)
    {
        var body = string.Concat(Enumerable.Range(0, length - 1).Select(i => (char)('1' + i * 7 % 9)));
        return Enumerable.Range(0, 10).Select(d => $"{body}{d}").Single(n => Luhn.IsValid(n));
    }
}
