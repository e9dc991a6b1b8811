using System.Collections.Immutable;
using System.Text.Json;
using Ledger.Cluster.Wolverine.Outbound;
using Ledger.Contracts.Integration.V1;
using Ledger.Domain.Terminals;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.EventLog.Postgres;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;
using Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Npgsql;
using Wolverine;
using Wolverine.Runtime;
using Wolverine.Runtime.Serialization;

[assembly: AssemblyFixture(typeof(PostgresFixture))]

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>A ledger in a database of its own, with a place for messages, and what its consumer finds in the queues.</summary>
internal sealed class Bench : IAsyncDisposable
{
    /// <summary>How long anything that must happen may take, before its test fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly PostgresDatabase _database;
    private readonly List<MessagingService> _services = [];
    private readonly List<CancellationTokenSource> _stopping = [];
    private readonly List<Task> _running = [];

    private Bench(MessagingOptions options, PostgresDatabase database, PostgresEventLog log, LedgerEngine engine) =>
        (Options, _database, Log, Engine) = (options, database, log, engine);

    public MessagingOptions Options { get; }

    public PostgresEventLog Log { get; }

    public LedgerEngine Engine { get; }

    public static ManualClock Clock { get; } = new(Instant.FromUtc(2026, 3, 10, 9, 0));

    public static async Task<Bench> CreateAsync(PostgresFixture postgres, Uri? rabbitMq = null) => await OpenAsync(await postgres.CreateLogAsync(), rabbitMq);

    public static async Task<Bench> OpenAsync(PostgresOptions options, Uri? rabbitMq = null)
    {
        var messaging = new MessagingOptions(options) { RabbitMq = rabbitMq };
        await MessagingSchema.MigrateAsync(messaging, default);
        var database = await PostgresDatabase.OpenAsync(options, default);
        var log = await PostgresEventLog.OpenAsync(database, default);
        return new Bench(messaging, database, log, new LedgerEngine(log, EventCodec.Default, Clock, new EngineOptions { RunsOnCallers = false }));
    }

    /// <summary>One more process, as far as the database can tell.</summary>
    public async Task<MessagingService> StartServiceAsync(MessagingOptions? options = null, ILedgerEngine? engine = null)
    {
        var service = await MessagingService.StartAsync(options ?? Options, _database, Log, engine ?? Engine, Clock, null, default);
        var stopping = new CancellationTokenSource();
        _services.Add(service);
        _stopping.Add(stopping);
        _running.Add(Task.Run(() => service.RunAsync(stopping.Token)));
        return service;
    }

    /// <summary>As another service that uses Wolverine puts it in the queue.</summary>
    /// <param name="transportId">Null for a new one.</param>
    public Task SendAsync(IIntegrationCommand command, Guid? transportId = null) =>
        SendAsync(IntegrationMessages.NameOf(command.GetType()), IntegrationMessages.Write(command), transportId ?? Guid.NewGuid());

