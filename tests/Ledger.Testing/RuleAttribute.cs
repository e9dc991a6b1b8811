using Xunit.v3;

namespace Ledger.Testing;

/// <summary>The rule, invariant or edge case that a test holds (R070, I03, E60): specs/rules.md and specs/invariants.md list them.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RuleAttribute(string id) : Attribute, ITraitAttribute
{
    public string Id { get; } = id;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("Rule", Id)];
}
