using System.Resources;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Texts;

/// <summary>The API's own words, from resources: the titles of its problems. What the merchant reads on a screen is in <see cref="Wording"/>.</summary>
public static class ApiTexts
{
    private static readonly ResourceManager Resources = new("Ledger.Api.Texts.ApiTexts", typeof(ApiTexts).Assembly);

    /// <summary>The title of a problem code.</summary>
    /// <exception cref="MissingManifestResourceException">The code has no text; a test holds that all have.</exception>
    public static string TitleOf(string code, Language language) =>
        Resources.GetString(code, Wording.CultureOf(language)) ?? throw new MissingManifestResourceException($"« {code} » has no text.");

    /// <summary>« fr » or « en ».</summary>
    public static string TagOf(Language language) => Wording.CultureOf(language).Name;

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
}
