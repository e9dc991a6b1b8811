using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.EventLog.Sqlite.ToDo;
using Ledger.EventLog.ToDo;
using Ledger.Postgres;
using Ledger.Projections.Postgres;
using Ledger.Projections.Storage;

namespace Ledger.Hosting.Composition;

/// <summary>Runs what one server alone does at a time, until it is cancelled.</summary>
/// <param name="work">Ends soon after its token is cancelled; may be begun again.</param>
internal delegate Task RunAlone(Func<CancellationToken, Task> work, CancellationToken cancellation);

/// <summary>What a server keeps its events, read models and to-do lists in: the files of its folder, which it has for itself, or a database that it shares.</summary>
/// <param name="HowToForgetToDo">What an operator does to have the to-do lists made anew.</param>
/// <param name="RunAlone">With files, at once; with a database, while this server holds its lease.</param>
internal sealed record LedgerStores(IEventLog Log, IViewStorage Views, Func<IToDoStore> OpenToDo, string HowToForgetToDo, RunAlone RunAlone)
{
    /// <summary>Null where everything is in files.</summary>
    public PostgresDatabase? Database { get; init; }

    /// <summary>Stored, so never renamed.</summary>
    private const string ProcessesLease = "processes";

    /// <summary>Five views with four reads and a writer each, four processes, and some for requests.</summary>
    private const int ThreadsMin = 40;

    /// <param name="closers">Gets what has to be closed.</param>
    /// <param name="onTrouble">Told when the database does not say whose turn it is; any thread.</param>
    /// <exception cref="EventLogRefusedException">Another server has the folder, or what is there cannot be used.</exception>
    public static async Task<LedgerStores> OpenAsync(LogPlace place, LedgerFolder folder, Closers closers, Action<Exception> onTrouble, CancellationToken cancellation)
    {
        switch (place)
        {
            case LogPlace.File:
                // Whoever has the log has the folder.
                var (file, views) = await place.OpenWithViewsAsync(closers, cancellation);
                return new LedgerStores(file, views, () => SqliteToDoStore.Open(folder.ToDo), $"Delete {folder.ToDo}", static (work, token) => work(token));
            case LogPlace.Database database:
                closers.Add(FolderLock.Take(folder));
                ReserveThreads();
                var opened = closers.Add(await PostgresDatabase.OpenAsync(database.Options, cancellation));
                var log = closers.Add(await PostgresEventLog.OpenAsync(opened, cancellation));
                var lease = log.NewLease(ProcessesLease, Guid.CreateVersion7());
                return new LedgerStores(log, new PostgresViewStorage(opened), () => log.NewToDoStore(lease), "Empty ledger.checkpoints and ledger.todo_items", (work, token) => lease.RunAsync(work, onTrouble, token)) { Database = opened };
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Who reads and writes read models and to-do lists waits for the database on a thread of the pool: a bounded number of them, and nobody else waits for one of these to come free.</summary>
    private static void ReserveThreads()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, ThreadsMin), completions);
    }
}
