using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>
/// States of streams that somebody reads, for readers that then need no turn on the stream's shard. A state stands here only while all of it is durable
/// and nothing of its stream is on its way to the log: a read answers as its shard would at that moment, and whoever has seen an event in the log never
/// reads a state before it. A stream that another one's place was taken by is read on its shard and comes back: which one that is follows from the names
/// alone. Shards write, each of its own streams; any thread reads.
/// </summary>
internal sealed class CommittedStates
{
    /// <summary>Streams that have a place, of all shards; a power of two. Their states are kept from the collector as long.</summary>
    public const int StreamsMax = 16_384;

    private readonly Place?[] _places = new Place?[StreamsMax];

    /// <returns>Null when its shard has to be asked.</returns>
    public CommittedState? Find(StreamName stream) => PlaceOf(stream)?.State;

    /// <summary>Somebody reads this stream, and nothing of it is in flight.</summary>
    public void Publish(Actor actor)
    {
        Domain.Invariant.Holds(actor.LastUnit is null);
        var state = new CommittedState(actor.Version, actor.State);
        if (PlaceOf(actor.Stream) is { } place) place.State = state;
        else Volatile.Write(ref _places[IndexOf(actor.Stream)], new Place(actor.Stream) { State = state });
    }

    /// <summary>Before an event of this stream is on its way: from now on its shard is asked.</summary>
    public void Withdraw(Actor actor)
    {
        if (PlaceOf(actor.Stream) is { } place) place.State = null;
    }

    /// <summary>Nothing of this stream is in flight any more: it stands here again, where somebody read it before.</summary>
    public void Renew(Actor actor)
    {
        if (PlaceOf(actor.Stream) is { } place) place.State = new CommittedState(actor.Version, actor.State);
    }

    private Place? PlaceOf(StreamName stream) =>
        Volatile.Read(ref _places[IndexOf(stream)]) is { } place && place.Stream == stream ? place : null;

    // Fibonacci hashing: ids that begin with their time differ in few bits.
    private static int IndexOf(StreamName stream) => (int)(unchecked(stream.StableHash() * 2_654_435_769u) >> 18);

    private sealed class Place(StreamName stream)
    {
        private CommittedState? _state;

        public StreamName Stream { get; } = stream;

        /// <summary>Null while something is in flight.</summary>
        public CommittedState? State
        {
            get => Volatile.Read(ref _state);
            set => Volatile.Write(ref _state, value);
        }
    }
}

/// <param name="Version">Number of events in <paramref name="State"/>; 0 for a stream that does not exist.</param>
internal sealed record CommittedState(long Version, object State);
