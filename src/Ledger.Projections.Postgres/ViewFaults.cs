using Ledger.Postgres;
using Ledger.Projections.Storage;
using Npgsql;

namespace Ledger.Projections.Postgres;

/// <summary>What went wrong at the database, in the words of the read models' port.</summary>
internal static class ViewFaults
{
    public static T Guard<T>(Func<T> run)
    {
        try
        {
            return run();
        }
        catch (Exception exception) when (Translate(exception) is { } translated)
        {
            throw translated;
        }
    }

    public static async ValueTask<T> GuardAsync<T>(Func<ValueTask<T>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception exception) when (Translate(exception) is { } translated)
        {
            throw translated;
        }
    }

    /// <summary>A generation's tables are gone: another process has replaced it.</summary>
    public static bool IsGone(PostgresException exception) => exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName;

    private static ViewStoreException? Translate(Exception exception) => PostgresFaults.Translate(exception) is { } fault ? new ViewStoreException(fault.Message, fault) : null;
}
