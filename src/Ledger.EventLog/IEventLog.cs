using System.Collections.Immutable;
using Ledger.Domain;
using NodaTime;

namespace Ledger.EventLog;

/// <summary>
/// Append-only streams in one global commit order. Every log passes tests/Ledger.EventLog.Conformance.
/// Appending is for one caller at a time (the engine's committer); reading is for any number of threads, also while an append is under way.
/// </summary>
public interface IEventLog : IAsyncDisposable
{
    /// <summary>Position of the last committed event that is known here; 0 when there is none. Where <see cref="HasOtherWriters"/>, there may be later ones.</summary>
    long LastPosition { get; }

    /// <summary>
    /// Other processes append to it at the same time. What was read of a stream is then true only until one of them writes: whoever decides on it without
    /// writing to it says so in <see cref="AppendUnit.Reads"/>.
    /// </summary>
    bool HasOtherWriters { get; }

    /// <summary>
    /// Makes all units durable in one commit, in order. A unit is atomic over its streams: it is there whole or not at all.
    /// A unit that is refused (a version that is not the expected one, a command id seen before) leaves the others alone.
    /// When this returns, what was appended survives the loss of the process and of the machine's power.
    /// </summary>
    /// <returns>One result per unit, in the order of the units.</returns>
    /// <exception cref="EventLogUnavailableException">
    /// Nothing of the batch was committed (full disk), or whether it was is not known (lost connection): the same batch may be tried again, and what is there
    /// already is a duplicate. Or the disk failed to make it durable, and whether it is there only the next start can tell: then this instance refuses everything
    /// that comes after.
    /// </exception>
    /// <exception cref="EventLogFencedException">Another writer took the log over. Nothing was committed, and nothing will be by this instance.</exception>
    ValueTask<ImmutableArray<AppendResult>> AppendAsync(IReadOnlyList<AppendUnit> units, CancellationToken cancellation);

    /// <summary>One stream's events with a version above <paramref name="afterVersion"/>, at most <paramref name="countMax"/>, in order. The chain is verified.</summary>
    /// <returns>Empty when there are none; an unknown stream is a stream without events.</returns>
    /// <exception cref="EventLogCorruptException">An event's bytes are not those that were appended; the message names stream, version and position.</exception>
    ValueTask<ImmutableArray<RecordedEvent>> ReadStreamAsync(StreamName stream, long afterVersion, int countMax, CancellationToken cancellation);

    /// <summary>
    /// Events of all streams with a position above <paramref name="afterPosition"/>, at most <paramref name="countMax"/>, in commit order.
    /// Positions are 1, 2, 3… without gaps, and an event becomes visible only after all events before it: a reader never skips one.
    /// Not verified here, so that a projection reads at full speed; the verifier does.
    /// </summary>
    ValueTask<ImmutableArray<RecordedEvent>> ReadAllAsync(long afterPosition, int countMax, CancellationToken cancellation);

    /// <summary>Completes when <see cref="LastPosition"/> is above <paramref name="position"/>: at once if it already is.</summary>
    ValueTask WaitForAsync(long position, CancellationToken cancellation);

    /// <summary>The record of a command that was committed before, or null.</summary>
    ValueTask<CommandRecord?> FindCommandAsync(Guid commandId, CancellationToken cancellation);

    /// <summary>Records of commands in order of their ids' bytes, after <paramref name="afterId"/> (null: from the first), at most <paramref name="countMax"/>.</summary>
    ValueTask<ImmutableArray<CommandRecord>> ReadCommandsAsync(Guid? afterId, int countMax, CancellationToken cancellation);

    /// <summary>Names, versions and chain heads of all streams, in order of name, after <paramref name="afterName"/> (null: from the first).</summary>
    ValueTask<ImmutableArray<StreamHead>> ReadHeadsAsync(string? afterName, int countMax, CancellationToken cancellation);
}

/// <summary>One command's effect: its record and its events, on one stream or several.</summary>
/// <param name="Command">Its record, committed with the events.</param>
/// <param name="Writes">At most one write per stream; none when the command was refused or had been in effect (its record is kept all the same).</param>
public sealed record AppendUnit(CommandRecord Command, ImmutableArray<StreamWrite> Writes)
{
    /// <summary>Streams that it was decided on and does not write. One that is at another version refuses the unit, as with writes; none: nothing is checked.</summary>
    public ImmutableArray<StreamRead> Reads { get; init; } = [];
}

/// <param name="Version">The stream's version that was read; 0 for a stream that does not exist.</param>
public readonly record struct StreamRead(StreamName Stream, long Version);

