using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.EventLog.Sqlite;
using Ledger.Hosting.CommandLine;
using Ledger.Postgres;
using Ledger.Projections.Postgres;
using Ledger.Projections.Storage;
using Ledger.Projections.Storage.Sqlite;

namespace Ledger.Hosting.Composition;

/// <summary>Which log a command works on: the file of a folder, or a PostgreSQL database.</summary>
internal abstract record LogPlace
{
    private LogPlace() { }

    /// <summary>The first word of an address: « sqlite:folder » or « postgres:connection string ».</summary>
    private const string SqliteScheme = "sqlite:";

    private const string PostgresScheme = "postgres:";

    /// <exception cref="UsageException">It is no address.</exception>
    public static LogPlace Parse(string address)
    {
        if (address.StartsWith(SqliteScheme, StringComparison.Ordinal) && address.Length > SqliteScheme.Length) return new File(new LedgerFolder(System.IO.Path.GetFullPath(address[SqliteScheme.Length..])));
        if (address.StartsWith(PostgresScheme, StringComparison.Ordinal) && address.Length > PostgresScheme.Length) return new Database(new PostgresOptions(address[PostgresScheme.Length..]));

        // Not repeated: it may hold a password.
        throw new UsageException("A log's address is sqlite:<folder> or postgres:<connection string>, for instance sqlite:./ledger-data or \"postgres:Host=localhost;Username=ledger;Database=ledger\".");
    }

    /// <summary>For reading, also beside running servers.</summary>
    public abstract Task<IEventLog> OpenForReadingAsync(CancellationToken cancellation);

    /// <summary>For writing; a file is made when it is missing, a database must have been migrated.</summary>
    public abstract Task<IEventLog> OpenForWritingAsync(CancellationToken cancellation);

    /// <summary>The log, for writing, and the read models that follow it.</summary>
    /// <param name="closers">Gets what has to be closed.</param>
    public abstract Task<(IEventLog Log, IViewStorage Views)> OpenWithViewsAsync(Closers closers, CancellationToken cancellation);

    /// <summary>How people are told of it; never with a password.</summary>
    public abstract override string ToString();

    internal sealed record File(LedgerFolder Folder) : LogPlace
    {
        public override string ToString() => Folder.ToString();

        public override Task<IEventLog> OpenForReadingAsync(CancellationToken cancellation) => Task.FromResult<IEventLog>(SqliteEventLog.OpenReadOnly(Folder.Log));

        public override Task<IEventLog> OpenForWritingAsync(CancellationToken cancellation)
        {
            Folder.Create();
            return Task.FromResult<IEventLog>(SqliteEventLog.Open(Folder.Log, SqliteEventLogOptions.Default));
        }

        public override async Task<(IEventLog Log, IViewStorage Views)> OpenWithViewsAsync(Closers closers, CancellationToken cancellation) =>
            (closers.Add(await OpenForWritingAsync(cancellation)), new SqliteViewStorage(Folder.Views));
    }

    internal sealed record Database(PostgresOptions Options) : LogPlace
    {
        public override string ToString() => "the PostgreSQL database";

        public override async Task<IEventLog> OpenForReadingAsync(CancellationToken cancellation) => await PostgresEventLog.OpenAsync(Options, cancellation);

        public override async Task<IEventLog> OpenForWritingAsync(CancellationToken cancellation) => await PostgresEventLog.OpenAsync(Options, cancellation);

        public override async Task<(IEventLog Log, IViewStorage Views)> OpenWithViewsAsync(Closers closers, CancellationToken cancellation)
        {
            var database = closers.Add(await PostgresDatabase.OpenAsync(Options, cancellation));
            return (closers.Add(await PostgresEventLog.OpenAsync(database, cancellation)), new PostgresViewStorage(database));
        }
    }
}
