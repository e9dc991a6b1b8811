using System.Globalization;
using System.Resources;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Texts;

/// <summary>In which language people are spoken to; codes are the same in all.</summary>
public enum Language
{
    /// <summary>Where nothing else is asked for.</summary>
    French = 1,
    English = 2,
}

/// <summary>The API's words, from resources.</summary>
public static class ApiTexts
{
    private static readonly ResourceManager Resources = new("Ledger.Api.Texts.ApiTexts", typeof(ApiTexts).Assembly);
    private static readonly CultureInfo FrenchCulture = CultureInfo.GetCultureInfo("fr");
    private static readonly CultureInfo EnglishCulture = CultureInfo.GetCultureInfo("en");

    /// <summary>The title of a problem code.</summary>
    /// <exception cref="MissingManifestResourceException">The code has no text; a test holds that all have.</exception>
    public static string TitleOf(string code, Language language) => Find(code, language);

    /// <summary>What to show to the merchant for a message code.</summary>
    public static string MessageOf(string code, Language language) => Find($"message/{code}", language);

    /// <summary>« fr » or « en ».</summary>
    public static string TagOf(Language language) => CultureOf(language).Name;

    /// <summary>The language that Accept-Language ranks first of those we speak; French without one.</summary>
    public static Language LanguageOf(HttpRequest request)
    {
        var ranked = request.GetTypedHeaders().AcceptLanguage;
        foreach (var asked in ranked.Where(static l => l.Quality is not 0).OrderByDescending(static l => l.Quality ?? 1))
        {
            if (asked.Value.StartsWith("fr", StringComparison.OrdinalIgnoreCase)) return Language.French;
            if (asked.Value.StartsWith("en", StringComparison.OrdinalIgnoreCase)) return Language.English;
        }

        return Language.French;
    }

    private static string Find(string name, Language language) =>
        Resources.GetString(name, CultureOf(language)) ?? throw new MissingManifestResourceException($"« {name} » has no text.");

    private static CultureInfo CultureOf(Language language) => language switch
    {
        Language.French => FrenchCulture,
        Language.English => EnglishCulture,
    };
}
