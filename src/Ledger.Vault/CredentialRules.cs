using Ledger.Domain.Merchants;

namespace Ledger.Vault;

/// <summary>The form of identifiers and secrets. Messages never repeat a secret.</summary>
public static class CredentialRules
{
    public const int IdentifierLengthMin = 4;
    public const int IdentifierLengthMax = 64;
    public const int PasswordLengthMin = 8;

    /// <summary>Bounds the work of hashing.</summary>
    public const int PasswordLengthMax = 128;

    /// <summary>R169.</summary>
    public const int SecurityCodeLength = 6;
    public const int StaffNameLengthMax = 64;

    /// <summary>Letters, digits, « . », « _ », « - » and « @ ».</summary>
    public static bool IsIdentifier(string? text) =>
        text is { Length: >= IdentifierLengthMin and <= IdentifierLengthMax } && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '@');

    public static bool IsPassword(string? text) => text is { Length: >= PasswordLengthMin and <= PasswordLengthMax };

    public static bool IsSecurityCode(string? text) => text is { Length: SecurityCodeLength } && text.All(char.IsAsciiDigit);

    internal static void ThrowUnlessIdentifier(string text)
    {
        if (!IsIdentifier(text)) throw new ArgumentException($"An identifier has {IdentifierLengthMin} to {IdentifierLengthMax} ASCII letters, digits, « . », « _ », « - » or « @ ».", nameof(text));
    }

    internal static void ThrowUnlessSecret(Credential credential, string text)
    {
        var isWellFormed = credential switch
        {
            Credential.Password => IsPassword(text),
            Credential.SecurityCode => IsSecurityCode(text),
        };
        if (isWellFormed) return;
        throw new ArgumentException(credential is Credential.Password
            ? $"A password has {PasswordLengthMin} to {PasswordLengthMax} characters."
            : $"A security code has exactly {SecurityCodeLength} digits.", nameof(text));
    }
}
