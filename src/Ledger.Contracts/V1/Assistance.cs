namespace Ledger.Contracts.V1;

/// <summary>Lost, stolen or out of order (R119).</summary>
public sealed record BlockTerminal(BlockReason Reason);

/// <summary>Found (R120). Nothing to say; send <c>{}</c>.</summary>
public sealed record UnblockTerminal;

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
