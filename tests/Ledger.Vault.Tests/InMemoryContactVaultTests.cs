using Ledger.Vault.Conformance;

namespace Ledger.Vault.Tests;

public sealed class InMemoryContactVaultTests : ContactVaultConformance
{
    protected override IContactVault Vault { get; } = new InMemoryContactVault();
}
