using EventStore.Client;
using Grpc.Core;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb;

/// <summary>What went wrong, in the words of <see cref="IEventLog"/>. A server's own message may hold an address or values, so only the condition leaves.</summary>
internal static class EventStoreDbFaults
{
    public static async Task<T> GuardAsync<T>(Func<Task<T>> run, CancellationToken cancellation)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested && Translate(exception) is { } translated)
        {
            throw translated;
        }
        catch (RpcException exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellation);
        }
    }

    /// <returns>Null for what is none of the server's: it goes on as it is.</returns>
    public static Exception? Translate(Exception exception) => exception switch
    {
        AccessDeniedException or NotAuthenticatedException => new EventLogRefusedException("EventStoreDB does not let this user read and append to the log's stream. Give it both, and the right name and password in the connection string."),
        StreamDeletedException => new EventLogRefusedException("The log's stream was deleted in EventStoreDB for ever. Restore the server from a backup, or name another stream for a new log."),
        MaximumAppendSizeExceededException => new EventLogRefusedException(
            $"EventStoreDB takes no append of this size. Start it with --max-append-size {EventStoreDbOptions.ServersAppendBytesMax}, or open the log with a smaller {nameof(EventStoreDbOptions.AppendBytesMax)}."),
        _ => IsAway(exception) ? Unavailable(exception) : null,
    };

    /// <summary>The server or the way to it; whether something took effect is then not known.</summary>
    public static bool IsAway(Exception exception) =>
        exception is RpcException or NotLeaderException or DiscoveryException or OperationCanceledException or TimeoutException or HttpRequestException or IOException;

    private static EventLogUnavailableException Unavailable(Exception exception) => new(
        $"EventStoreDB did not answer ({(exception is RpcException rpc ? rpc.StatusCode.ToString() : exception.GetType().Name)}). What was asked may be tried again; what had been done is found then.",
        exception);
}
