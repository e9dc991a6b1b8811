using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Ledger.Domain;
using Ledger.Engine.Runtime.Packing;
using Ledger.EventLog;

namespace Ledger.Engine.Runtime;

/// <summary>A decider with its types erased, so that one actor loop serves all streams. Pure; safe for any thread.</summary>
internal abstract class StreamType
{
    public abstract string Category { get; }

    public abstract Type StateType { get; }

    public abstract object Initial { get; }

    /// <exception cref="ArgumentException">The command is none of this decider's.</exception>
    public abstract Decided Decide(object state, object command);

    public abstract object Evolve(object state, ILedgerEvent @event);

    /// <summary>How its waiting actors are packed; null: they are not.</summary>
    public virtual StatePacking? Packing => null;

    /// <summary>Which actors are decided together.</summary>
    /// <exception cref="ArgumentException">The id is none of this category's.</exception>
    public virtual ushort PartitionOf(StreamName stream) => Partitions.OfText(stream.Id);

    /// <summary>What another stream of the partition does in the same unit because of these events; null for nothing.</summary>
    public virtual Reaction? React(object state, ImmutableArray<ILedgerEvent> events) => null;
}

/// <summary>Events to append, or one reason why not.</summary>
internal readonly record struct Decided(ImmutableArray<ILedgerEvent> Events, CommandRejection? Rejection);

internal sealed record Reaction(StreamName Stream, object Command);

internal class StreamType<TDecider, TState, TCommand, TEvent, TRejection> : StreamType
    where TDecider : IDecider<TState, TCommand, TEvent, TRejection>
    where TState : class
    where TCommand : class
    where TEvent : class, ILedgerEvent
    where TRejection : struct, Enum
{
    private static readonly FrozenDictionary<TRejection, CommandRejection> Rejections = Enum.GetValues<TRejection>().ToFrozenDictionary(
        static reason => reason,
        static reason => new CommandRejection(TDecider.Category, Convert.ToInt32(reason, CultureInfo.InvariantCulture), reason.ToString()));

    public override string Category => TDecider.Category;

    public override Type StateType => typeof(TState);

    public override object Initial => TDecider.Initial;

    public override Decided Decide(object state, object command)
    {
        if (command is not TCommand typed) throw new ArgumentException($"A {Category} stream takes no {command.GetType().Name}.", nameof(command));

        var decision = TDecider.Decide((TState)state, typed);
        if (decision.Rejection is { } reason) return new Decided([], Rejections[reason]);
        return new Decided(ImmutableArray<ILedgerEvent>.CastUp(decision.Events), null);
    }

    public override object Evolve(object state, ILedgerEvent @event) =>
        @event is TEvent typed
            ? TDecider.Evolve((TState)state, typed)
            : throw new InvariantException($"{@event.GetType().Name} is no event of a {Category} stream");
}
