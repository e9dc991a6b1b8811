using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Ledger.Vault;

/// <summary>The framework's PBKDF2 (HMAC-SHA-512, salted, self-describing), and a hash to compare with when there is none.</summary>
internal sealed class SecretHasher
{
    private static readonly object _nobody = new();

    private readonly PasswordHasher<object> _hasher;

    public SecretHasher(int iterations)
    {
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = iterations }));
        Dummy = Hash("the secret of nobody");
    }

    /// <summary>Costs as much to verify as any other, and no caller's secret is ever right for it: a caller who has no hash is refused anyway.</summary>
    public string Dummy { get; }

    public string Hash(string secret) => _hasher.HashPassword(_nobody, secret);

    /// <summary>Compares in constant time.</summary>
    public bool IsRight(string hash, string secret) => _hasher.VerifyHashedPassword(_nobody, hash, secret) is not PasswordVerificationResult.Failed;
}
