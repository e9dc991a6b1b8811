using System.CommandLine;
using Ledger.Hosting.Composition;

namespace Ledger.Hosting.CommandLine;

/// <summary>The options of every command that serves.</summary>
internal sealed class ServeOptions
{
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<string?> _log = CommonOptions.Log();
    private readonly Option<string?> _connection = CommonOptions.Connection();

    private readonly Option<string?> _acquirer = new("--acquirer") { Description = "Where « ledger acquirer » listens. Default: LEDGER_ACQUIRER, or one simulated in this process.", HelpName = "url" };

    private readonly Option<string?> _urls = new("--urls") { Description = $"Where to listen. Default: LEDGER_URLS, or {ServerSettings.UrlsDefault}.", HelpName = "urls" };

    public void AddTo(Command command)
    {
        foreach (var option in new[] { _data, _log, _connection, _acquirer, _urls }) command.Options.Add(option);
    }

    /// <returns>Key and value of what was given.</returns>
    public KeyValuePair<string, string?>[] Read(ParseResult result) =>
    [
        new("DATA", result.GetValue(_data)),
        new("LOG", result.GetValue(_log)),
        new("CONNECTION", result.GetValue(_connection)),
        new("ACQUIRER", result.GetValue(_acquirer)),
        new("URLS", result.GetValue(_urls)),
    ];

    /// <exception cref="UsageException">Servers that share a log would each ask an acquirer of their own.</exception>
    public static void CheckAcquirer(ServerSettings settings)
    {
        if (settings is { Log: LogPlace.Database, Acquirer: null })
        {
            throw new UsageException("Servers that share a log must ask the same acquirer: start « ledger acquirer » and give its address with --acquirer or LEDGER_ACQUIRER.");
        }
    }
}
