using System.Collections.Immutable;
using JasperFx.Events;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.LoadTests.Runtimes;
using Marten;
using Weasel.Core;

namespace Ledger.Cluster.LoadTests;

/// <summary>
/// A command handler as Marten's documents show it: a session a command, FetchForWriting of the aggregate, an append, SaveChanges. The same commands, and less to do: no
/// rules, command records, chain or global positions.
/// </summary>
internal sealed class MartenSessions(DocumentStore store) : IRunningEngine, ILedgerEngine
{
    public ILedgerEngine Engine => this;

    public static async ValueTask<IRunningEngine> OpenAsync(LogPlace place, CancellationToken cancellation)
    {
        var connection = await place.CreateDatabaseAsync(cancellation);
        var store = DocumentStore.For(options =>
        {
            options.Connection(connection);
            options.UseSystemTextJsonForSerialization(casing: Casing.CamelCase);
            options.Events.StreamIdentity = StreamIdentity.AsString;
            options.Events.AppendMode = EventAppendMode.Quick;
            options.Events.AddEventType<PaymentRequested>();
        });
        await store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        return new MartenSessions(store);
    }

    public async ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
    {
        var part = command.Parts[0];
        await using var session = store.LightweightSession();
        var stream = await session.Events.FetchForWriting<Payment>(part.Stream.ToString(), cancellation);
        if (stream.Aggregate is not null) throw new InvalidOperationException("Every command of the traffic begins a stream of its own.");

        stream.AppendOne(PaymentRequested.Of((TransactionCommand.Request)part.Build([])));
        await session.SaveChangesAsync(cancellation);
        return new CommandReply(CommandOutcome.Accepted, null, [new StreamVersion(part.Stream, 1)], 0, false);
    }

    public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class => throw new NotSupportedException();

    public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class => throw new NotSupportedException();

    public async ValueTask DisposeAsync() => await store.DisposeAsync();
}
