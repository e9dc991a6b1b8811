using JasperFx.Events;
using Ledger.Cluster.Marten.Schema;
using Ledger.EventLog;
using Ledger.Postgres;
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
        var cause => PostgresFaults.Translate(cause),
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
}
