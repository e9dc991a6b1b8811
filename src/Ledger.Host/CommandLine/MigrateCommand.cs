using System.CommandLine;
using System.Globalization;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Postgres;
using Ledger.Postgres.Schema;
using Ledger.Projections;
using Ledger.Projections.Postgres;
using Spectre.Console;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger migrate`: makes the ledger's tables in a PostgreSQL database, or brings them up to this program's version. A server never does.</summary>
internal static class MigrateCommand
{
    public static Command Build()
    {
        var connection = CommonOptions.Connection();
        var command = new Command("migrate", "Make the tables in a PostgreSQL database, or bring them up to date. Stop the servers and back up before.") { connection };
        command.SetAction((result, cancellation) => Edge.RunAsync(token => RunAsync(CommonOptions.Database(result.GetValue(connection)), token), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(PostgresOptions options, CancellationToken cancellation)
    {
        var before = await PostgresSchema.MigrateAsync(options, cancellation);
        var views = await PostgresViewStorage.MigrateAsync(options, ReadModels.Schemas, cancellation);
        Terminal.Out.WriteLine(before switch
        {
            0 => string.Create(CultureInfo.InvariantCulture, $"The ledger is made, version {PostgresSchema.Version}."),
            _ when before == PostgresSchema.Version => string.Create(CultureInfo.InvariantCulture, $"The ledger has version {before} already; nothing was changed."),
            _ => string.Create(CultureInfo.InvariantCulture, $"The ledger went from version {before} to {PostgresSchema.Version}."),
        });
        if (!views.IsEmpty) Terminal.Out.WriteLine($"Read models that servers fill from the log: {string.Join(", ", views)}.");
        return ExitCode.Ok;
    }
}
