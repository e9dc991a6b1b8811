using System.Collections.Concurrent;
using System.Text;
using Ledger.Contracts.Integration.V1;
using Ledger.Contracts.V1;
using Ledger.Postgres.Fixture;
using Ledger.Projections.Conformance;

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>A real broker, and a consumer and a sender that know nothing of Wolverine.</summary>
public sealed class RabbitTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_broker_that_dies_and_comes_back_has_every_event_in_the_form_that_is_specified()
    {
        await using var broker = await RabbitServer.StartAsync();
        await using var bench = await Bench.CreateAsync(postgres, broker.Uri);
        await bench.StartServiceAsync();
        var life = new TradingLife(11, bench.Log, Sample.Day);
        var heard = new ConcurrentQueue<RabbitMessage>();

        await using (await RabbitClient.ConnectAsync(broker.Uri, heard, []))
        {
            life.Live(60);
            await UntilHeardAsync(bench, heard);
        }

        await broker.CrashAsync();
        life.Live(60);
        await Bench.UntilAsync(async () => await bench.CountAsync("wolverine_outgoing_envelopes") > 0, "messages wait in the outbox");
        await broker.StartAgainAsync();
        await using (await RabbitClient.ConnectAsync(broker.Uri, heard, []))
        {
            await bench.UntilToldAsync();
            await UntilHeardAsync(bench, heard);
        }

        Assert.All(heard, static message =>
        {
            var e = Bench.Read(message.Type, Encoding.UTF8.GetBytes(message.Body));
            Assert.Equal((e.Origin.MessageId.ToString(), IntegrationMessages.ContentType), (message.Id, message.ContentType));
        });
    }

    [Fact]
    public async Task A_foreign_sender_gets_his_answers_and_no_poison_holds_him_up()
    {
        await using var broker = await RabbitServer.StartAsync();
        await using var bench = await Bench.CreateAsync(postgres, broker.Uri);
        await bench.StartServiceAsync();
        var answers = new ConcurrentQueue<RabbitMessage>();
        await using var sender = await RabbitClient.ConnectAsync(broker.Uri, [], answers);

        await sender.SendAsync("ledger.oppose-card.v1", $$"""{"commandId":"{{Guid.NewGuid()}}","cardToken":"tok_rabbit_1","reason":"lost"}""");
        await sender.SendAsync("ledger.renew-card.v1", $$"""{"commandId":"{{Guid.NewGuid()}}","cardToken":"tok_rabbit_2","replacementToken":"tok_rabbit_3"}""");
        await sender.SendAsync(null, "no type, no JSON");
        await sender.SendAsync("ledger.oppose-card.v1", "{");
        await sender.SendAsync("ledger.oppose-card.v1", $$"""{"commandId":"{{Guid.NewGuid()}}","cardToken":"tok_rabbit_4","reason":"stolen"}""");

        await Bench.UntilAsync(() => Task.FromResult(answers.Count == 3), "the answers come, past the poison");
        Assert.Equal(["ledger.command-accepted.v1", "ledger.command-rejected.v1", "ledger.command-accepted.v1"], answers.Select(static answer => answer.Type));
        Assert.Contains(ProblemCodes.Card.NotOpposed, answers.ElementAt(1).Body, StringComparison.Ordinal);
        await Bench.UntilAsync(async () => await bench.CountAsync("wolverine_dead_letters") == 2, "the poison is dead");
    }

    private static Task UntilHeardAsync(Bench bench, ConcurrentQueue<RabbitMessage> heard) => Bench.UntilAsync(
        async () => (await RelayTests.ExpectedIdsAsync(bench)).Select(static id => id.ToString()).ToHashSet().SetEquals(heard.Select(static message => message.Id)), "the consumer hears of all");

    [Fact]
    public async Task A_broker_that_is_not_there_at_the_start_is_said_so()
    {
        await using var bench = await Bench.CreateAsync(postgres, new Uri("amqp://guest:guest@127.0.0.1:1"));

        var refused = await Assert.ThrowsAsync<EventLog.EventLogUnavailableException>(() => bench.StartServiceAsync());
        Assert.Contains("broker", refused.Message, StringComparison.Ordinal);
    }
}
