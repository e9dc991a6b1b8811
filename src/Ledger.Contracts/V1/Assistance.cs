namespace Ledger.Contracts.V1;

/// <summary>Lost, stolen or out of order (R119).</summary>
public sealed record BlockTerminal(BlockReason Reason);

/// <summary>Found (R120). Nothing to say; send <c>{}</c>.</summary>
public sealed record UnblockTerminal;

/// <summary>One terminal, as assistance sees it.</summary>
/// <param name="MerchantId">Null before the first activation.</param>
/// <param name="BlockReason">Null unless it is blocked.</param>
/// <param name="UnblockableUntil">Last day on which it may be unblocked (R120); null unless it is blocked.</param>
/// <param name="WarrantyUntil">Last day of the warranty: twelve months from the first activation (R117); null before it.</param>
/// <param name="Position">The log position that the answer has taken in.</param>
public sealed record TerminalView(
    string Serial,
    string Model,
    AcceptanceCountry Country,
    int TerminalNumber,
    TerminalCondition Condition,
    string? MerchantId,
    BlockReason? BlockReason,
    DateOnly? UnblockableUntil,
    DateOnly? WarrantyUntil,
    DateTimeOffset LastActivityAt,
    long Position);

public sealed record UnlockCredential(Credential Credential);

/// <summary>Faire opposition: immediate and definitive (R186).</summary>
public sealed record OpposeCard(OppositionReason Reason);

/// <summary>Renouveler: another token takes over (R187).</summary>
public sealed record RenewCard(string ReplacementToken);

/// <summary>Forget a client's contact. Nothing to say; send <c>{}</c>.</summary>
public sealed record EraseContact;

/// <param name="Erased">False when there was nothing (any more).</param>
public sealed record EraseReply(string ContactRef, bool Erased);

/// <summary>Nothing to say; send <c>{}</c>.</summary>
public sealed record AcceptContract;
