using System.Collections.Immutable;
using Ledger.EventLog;

namespace Ledger.Engine;

/// <summary>Runs commands on actors and answers when what they did is durable. Safe for any number of callers.</summary>
public interface ILedgerEngine
{
    /// <summary>
    /// Decides the command's parts in order, on one shard, as one unit: all of them or none. Returns after the commit.
    /// The same id and fingerprint returns the first reply again, with <see cref="CommandReply.Replayed"/>.
    /// </summary>
    /// <param name="cancellation">Stops the waiting, not the command: it may have taken effect, so repeat it with the same id.</param>
    /// <exception cref="CommandIdReusedException">The id was used with another fingerprint; nothing happened.</exception>
    /// <exception cref="MailboxFullException">Too much is waiting; nothing happened, try again later.</exception>
    /// <exception cref="ActorFailedException">A decider or a history broke; the actor was stopped, nothing was appended.</exception>
    /// <exception cref="EventLogUnavailableException">
    /// The commit failed: nothing of this command was appended. Where the log or the engine is another process, only its answer may be missing: repeat it with the same id.
    /// </exception>
    ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation);

    /// <summary>A stream's committed state and version, from its actor (which is activated if need be).</summary>
    /// <typeparam name="TState">The decider's state type; another one is a programming error.</typeparam>
    ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class;

    /// <summary>A stream's state right after its event number <paramref name="version"/>, from the log: for repeating an old answer to the letter.</summary>
    ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class;
}

/// <param name="Version">Number of events taken in; 0 for a stream that does not exist.</param>
public sealed record StreamState<TState>(StreamName Stream, long Version, TState State)
    where TState : class;

/// <summary>One thing to do, whole or not at all.</summary>
/// <param name="Id">Chosen by the caller; a retry uses the same.</param>
/// <param name="Fingerprint">32 bytes: SHA-256 of the request's canonical body.</param>
/// <param name="Parts">At least one; all on streams of one partition, each stream at most once.</param>
public sealed record EngineCommand(Guid Id, ReadOnlyMemory<byte> Fingerprint, ImmutableArray<CommandPart> Parts)
{
    /// <summary>
    /// The caller reads the streams of its parts as soon as it has its reply: they are kept at hand from the commit on. Changes no answer. Default false.
    /// </summary>
    public bool IsReadAfter { get; init; }

    /// <summary>The common case: one stream.</summary>
    public static EngineCommand One(Guid id, ReadOnlyMemory<byte> fingerprint, StreamName stream, object command) => new(id, fingerprint, [new CommandPart(stream, command)]);
}

/// <summary>What became of a command. Kept with it, and given again to a repeat.</summary>
/// <param name="Rejection">Why not; null unless <see cref="CommandOutcome.Rejected"/>.</param>
/// <param name="Versions">Each part's stream and its version afterwards, reactions included.</param>
/// <param name="Position">Global position of its last event; where it appended none, a position at or after which its reasons are visible. For reads that must see it.</param>
/// <param name="Replayed">True when this is the stored reply to an earlier call.</param>
public sealed record CommandReply(CommandOutcome Outcome, CommandRejection? Rejection, ImmutableArray<StreamVersion> Versions, long Position, bool Replayed)
{
    public bool IsAccepted => Outcome is not CommandOutcome.Rejected;
}

public readonly record struct StreamVersion(StreamName Stream, long Version);

/// <summary>Stored numbers: append, never reuse.</summary>
public enum CommandOutcome
{
    /// <summary>Events were appended.</summary>
    Accepted = 1,

    /// <summary>It was in effect before; nothing was appended.</summary>
    AlreadyDone = 2,

    /// <summary>A rule said no; nothing was appended.</summary>
    Rejected = 3,
}

/// <param name="Category">Which decider refused, for instance « transaction ».</param>
/// <param name="Code">The number in its rejection enum.</param>
/// <param name="Name">The name in its rejection enum, for instance « DayIsOver ».</param>
public sealed record CommandRejection(string Category, int Code, string Name);

/// <summary>The command's id stands for another body. Nothing happened.</summary>
public sealed class CommandIdReusedException(Guid id) : Exception($"Command id {id:N} was used before with another body. Use a new id for a new request.")
{
    public Guid Id { get; } = id;
}

/// <summary>The shard's mailbox is full. Nothing happened; try again after <see cref="RetryAfterSeconds"/>.</summary>
public sealed class MailboxFullException() : Exception("Too many commands are waiting. Nothing was done; try again later.")
{
    public static int RetryAfterSeconds => 1;
}

/// <summary>A stream's actor stopped: its history or its decider broke an invariant. Other actors run on.</summary>
public sealed class ActorFailedException(StreamName stream, Exception inner) : Exception($"{stream}: the actor stopped; nothing was appended. {inner.Message}", inner)
{
    public StreamName Stream { get; } = stream;
}
