using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Api.Tests;

/// <summary>An engine whose mailbox is full when a test says so; else it is the real one.</summary>
public sealed class SwitchableEngine(ILedgerEngine inner) : ILedgerEngine
{
    private int _room = int.MaxValue;

    /// <summary>So many commands are taken in from now on, and no more.</summary>
    public int Room
    {
        set => Volatile.Write(ref _room, value);
    }

    public ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation) =>
        Interlocked.Decrement(ref _room) < 0 ? ValueTask.FromException<CommandReply>(new MailboxFullException()) : inner.ExecuteAsync(command, cancellation);

    public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class => inner.ReadAsync<TState>(stream, cancellation);

    public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class => inner.ReadAtAsync<TState>(stream, version, cancellation);
}
