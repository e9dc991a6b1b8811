using System.CommandLine;
using System.Globalization;
using Ledger.Hosting.Composition;
using Ledger.Postgres;
using NodaTime;
using NodaTime.Text;

namespace Ledger.Hosting.CommandLine;

/// <summary>Options that several subcommands share; made anew for each, as the parser wants.</summary>
internal static class CommonOptions
{
    public static Option<string?> Data() => new("--data")
    {
        Description = $"Folder with the ledger's files. Default: LEDGER_DATA, or ./{LedgerFolder.DefaultPath}.",
        HelpName = "folder",
    };

    public static Option<string?> Connection() => new("--connection")
    {
        Description = "PostgreSQL database, as Npgsql's connection string; several hosts for a primary and its replicas. Default: LEDGER_CONNECTION.",
        HelpName = "string",
    };

    public static Option<string?> Log() => new("--log") { Description = "sqlite (the folder's file) or postgres (--connection). Default: LEDGER_LOG, or sqlite.", HelpName = "kind" };

    public static Option<bool> Json() => new("--json") { Description = "Print one stable JSON document on stdout, nothing else." };

    /// <exception cref="UsageException">There is no ledger in that folder.</exception>
    public static LedgerFolder ExistingFolder(string? data)
    {
        var folder = Folder(data);
        return File.Exists(folder.Log) ? folder : throw new UsageException($"There is no ledger in {folder} (no ledger.db). Give its folder with --data, or start one with: ledger serve --data {folder}");
    }

    /// <summary>The log that is there: a folder's, or a database's.</summary>
    /// <exception cref="UsageException">There is no ledger in that folder, or no connection string.</exception>
    public static LogPlace ExistingLog(string? log, string? data, string? connection)
    {
        var place = Place(log, data, connection);
        return place is LogPlace.File ? new LogPlace.File(ExistingFolder(data)) : place;
    }

    /// <summary>A folder, there or not, or a database.</summary>
    /// <exception cref="UsageException">No connection string.</exception>
    public static LogPlace Place(string? log, string? data, string? connection) =>
        ServerSettings.Read([new("LOG", log), new("DATA", data), new("CONNECTION", connection)]).Log;

    /// <exception cref="UsageException">There is no connection string.</exception>
    public static PostgresOptions Database(string? connection) =>
        ((LogPlace.Database)ServerSettings.Read([new("LOG", "postgres"), new("CONNECTION", connection)]).Log).Options;

    public static LedgerFolder Folder(string? data) => ServerSettings.Read([new("DATA", data)]).Folder;

    /// <exception cref="UsageException">Not an instant in UTC.</exception>
    public static Instant? Instant(string? text)
    {
        if (text is null) return null;

        var parsed = InstantPattern.ExtendedIso.Parse(text);
        return parsed.Success ? parsed.Value : throw new UsageException($"« {text} » is no instant. Write it in UTC, for instance 2026-11-22T13:05:09Z.");
    }

    /// <exception cref="UsageException">Not a day.</exception>
    public static LocalDate? Day(string? text)
    {
        if (text is null) return null;

        var parsed = LocalDatePattern.Iso.Parse(text);
        return parsed.Success ? parsed.Value : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"« {text} » is no day. Write it like 2026-11-22."));
    }
}
