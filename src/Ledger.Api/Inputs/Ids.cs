using System.Diagnostics.CodeAnalysis;
using Ledger.Domain.Transactions;

namespace Ledger.Api.Inputs;

/// <summary>UUIDs as text: 32 hexadecimal digits, or with the four dashes. Given back without them.</summary>
internal static class Ids
{
    /// <returns>False when it is none, or all zeros; never throws.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out Guid id) =>
        (Guid.TryParseExact(text, "N", out id) || Guid.TryParseExact(text, "D", out id)) && id != Guid.Empty;

    public static bool TryParse([NotNullWhen(true)] string? text, out TransactionId id)
    {
        var parsed = TryParse(text, out Guid value);
        id = new TransactionId(value);
        return parsed;
    }

    public static bool TryParse([NotNullWhen(true)] string? text, out RefundId id)
    {
        var parsed = TryParse(text, out Guid value);
        id = new RefundId(value);
        return parsed;
    }
}
