namespace Ledger.Contracts.V1;

/// <summary>Binds a phone to a terminal and a contract (R098). Prints nothing of itself.</summary>
/// <param name="Identifier">From the bank's letter.</param>
/// <param name="Password">From the second letter. Never stored in clear, never logged.</param>
/// <param name="TerminalSerial">On the terminal's back: 6 to 20 capital letters and digits.</param>
/// <param name="LinkedSerial">The serial that the connected terminal announced over its link. Without it, or with another than the typed one, nothing is activated.</param>
/// <param name="DeviceId">The id given at an earlier activation of this phone; leave it out the first time.</param>
public sealed record ActivationRequest(string Identifier, string Password, string TerminalSerial, string? LinkedSerial = null, string? DeviceId = null)
{
    public override string ToString() => nameof(ActivationRequest);
}

/// <summary>A new token takes over from the one before, also when the activation is repeated. Prints nothing of itself.</summary>
/// <param name="DeviceToken">Send as <c>Authorization: Bearer …</c>. Shown once, here.</param>
public sealed record ActivationReply(string DeviceToken, string MerchantId, string DeviceId, string TerminalSerial)
{
    public override string ToString() => nameof(ActivationReply);
}

/// <summary>Who the token stands for.</summary>
/// <param name="MayStart">False on a device that another one took over from and that may only finish its open payment.</param>
public sealed record MeReply(
    string MerchantId,
    string TradeName,
    string TerminalSerial,
    int TerminalNumber,
    string DeviceId,
    bool TerminalBlocked,
    bool MayStart,
    string? OpenTransactionId,
    DateTimeOffset? ContractUntil,
    DateTimeOffset ServerTime);
