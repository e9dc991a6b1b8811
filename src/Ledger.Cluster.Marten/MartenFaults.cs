using System.Net.Sockets;
using JasperFx.Events;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Marten.Exceptions;
using Npgsql;
using StreamExistsException = Marten.Exceptions.ExistingStreamIdCollisionException;

namespace Ledger.Cluster.Marten;

/// <summary>
/// What went wrong, in the words of <see cref="IEventLog"/>. A server's own message may hold values of rows, and Marten's the command, so only the code and the
/// condition leave.
/// </summary>
internal static class MartenFaults
{
    /// <summary>How deep Marten wraps what the database said; it does so once or twice.</summary>
    private const int WrappingsMax = 8;

    private const string NotKnown = "Where a commit was under way, whether it took effect shows when it is tried again.";

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

    /// <returns>Null for what is none of the database's: it goes on as it is.</returns>
    public static Exception? Translate(Exception exception) => Cause(exception) switch
    {
        EventStreamUnexpectedMaxEventIdException or StreamExistsException => new EventLogCorruptException(
            $"A stream has events in mt_events that this log does not know: another program appended to it by itself. {EventLogCorruptException.WhatToDo}"),
        InvalidStreamOperationException => new EventLogRefusedException("A stream of the log was archived in Marten by another program, and takes no more events. Restore it there (is_archived = false) and try again."),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedColumn } missing =>
            new EventLogRefusedException($"The database lacks a part of the ledger's schema ({missing.SqlState}). Run {nameof(MartenLogSchema)}.{nameof(MartenLogSchema.MigrateAsync)}, or restore it from a backup."),
        PostgresException { SqlState: PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.InsufficientPrivilege } denied =>
            new EventLogRefusedException($"The database server refuses this user or this database ({denied.SqlState}). Check the connection string and the user's rights."),
        PostgresException { SqlState: PostgresErrorCodes.DataCorrupted or PostgresErrorCodes.IndexCorrupted } corrupt =>
            new EventLogCorruptException($"The database reports damage ({corrupt.SqlState}). {EventLogCorruptException.WhatToDo}"),
        PostgresException failed => new EventLogUnavailableException($"The database could not do it ({failed.SqlState}, {Condition(failed.SqlState)}). {NotKnown}"),
        NpgsqlException or SocketException or TimeoutException or IOException => new EventLogUnavailableException($"The database cannot be reached or did not answer in time. {NotKnown}"),
        _ => null,
    };

    /// <summary>What Marten wrapped; the exception itself where that is none of Marten's.</summary>
    private static Exception Cause(Exception exception)
    {
        for (var depth = 0; depth < WrappingsMax && exception is MartenException or AggregateException && exception.InnerException is { } inner; depth++)
        {
            if (exception is StreamExistsException) break;
            exception = inner;
        }

        return exception;
    }

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
