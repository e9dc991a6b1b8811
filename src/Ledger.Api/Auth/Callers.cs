using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Vault;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Ledger.Api.Auth;

/// <summary>A merchant's phone, as its token and its terminal say at this request.</summary>
/// <param name="Finishing">Not null when another device took over: the one transaction that this one may still finish (E92).</param>
/// <param name="State">The terminal when the token was checked.</param>
internal sealed record DeviceCaller(MerchantId Merchant, TerminalSerial Terminal, DeviceId Device, TransactionId? Finishing, TerminalState State)
{
    /// <summary>Scopes its Idempotency-Keys. Enters command ids, so never changed.</summary>
    public string Principal => $"device:{Device}";

    /// <summary>Where its commands come from (R001).</summary>
    public static Channel Channel => Channel.MobileApp;

    public bool IsBlocked => State is TerminalState.Blocked or TerminalState.BlockedForGood;
}

/// <summary>One of the bank's people.</summary>
internal sealed record StaffCaller(string Name, StaffRole Role)
{
    /// <summary>Scopes their Idempotency-Keys. Enters command ids, so never changed.</summary>
    public string Principal => $"staff:{Name}";
}

/// <summary>Who asks, for endpoints behind one of the <see cref="Policies"/>.</summary>
internal static class Callers
{
    public static DeviceCaller Device(this HttpContext http) => http.Features.GetRequired<DeviceCaller>();

    public static StaffCaller Staff(this HttpContext http) => http.Features.GetRequired<StaffCaller>();

    private static TCaller GetRequired<TCaller>(this IFeatureCollection features) =>
        features.Get<TCaller>() ?? throw new InvalidOperationException("The endpoint is behind no policy that knows its caller.");
}

internal static class Policies
{
    /// <summary>A merchant's device that is bound to its terminal.</summary>
    public const string Merchant = "merchant";

    /// <summary>The same, or the device of a terminal's open transaction after another one took over.</summary>
    public const string OpenPayment = "open-payment";

    public const string Bank = "bank";
    public const string Assistance = "assistance";
    public const string Auditor = "auditor";
    public const string Switch = "switch";
}
