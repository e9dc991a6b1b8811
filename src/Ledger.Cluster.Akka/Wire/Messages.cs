using Ledger.Engine;

namespace Ledger.Cluster.Akka.Wire;

/// <summary>What nodes say to each other; all of it has a manifest in <see cref="WireSerializer"/>.</summary>
internal interface IWireMessage;

/// <summary>To the entity of the command's first stream, which answers its sender with <see cref="CommandAnswered"/> or <see cref="CommandFailed"/>.</summary>
internal sealed class ExecuteCommand(long callNumber, EngineCommand command) : IWireMessage
{
    /// <summary>The sender's own, which the answer bears.</summary>
    public long CallNumber { get; } = callNumber;

    public EngineCommand Command { get; } = command;

    /// <summary>The entity's name: that of the stream of the first part.</summary>
    public string EntityId => field ??= Command.Parts[0].Stream.ToString();

    public string ShardId => field ??= StreamShards.ShardOf(Command.Parts[0].Stream);
}

/// <param name="CallNumber">Of the <see cref="ExecuteCommand"/> that it answers.</param>
internal abstract record Answer(long CallNumber) : IWireMessage;

internal sealed record CommandAnswered(long CallNumber, CommandReply Reply) : Answer(CallNumber);

/// <summary>One of the engine's exceptions, which the caller gets as the same.</summary>
internal sealed record CommandFailed(long CallNumber, Exception Error) : Answer(CallNumber);
