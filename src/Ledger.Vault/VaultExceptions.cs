namespace Ledger.Vault;

/// <summary>The file is not ours, of another version, or not readable with the key at hand. Nothing was changed.</summary>
public sealed class VaultFileException(string message) : Exception(message);

/// <summary>Something stored was changed, cut or moved. Other entries are not concerned.</summary>
public sealed class VaultDamagedException(string message) : Exception(message);

/// <summary>Too many secrets are being checked; nothing was done. Try again later.</summary>
public sealed class HashingBusyException() : Exception("Too many passwords and codes are being checked. Nothing was done; try again in a moment.");

/// <summary>Another process kept the file locked for too long; the message says what was done and what was not.</summary>
public sealed class VaultBusyException(string message) : Exception(message);
