using System.Net.Mail;
using Ledger.Engine.Tickets;
using Ledger.Hosting.CommandLine;
using Ledger.Postgres;

namespace Ledger.Hosting.Composition;

/// <summary>
/// What a deployment may set: on the command line, else by environment variables LEDGER_…, else in appsettings.json of the working folder.
/// </summary>
internal sealed record ServerSettings
{
    public const string UrlsDefault = "http://localhost:5080";

    private const int ShardsMax = 64;

    /// <summary>LEDGER_DATA.</summary>
    public required LedgerFolder Folder { get; init; }

    /// <summary>LEDGER_LOG and LEDGER_CONNECTION: sqlite, the folder's files, or postgres with a connection string. Contacts and credentials are where the log is.</summary>
    public required LogPlace Log { get; init; }

    /// <summary>LEDGER_URLS: where to listen, separated by « ; ».</summary>
    public string Urls { get; init; } = UrlsDefault;

    /// <summary>LEDGER_SHARDS: threads that decide; 1 to 64.</summary>
    public int Shards { get; init; } = 2;

    /// <summary>LEDGER_LOG_FORMAT: simple or json, on stdout.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Simple;

    /// <summary>LEDGER_LOG_LEVEL: of our own lines and of warnings of the framework.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>LEDGER_DOCS: serve the API's page at /docs. On by default, off for a server that the world can reach.</summary>
    public bool Docs { get; init; } = true;

    /// <summary>LEDGER_SIMULATED_FAULTS: true lets an amount's cents decide what the simulated acquirer does wrong.</summary>
    public bool SimulatedFaults { get; init; } = true;

    /// <summary>LEDGER_ACQUIRER: where a simulated acquirer runs that several servers ask; null: each simulates its own.</summary>
    public Uri? Acquirer { get; init; }

    /// <summary>LEDGER_SMTP_HOST and what goes with it; null: tickets go to the folder's outbox.</summary>
    public SmtpTicketOptions? Smtp { get; init; }

    /// <summary>OTEL_EXPORTER_OTLP_ENDPOINT, by its standard name: where measures are sent to; null: nowhere.</summary>
    public Uri? Collector { get; init; }

    /// <summary>Where settings come from.</summary>
    /// <param name="commandLine">Key and value of what was given there.</param>
    public static IConfiguration Configure(IEnumerable<KeyValuePair<string, string?>> commandLine) => new ConfigurationBuilder()
        .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
        .AddEnvironmentVariables("LEDGER_")
        .AddInMemoryCollection(commandLine.Where(static pair => pair.Value is not null))
        .Build();

    /// <param name="commandLine">Key and value of what was given there.</param>
    /// <exception cref="UsageException">A value is out of range; the message names its key.</exception>
    public static ServerSettings Read(IEnumerable<KeyValuePair<string, string?>> commandLine) => Read(Configure(commandLine));

    /// <exception cref="UsageException">A value is out of range; the message names its key.</exception>
    public static ServerSettings Read(IConfiguration configuration)
    {
        var folder = new LedgerFolder(Path.GetFullPath(configuration["DATA"] ?? LedgerFolder.DefaultPath));
        return new ServerSettings
        {
            Folder = folder,
            Log = LogOf(configuration, folder),
            Urls = UrlsOf(configuration["URLS"] ?? UrlsDefault),
            Shards = NumberOf(configuration, "SHARDS", 2, 1, ShardsMax),
            LogFormat = OneOf(configuration, "LOG_FORMAT", LogFormat.Simple),
            LogLevel = OneOf(configuration, "LOG_LEVEL", LogLevel.Information),
            Docs = FlagOf(configuration, "DOCS", true),
            SimulatedFaults = FlagOf(configuration, "SIMULATED_FAULTS", true),
            Acquirer = AcquirerOf(configuration),
            Smtp = SmtpOf(configuration),
            Collector = CollectorOf(Environment.GetEnvironmentVariable(Telemetry.EndpointVariable)),
        };
    }

    private static LogPlace LogOf(IConfiguration configuration, LedgerFolder folder)
    {
        if (OneOf(configuration, "LOG", LogKind.Sqlite) == LogKind.Sqlite) return new LogPlace.File(folder);
        return configuration["CONNECTION"] is { Length: > 0 } connection
            ? new LogPlace.Database(new PostgresOptions(connection))
            : throw new UsageException("LOG is postgres, and there is no CONNECTION: give --connection or LEDGER_CONNECTION, for instance \"Host=localhost;Username=ledger;Database=ledger\".");
    }

    private static Uri? AcquirerOf(IConfiguration configuration)
    {
        if (configuration["ACQUIRER"] is not { Length: > 0 } text) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme == Uri.UriSchemeHttp ? address : throw new UsageException($"ACQUIRER is « {text} »; write http://localhost:5090, where « ledger acquirer » listens.");
    }

    /// <exception cref="UsageException">No address; the exporter itself would go on without a word.</exception>
    internal static Uri? CollectorOf(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? address
            : throw new UsageException($"{Telemetry.EndpointVariable} is « {text} »; write http://localhost:4317, where a collector takes OTLP.");
    }

    private static string UrlsOf(string text)
    {
        var urls = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        // Kestrel takes « * » and « + » for any host, which no URI is.
        var isWellFormed = urls.Length > 0 && urls.All(static url => Uri.TryCreate(url.Replace('*', 'a').Replace('+', 'a'), UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttp);
        return isWellFormed ? text : throw new UsageException($"URLS is « {text} »; write http://localhost:5080, several with « ; » between them. Put TLS in front of it.");
    }

    /// <summary>SMTP_HOST, SMTP_PORT, SMTP_FROM, SMTP_TLS, SMTP_USER, SMTP_PASSWORD, SMTP_SMS_GATEWAY.</summary>
    private static SmtpTicketOptions? SmtpOf(IConfiguration configuration)
    {
        if (configuration["SMTP_HOST"] is not { Length: > 0 } host) return null;
        if (!MailAddress.TryCreate(configuration["SMTP_FROM"], out var from)) throw new UsageException("SMTP_FROM must be the sender's e-mail address when SMTP_HOST is set.");

        return new SmtpTicketOptions(host, NumberOf(configuration, "SMTP_PORT", 587, 1, 65_535), from.Address)
        {
            UsesTls = FlagOf(configuration, "SMTP_TLS", true),
            User = configuration["SMTP_USER"],
            Password = configuration["SMTP_PASSWORD"],
            SmsGateway = configuration["SMTP_SMS_GATEWAY"],
        };
    }

    /// <exception cref="UsageException">No number within the range; the message names the key.</exception>
    internal static int NumberOf(IConfiguration configuration, string key, int byDefault, int min, int max)
    {
        if (configuration[key] is not { } text) return byDefault;
        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new UsageException($"{key} is « {text} »; it must be a number from {min} to {max}.");
    }

    private static bool FlagOf(IConfiguration configuration, string key, bool byDefault)
    {
        if (configuration[key] is not { } text) return byDefault;
        return bool.TryParse(text, out var flag) ? flag : throw new UsageException($"{key} is « {text} »; it must be true or false.");
    }

    private static T OneOf<T>(IConfiguration configuration, string key, T byDefault)
        where T : struct, Enum
    {
        if (configuration[key] is not { } text) return byDefault;
        return Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw new UsageException($"{key} is « {text} »; it must be one of: {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
    }
}

internal enum LogKind
{
    Sqlite = 1,
    Postgres = 2,
}

internal enum LogFormat
{
    Simple = 1,
    Json = 2,
}