/// <param name="ExpectedVersion">The stream's version that the writer saw; 0 for a stream that must not exist.</param>
/// <param name="Events">At least one.</param>
public sealed record StreamWrite(StreamName Stream, long ExpectedVersion, ImmutableArray<NewEvent> Events)
{
    /// <summary>
    /// The chain hash that the first event was made on; empty to leave it unchecked. Where the stream's last event has another one, the unit is
    /// refused as a version conflict even if the versions agree: what was made on top of a refused unit never follows another writer's events.
    /// </summary>
    public ReadOnlyMemory<byte> PreviousHash { get; init; }

    /// <summary>For implementers: whether it was made on this head, as far as it says.</summary>
    /// <param name="head">The hash of the stream's last event, or <see cref="ChainHash.Genesis"/>.</param>
    public bool Follows(ReadOnlySpan<byte> head) => PreviousHash.IsEmpty || PreviousHash.Span.SequenceEqual(head);
}

/// <summary>An event on its way in: already encoded and chained, so that hashing is not on the commit's path.</summary>
/// <param name="Type">Stored name and version of its type, for instance « transaction-completed.1 ».</param>
/// <param name="Payload">UTF-8 JSON; stored and given back as these exact bytes.</param>
/// <param name="Hash">See <see cref="ChainHash"/>: 32 bytes over the previous hash, the canonical header and the payload.</param>
public readonly record struct NewEvent(string Type, Instant RecordedAt, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Hash);

/// <param name="Position">Place in commit order over all streams, from 1, without gaps.</param>
/// <param name="Version">Place in its stream, from 1, without gaps.</param>
/// <param name="RecordedAt">The writer's clock when it was decided.</param>
/// <param name="CommandId">The command that caused it.</param>
public sealed record RecordedEvent(
    long Position,
    StreamName Stream,
    long Version,
    string Type,
    Instant RecordedAt,
    Guid CommandId,
    ReadOnlyMemory<byte> Payload,
    ReadOnlyMemory<byte> Hash)
{
    private DecodedOnce _decoded;

    /// <summary>
    /// For implementers who give several readers the same object: what it says is kept with it, so that it is decoded once for all of them. To be called
    /// before anybody has it.
    /// </summary>
    /// <returns>This object.</returns>
    public RecordedEvent ForManyReaders()
    {
        _decoded = new DecodedOnce(new DecodedOnce.Place());
        return this;
    }

    /// <summary>What it says, as <paramref name="decode"/> has it; any thread.</summary>
    internal ILedgerEvent Decode(EventCodec codec, Func<EventCodec, RecordedEvent, ILedgerEvent> decode)
    {
        if (_decoded.Kept is not { } place) return decode(codec, this);

        // A copy that was given other bytes has the original's place, and what stands there is not its own.
        var known = Volatile.Read(ref place.Known);
        if (known is not null && known.Codec == codec && known.Type == Type && known.Payload.Equals(Payload)) return known.Event;

        var @event = decode(codec, this);
        Volatile.Write(ref place.Known, new DecodedOnce.Known(codec, Type, Payload, @event));
        return @event;
    }

    /// <summary>No part of an event's value: any two are equal.</summary>
    private readonly struct DecodedOnce(DecodedOnce.Place kept) : IEquatable<DecodedOnce>
    {
        public Place? Kept { get; } = kept;

        public bool Equals(DecodedOnce other) => true;

        public override bool Equals(object? obj) => obj is DecodedOnce;

        public override int GetHashCode() => 0;

        public sealed class Place
        {
            public Known? Known;
        }

        public sealed record Known(EventCodec Codec, string Type, ReadOnlyMemory<byte> Payload, ILedgerEvent Event);
    }
}

/// <summary>What is kept of a command for as long as it may be repeated (15 months).</summary>
/// <param name="Id">Chosen by the caller.</param>
/// <param name="Fingerprint">32 bytes: SHA-256 of the request's canonical body. The same id with another fingerprint is a conflict.</param>
/// <param name="Reply">The engine's encoded reply, given again to a repeat. At most <see cref="ReplyLengthMax"/> bytes.</param>
public sealed record CommandRecord(Guid Id, ReadOnlyMemory<byte> Fingerprint, ReadOnlyMemory<byte> Reply, Instant RecordedAt)
{
    public const int ReplyLengthMax = 64 * 1024;
}

/// <param name="Hash">The hash of the stream's last event.</param>
public sealed record StreamHead(StreamName Stream, long Version, ReadOnlyMemory<byte> Hash);

public abstract record AppendResult
{
    private AppendResult() { }

    /// <param name="LastPosition">Position of the unit's last event; the log's position at that moment when it had none.</param>
    public sealed record Appended(long LastPosition) : AppendResult;

    /// <summary>Someone else wrote first; nothing of the unit was appended. Equal versions say that the events are others.</summary>
    public sealed record VersionConflict(StreamName Stream, long ExpectedVersion, long ActualVersion) : AppendResult;

    /// <summary>The id was used before; nothing of the unit was appended.</summary>
    public sealed record DuplicateCommand(CommandRecord Existing) : AppendResult;
}
