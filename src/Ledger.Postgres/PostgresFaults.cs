using System.Net.Sockets;
using Ledger.EventLog;
using Ledger.Postgres.Schema;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>What went wrong, in the words of the log's port. A server's own message may hold values of rows, so only its code and condition leave.</summary>
internal static class PostgresFaults
{
    public static async Task<T> GuardAsync<T>(Func<Task<T>> run)
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

    /// <returns>Null for what is none of the database's: it goes on as it is.</returns>
    public static Exception? Translate(Exception exception) => exception switch
    {
        PostgresException { SqlState: Migrations.LostEventsState } lost => new EventLogFencedException(
            $"This database server lacks acknowledged events: {lost.MessageText}. It is a stale copy or a replica that was promoted before it had all. Stop, and bring back the server that has them."),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn } missing =>
            new EventLogRefusedException($"The database lacks a part of the ledger's schema ({missing.SqlState}). Run « ledger migrate », or restore it from a backup."),
        PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege } denied =>
            new EventLogRefusedException($"The database server refuses this user or this database ({denied.SqlState}). Check the connection string and the user's rights.", denied),
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } corrupt =>
            new EventLogCorruptException($"The database reports damage ({corrupt.SqlState}). {EventLogCorruptException.WhatToDo}", corrupt),
        PostgresException failed => new EventLogUnavailableException($"The database could not do it ({failed.SqlState}, {Condition(failed.SqlState)}). {NotKnown}", failed),
        NpgsqlException or SocketException or TimeoutException or IOException => new EventLogUnavailableException($"The database cannot be reached or did not answer in time. {NotKnown}", exception),
        _ => null,
    };

    private const string NotKnown = "Where a commit was under way, whether it took effect shows when it is tried again.";

    private static string Condition(string state) => state switch
    {
        PostgresErrorCodes.DiskFull => "its disk is full: make room",
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => "it took too long",
        PostgresErrorCodes.ReadOnlySqlTransaction => "it can only be read: a standby; name the primary too",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => "it is stopping or starting",
        PostgresErrorCodes.TooManyConnections => "it has no connection left",
        _ => "see its log",
    };
}
