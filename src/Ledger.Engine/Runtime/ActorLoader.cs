using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>Makes actors from the log, and remembers which histories cannot be read. One thread: its shard's, which waits for the log.</summary>
internal sealed class ActorLoader(IEventLog log, EventCodec codec, int restartsMax)
{
    /// <summary>Events read at a time.</summary>
    private const int PageCountMax = 1000;

    /// <summary>More broken streams than this are not remembered, only tried again by every command.</summary>
    private const int FailedStreamsMax = 1024;

    private readonly Dictionary<StreamName, FailedStream> _failed = [];

    public int FailedCount => _failed.Count;

    /// <exception cref="ActorFailedException">The history cannot be read, or could not the last times.</exception>
    /// <exception cref="EventLogUnavailableException">The log cannot be reached; says nothing about the stream.</exception>
    public Actor Load(StreamName stream, StreamType type)
    {
        var attempts = 0;
        if (_failed.TryGetValue(stream, out var failed))
        {
            attempts = failed.Attempts;
            if (attempts > restartsMax) throw new ActorFailedException(stream, failed.Error);
        }

        try
        {
            var actor = Replay(stream, type);
            _failed.Remove(stream);
            return actor;
        }
        catch (Exception exception) when (exception is not (EventLogUnavailableException or EventLogFencedException))
        {
            // The actor's edge: whatever is wrong with this history, other streams run on.
            if (failed is not null || _failed.Count < FailedStreamsMax) _failed[stream] = new FailedStream(exception, attempts + 1);
            throw new ActorFailedException(stream, exception);
        }
    }

    /// <summary>Takes in what the log has after the actor's state.</summary>
    /// <inheritdoc cref="Load"/>
    public void CatchUp(Actor actor)
    {
        try
        {
            ReplayOnto(actor);
        }
        catch (Exception exception) when (exception is not (EventLogUnavailableException or EventLogFencedException))
        {
            // The actor's edge, as in Load, which counts: it is loaded from the beginning next.
            throw new ActorFailedException(actor.Stream, exception);
        }
    }

    private Actor Replay(StreamName stream, StreamType type)
    {
        var actor = new Actor(stream, type);
        ReplayOnto(actor);
        return actor;
    }

    private void ReplayOnto(Actor actor)
    {
        var (stream, type) = (actor.Stream, actor.Type);
        while (true)
        {
            var page = Blocking.Wait(log.ReadStreamAsync(stream, actor.Version, PageCountMax, CancellationToken.None));
            foreach (var recorded in page)
            {
                Invariant(recorded.Version == actor.Version + 1);
                actor.State = type.Evolve(actor.State, codec.Decode(recorded.Type, recorded.Payload.Span));
                actor.Version = recorded.Version;
            }

            if (!page.IsEmpty) actor.Hash = page[^1].Hash.Span;
            if (page.Length < PageCountMax) return;
        }
    }

    private static void Invariant(bool condition) => Domain.Invariant.Holds(condition, "a stream's versions follow each other");

    private sealed record FailedStream(Exception Error, int Attempts);
}

/// <summary>
/// For the engine's own threads only: they have nothing else to do than to wait for the log, and order stays strict.
/// </summary>
internal static class Blocking
{
    public static T Wait<T>(ValueTask<T> task) => task.IsCompletedSuccessfully ? task.Result : task.AsTask().GetAwaiter().GetResult();
}