    public async Task SendAsync(string name, byte[] body, Guid transportId)
    {
        var envelope = new Envelope { Id = transportId, MessageType = name, Data = body, ContentType = IntegrationMessages.ContentType, Destination = new Uri("postgresql://ledger_commands") };
        await using var connection = new NpgsqlConnection(Options.Database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("INSERT INTO ledger_messages.wolverine_queue_ledger_commands (id, body, message_type) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = transportId });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = EnvelopeSerializer.Serialize(envelope) });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        await command.ExecuteNonQueryAsync();
    }

    public async Task RegisterAsync(TerminalSerial serial)
    {
        var register = new TerminalCommand.Register(serial, "M010", AcceptanceCountry.France, 1, Clock.Now);
        Assert.True((await Engine.ExecuteAsync(EngineCommand.One(Guid.NewGuid(), new byte[32], serial.Stream, register), default)).IsAccepted);
    }

    /// <summary>As a process that is asked to stop.</summary>
    public async Task StopAsync(MessagingService service)
    {
        var at = _services.IndexOf(service);
        await _stopping[at].CancelAsync();
        await _running[at];
        await service.DisposeAsync();
        _services[at] = null!;
    }

    /// <summary>Relays that nothing keeps from running at the same time; what they write stays in the outbox.</summary>
    public async Task<OpenRelays> OpenRelaysAsync(int count, int eventsPerBatch, int waitingMax = 100_000)
    {
        var host = MessagingHost.Build(Options, _database.Source, null, null);
        await MessagingSchema.OpenStoreAsync(host);
        var runtime = host.Services.GetRequiredService<IWolverineRuntime>();
        var options = Options with { EventsPerBatchMax = eventsPerBatch, WaitingMax = waitingMax, LookEvery = TimeSpan.FromMilliseconds(1) };
        return new OpenRelays(host, [.. Enumerable.Range(0, count).Select(_ => new Relay(Log, EventCodec.Default, _database.Source, new Outbox(runtime, _database.Source), options, TimeProvider.System, NullLogger.Instance))]);
    }

    public Task ExecuteAsync(string sql) => PostgresFixture.ExecuteAsync(Options.Database.ConnectionString, sql);

    public Task<object?> ScalarAsync(string sql) => PostgresFixture.ScalarAsync(Options.Database.ConnectionString, sql);

    public async Task<long> CountAsync(string table) => (long)(await ScalarAsync($"SELECT count(*) FROM ledger_messages.{table}"))!;

    /// <summary>Until it is so; the test fails when it does not become so.</summary>
    public static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            Assert.False(patience.IsCancellationRequested, $"Not in time: {what}");
            await Task.Yield();
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <summary>What waits in a queue of the database, oldest first.</summary>
    public Task<ImmutableArray<Envelope>> PeekAsync(string queue) => ReadBodiesAsync($"SELECT body FROM ledger_messages.wolverine_queue_{queue} ORDER BY timestamp");

    /// <summary>The events of their queue, which has them no more.</summary>
    public async Task<ImmutableArray<IIntegrationEvent>> TakeEventsAsync() =>
        Read(await ReadBodiesAsync("DELETE FROM ledger_messages.wolverine_queue_ledger_events RETURNING body"));

    /// <summary>From now on it is known that a message was put in the outbox, whatever happens to it later.</summary>
    public async Task CountPutsAsync()
    {
        await ExecuteAsync("CREATE TABLE puts (id uuid NOT NULL)");
        await ExecuteAsync("CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO puts VALUES (NEW.id); RETURN NEW; END'");
        await ExecuteAsync("CREATE TRIGGER put AFTER INSERT ON ledger_messages.wolverine_outgoing_envelopes FOR EACH ROW EXECUTE FUNCTION put()");
    }

    public async Task<long> PutsAsync(string what = "*") => (long)(await ScalarAsync($"SELECT count({what}) FROM puts"))!;

    private async Task<ImmutableArray<Envelope>> ReadBodiesAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(Options.Database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var found = ImmutableArray.CreateBuilder<Envelope>();
        while (await rows.ReadAsync()) found.Add(EnvelopeSerializer.Deserialize(rows.GetFieldValue<byte[]>(0)));
        return found.ToImmutable();
    }

    /// <summary>The events of a queue, as a consumer reads them.</summary>
    public async Task<ImmutableArray<IIntegrationEvent>> ReadEventsAsync() => Read(await PeekAsync("ledger_events"));

    private static ImmutableArray<IIntegrationEvent> Read(ImmutableArray<Envelope> envelopes) => [.. envelopes.Select(static envelope => Read(envelope.MessageType!, envelope.Data!))];

    public static IIntegrationEvent Read(string name, ReadOnlySpan<byte> body) => (IIntegrationEvent)JsonSerializer.Deserialize(body, IntegrationMessages.Events[name], IntegrationMessages.Json)!;

    /// <summary>Until the log is told to its end and all of it is where its consumer finds it.</summary>
    public Task UntilToldAsync() => UntilAsync(
        async () => (long)(await ScalarAsync("SELECT position FROM ledger_messages.tracks WHERE last IS NULL"))! == await LogEndAsync() && await CountAsync("wolverine_outgoing_envelopes") == 0,
        "the log is told to its end");

    public async Task<long> LogEndAsync() => (long)(await ScalarAsync("SELECT coalesce(max(position), 0) FROM ledger.events"))!;

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services.ToArray()) if (service is not null) await StopAsync(service);
        foreach (var stopping in _stopping) stopping.Dispose();
        await Engine.DisposeAsync();
        await Log.DisposeAsync();
        await _database.DisposeAsync();
    }
}

/// <summary>Relays over a host that is not started.</summary>
internal sealed record OpenRelays(IHost Host, ImmutableArray<Relay> Relays) : IAsyncDisposable
{
    public ValueTask DisposeAsync()
    {
        Host.Dispose();
        return ValueTask.CompletedTask;
    }
}
