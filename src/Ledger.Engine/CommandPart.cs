using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;

namespace Ledger.Engine;

/// <summary>What to ask of one stream.</summary>
public sealed record CommandPart
{
    private readonly object _commandOrBuild;

    /// <param name="stream">The stream to decide on.</param>
    /// <param name="command">A command of its decider, or an <see cref="IBuiltCommand"/>.</param>
    public CommandPart(StreamName stream, object command)
    {
        Stream = stream;
        _commandOrBuild = command;
    }

    /// <param name="stream">The stream to decide on.</param>
    /// <param name="build">Makes the command from the events that the parts before it gave. Pure; runs on the shard. Cannot be sent to another process, as an <see cref="IBuiltCommand"/> can.</param>
    public CommandPart(StreamName stream, Func<IReadOnlyList<ILedgerEvent>, object> build)
    {
        Stream = stream;
        _commandOrBuild = build;
    }

    public StreamName Stream { get; }

    /// <summary>The command, or the <see cref="IBuiltCommand"/>, as it was given; null for a function.</summary>
    public object? Content => _commandOrBuild is Func<IReadOnlyList<ILedgerEvent>, object> ? null : _commandOrBuild;

    /// <summary>The command, given the events of the parts before it.</summary>
    public object Build(IReadOnlyList<ILedgerEvent> before) => _commandOrBuild switch
    {
        IBuiltCommand built => built.Build(before),
        Func<IReadOnlyList<ILedgerEvent>, object> build => build(before),
        var command => command,
    };
}

/// <summary>A command that needs what the parts before it gave. A record of values, so that it can be sent to where it is decided.</summary>
public interface IBuiltCommand
{
    /// <summary>Pure; runs on the shard.</summary>
    /// <param name="before">The events of the parts before it, in order; none where those changed nothing.</param>
    object Build(IReadOnlyList<ILedgerEvent> before);
}

/// <summary>
/// Opens a transaction under the number that its terminal gave it in the part before. Where the terminal knew the transaction before and gave none, the request keeps its own
/// number, and the transaction's stream answers.
/// </summary>
/// <param name="Request">With the number 0.</param>
public sealed record NumberedRequest(TransactionCommand.Request Request) : IBuiltCommand
{
    /// <inheritdoc/>
    public object Build(IReadOnlyList<ILedgerEvent> before)
    {
        TerminalEvent.TransactionStarted? started = null;
        foreach (var @event in before) started = @event as TerminalEvent.TransactionStarted ?? started;
        return started is null ? Request : Request with { Number = started.Number };
    }
}
