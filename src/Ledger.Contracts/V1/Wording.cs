using System.Globalization;
using System.Resources;

namespace Ledger.Contracts.V1;

/// <summary>In which language people are spoken to; codes are the same in all.</summary>
public enum Language
{
    /// <summary>Where nothing else is asked for.</summary>
    French = 1,
    English = 2,
}

/// <summary>
/// What people read, from resources: the one place of these words for the API, the web space, the phone app and simulated terminals.
/// Any thread.
/// </summary>
public static class Wording
{
    private static readonly ResourceManager Resources = new("Ledger.Contracts.V1.Wording", typeof(Wording).Assembly);
    private static readonly CultureInfo FrenchCulture = CultureInfo.GetCultureInfo("fr");
    private static readonly CultureInfo EnglishCulture = CultureInfo.GetCultureInfo("en");

    /// <summary>What to show to the merchant for one of <see cref="MessageCodes"/>.</summary>
    /// <exception cref="MissingManifestResourceException">There is no such code; a test holds that all have words.</exception>
    public static string OfMessage(string code, Language language) => Find($"message/{code}", language);

    /// <summary>What a button, link or tab is called, for one of <see cref="LabelCodes"/>.</summary>
    /// <exception cref="MissingManifestResourceException">There is no such code; a test holds that all have words.</exception>
    public static string OfLabel(string code, Language language) => Find($"label/{code}", language);

    /// <summary>Whose words and formats a language has: « fr » or « en », the language's tag as well.</summary>
    public static CultureInfo CultureOf(Language language) => language switch
    {
        Language.French => FrenchCulture,
        Language.English => EnglishCulture,
    };

    private static string Find(string name, Language language) =>
        Resources.GetString(name, CultureOf(language)) ?? throw new MissingManifestResourceException($"« {name} » has no text.");
}
