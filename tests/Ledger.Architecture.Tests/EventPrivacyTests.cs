using System.Reflection;
using System.Text.RegularExpressions;
using Ledger.Domain;
using Ledger.Testing;

namespace Ledger.Architecture.Tests;

/// <summary>No event can hold what must never be stored: looked for by name, through everything that an event is made of.</summary>
public partial class EventPrivacyTests
{
    private static readonly string[] ForbiddenWords = ["Pan", "Track", "Pin", "Cvv", "Cvc", "Csc", "Password", "Secret", "Email", "Mail", "Phone", "Mobile", "Address", "Expiry"];

    private static readonly string[] ForbiddenPhrases = ["CardNumber", "SecurityCode", "PinBlock", "CardData", "PrimaryAccount"];

    [Fact]
    [Rule("R048")]
    [Rule("I40")]
    public void No_event_has_a_member_for_card_numbers_codes_or_contacts()
    {
        var events = typeof(Money).Assembly.GetTypes().Where(static type => type is { IsAbstract: false, IsInterface: false } && type.IsAssignableTo(typeof(ILedgerEvent))).ToArray();
        var offenders = events.SelectMany(static type => Members(type, type.FullName!, [])).Where(static path => IsForbidden(path[(path.LastIndexOf('.') + 1)..]));

        Assert.NotEmpty(events);
        Assert.Empty(offenders);
    }

    [Theory]
    [InlineData("Track2")]
    [InlineData("Pan")]
    [InlineData("ClientEmail")]
    [InlineData("SecurityCode")]
    public void The_check_finds_forbidden_names(string name) => Assert.True(IsForbidden(name));

    [Theory]
    [InlineData("Company")]
    [InlineData("TrackingCode")]
    [InlineData("Mapping")]
    public void The_check_leaves_innocent_names(string name) => Assert.False(IsForbidden(name));

    private static bool IsForbidden(string name) =>
        Words().Matches(name).Any(static word => ForbiddenWords.Contains(word.Value, StringComparer.OrdinalIgnoreCase))
        || ForbiddenPhrases.Any(phrase => name.Contains(phrase, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Members(Type type, string path, HashSet<Type> seen)
    {
        if (!seen.Add(type)) yield break;

        foreach (var property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var member = $"{path}.{property.Name}";
            yield return member;
            foreach (var part in Parts(property.PropertyType).Where(static part => part.Assembly == typeof(Money).Assembly && !part.IsEnum))
            {
                foreach (var inner in Members(part, member, seen)) yield return inner;
            }
        }
    }

    private static IEnumerable<Type> Parts(Type type) => type.IsGenericType ? [type, .. type.GetGenericArguments().SelectMany(Parts)] : [type];

    /// <summary>« Track2Value » is Track and Value.</summary>
    [GeneratedRegex("[A-Z][a-z]*")]
    private static partial Regex Words();
}
