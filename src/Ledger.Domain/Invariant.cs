using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ledger.Domain;

/// <summary>Assertions that stay on in Release. A failure is our bug or a corrupt history, never a bad request.</summary>
public static class Invariant
{
    /// <exception cref="InvariantException"><paramref name="condition"/> is false.</exception>
    public static void Holds([DoesNotReturnIf(false)] bool condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        if (!condition) throw new InvariantException(text);
    }
}

/// <summary>The actor that met it stops; nobody retries it and it never becomes a 4xx answer.</summary>
public sealed class InvariantException(string condition) : Exception($"Invariant broken: {condition}");
