using System.Text.Json;
using EventStore.Client;
using Ledger.Cluster.Testing.EventStoreDb;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.LoadTests.Runtimes;

namespace Ledger.Cluster.EventStoreDb.LoadTests;

/// <summary>
/// A command handler as EventStoreDB's documents show it: a stream an aggregate, read it, fold it, append with the revision that was read. The same commands, and less to
/// do: no rules, command records, chain or global positions.
/// </summary>
internal sealed class EventStoreDbStreams(EventStoreClient client, EventStoreDbServer server) : IRunningEngine, ILedgerEngine
{
    public ILedgerEngine Engine => this;

    public static async ValueTask<IRunningEngine> OpenAsync(LogPlace place, CancellationToken cancellation)
    {
        var server = await EventStoreDbEngines.StartServerAsync(place, cancellation);
        return new EventStoreDbStreams(new EventStoreClient(EventStoreClientSettings.Create(server.ConnectionString)), server);
    }

    public async ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
    {
        var part = command.Parts[0];
        var name = part.Stream.ToString();
        var read = client.ReadStreamAsync(Direction.Forwards, name, StreamPosition.Start, cancellationToken: cancellation);
        if (await read.ReadState != ReadState.StreamNotFound) throw new InvalidOperationException("Every command of the traffic begins a stream of its own.");

        var request = (TransactionCommand.Request)part.Build([]);
        var data = JsonSerializer.SerializeToUtf8Bytes(new
        {
            Transaction = request.TransactionId.Value,
            Sale = request.SaleId.Value,
            Merchant = request.Contract.MerchantId.Value,
            ContractVersion = request.Contract.Version,
            Terminal = request.Terminal.Value,
            Device = request.Device.Value,
            request.Number,
            Amount = request.Amount.MinorUnits,
            Currency = request.Amount.Currency.ToString(),
            Ticket = request.Ticket.ToString(),
            At = request.ReceivedAt.ToDateTimeOffset(),
        });
        await client.AppendToStreamAsync(name, StreamState.NoStream, [new EventData(Uuid.NewUuid(), "PaymentRequested", data)], cancellationToken: cancellation);
        return new CommandReply(CommandOutcome.Accepted, null, [new StreamVersion(part.Stream, 1)], 0, false);
    }

    public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class => throw new NotSupportedException();

    public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class => throw new NotSupportedException();

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync();
        await server.DisposeAsync();
    }
}
