using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Ledger.Cluster.Wolverine.Operating;
using Ledger.Contracts.Integration.V1;
using Ledger.Contracts.V1;
using Ledger.Domain.Cards;
using Ledger.Domain.Terminals;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.Postgres.Fixture;
using Ledger.Testing;
using Ledger.Testing.Postgres;

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>Commands of other services, by the queue in the database.</summary>
public sealed class CommandTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_command_that_comes_again_has_one_effect_and_the_same_answer()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        await bench.StartServiceAsync();
        var oppose = new Contracts.Integration.V1.OpposeCard(Guid.NewGuid(), "tok_card_1", Contracts.V1.OppositionReason.Lost);

        await bench.SendAsync(oppose);
        await bench.SendAsync(oppose);
        await bench.SendAsync(oppose, oppose.CommandId);
        await bench.SendAsync(oppose, oppose.CommandId);
        await UntilDoneAsync(bench);

        Assert.Single(await bench.Log.ReadStreamAsync(new CardToken("tok_card_1").Stream, 0, 10, default));
        Assert.Equal(1L, await bench.ScalarAsync("SELECT count(*) FROM ledger.commands"));
        Assert.NotNull(await bench.Log.FindCommandAsync(oppose.CommandId, default));
        var answer = Assert.IsType<CommandAccepted>(Assert.Single(await AnswersAsync(bench)));
        Assert.Equal((oppose.CommandId, 1L), (answer.CommandId, answer.Position));
    }

    [Fact]
    public async Task A_card_is_opposed_then_renewed_and_a_terminal_blocked()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        await bench.StartServiceAsync();
        var (card, reader) = (new CardToken("tok_card_1"), new TerminalSerial("T0000001"));
        await bench.RegisterAsync(reader);

        await bench.SendAsync(new Contracts.Integration.V1.OpposeCard(Guid.NewGuid(), card.Value, Contracts.V1.OppositionReason.Stolen));
        await bench.SendAsync(new Contracts.Integration.V1.RenewCard(Guid.NewGuid(), card.Value, "tok_card_2"));
        await bench.SendAsync(new Contracts.Integration.V1.BlockTerminal(Guid.NewGuid(), reader.Value, Contracts.V1.BlockReason.Lost));
        await UntilDoneAsync(bench);

        var opposed = Assert.IsType<CardState.Opposed>((await bench.Engine.ReadAsync<CardState>(card.Stream, default)).State);
        Assert.Equal(new CardToken("tok_card_2"), opposed.Replacement);
        Assert.IsType<TerminalState.Blocked>((await bench.Engine.ReadAsync<TerminalState>(reader.Stream, default)).State);
        Assert.All(await AnswersAsync(bench), static answer => Assert.IsType<CommandAccepted>(answer));
    }

    [Fact]
    public async Task A_rule_that_says_no_is_an_answer_and_no_failure()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        await bench.StartServiceAsync();
        var (renew, block) = (new Contracts.Integration.V1.RenewCard(Guid.NewGuid(), "tok_card_1", "tok_card_2"), new Contracts.Integration.V1.BlockTerminal(Guid.NewGuid(), "T0000009", Contracts.V1.BlockReason.Fault));

        await bench.SendAsync(renew);
        await bench.SendAsync(block);
        await UntilDoneAsync(bench);

        var answers = (await AnswersAsync(bench)).Cast<CommandRejected>().ToDictionary(static answer => answer.CommandId, static answer => answer.Code);
        Assert.Equal(new Dictionary<Guid, string> { [renew.CommandId] = ProblemCodes.Card.NotOpposed, [block.CommandId] = ProblemCodes.Terminal.NotRegistered }, answers);
        Assert.Equal(0, await bench.CountAsync("wolverine_dead_letters"));
    }

    [Fact]
    public async Task Poison_is_a_dead_letter_with_its_reason_and_holds_up_nobody()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        await bench.StartServiceAsync();
        var (used, cardNumber) = (Guid.NewGuid(), InventedCard.Number());
        var oppose = IntegrationMessages.NameOf(typeof(Contracts.Integration.V1.OpposeCard));
        await bench.SendAsync(new Contracts.Integration.V1.OpposeCard(used, "tok_card_1", Contracts.V1.OppositionReason.Lost));
        (string Name, string Body, string Reason)[] poison =
        [
            (oppose, "no JSON", "The body is no ledger.oppose-card.v1"),
            (oppose, "", "The body is no ledger.oppose-card.v1"),
            (oppose, $$"""{"commandId":"{{Guid.NewGuid()}}","cardToken":"tok_card_2","reason":"lost","extra":1}""", "$.extra"),
            (oppose, $$"""{"commandId":"{{Guid.NewGuid()}}","cardToken":"{{cardNumber}}","reason":"lost"}""", "cardToken is no card token"),
            (oppose, $$"""{"commandId":"{{Guid.Empty}}","cardToken":"tok_card_2","reason":"lost"}""", "commandId is all zeros"),
            (oppose, $$"""{"commandId":"{{used}}","cardToken":"tok_card_2","reason":"lost"}""", "was used before with another body"),
            ("ledger.refund-payment.v1", "{}", "ledger.refund-payment.v1"),
        ];

        foreach (var (name, body, _) in poison) await bench.SendAsync(name, Encoding.UTF8.GetBytes(body), Guid.NewGuid());
        await bench.SendAsync(new Contracts.Integration.V1.OpposeCard(Guid.NewGuid(), "tok_card_3", Contracts.V1.OppositionReason.Lost));

        await Bench.UntilAsync(async () => await bench.CountAsync("wolverine_dead_letters") == poison.Length, "all poison is dead");
        await UntilDoneAsync(bench);
        await using var messages = await MessagingOperator.OpenAsync(bench.Options, default);
        var dead = await messages.ReadDeadAsync(default);
        var reasons = string.Join('\n', dead.Select(static letter => $"{letter.Type}: {letter.Reason}"));
        Assert.All(poison, expected => Assert.True(dead.Any(letter => letter.Type == expected.Name && letter.Reason.Contains(expected.Reason, StringComparison.Ordinal)), $"{expected.Reason} not in\n{reasons}"));
        Assert.DoesNotContain(dead, letter => letter.Reason.Contains(cardNumber[..4], StringComparison.Ordinal));
        Assert.Single(await bench.Log.ReadStreamAsync(new CardToken("tok_card_3").Stream, 0, 10, default));
        Assert.Empty(await bench.Log.ReadStreamAsync(new CardToken("tok_card_2").Stream, 0, 10, default));
    }

    [Fact]
    public async Task A_dead_command_is_tried_again_when_an_operator_says_so_and_another_is_forgotten()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        var engine = new BreakableEngine(bench.Engine) { IsBroken = true };
        await bench.StartServiceAsync(engine: engine);
        await bench.SendAsync(new Contracts.Integration.V1.OpposeCard(Guid.NewGuid(), "tok_card_1", Contracts.V1.OppositionReason.Lost), Guid.NewGuid());
        await bench.SendAsync(new Contracts.Integration.V1.OpposeCard(Guid.NewGuid(), "tok_card_2", Contracts.V1.OppositionReason.Lost), Guid.NewGuid());
        await Bench.UntilAsync(async () => await bench.CountAsync("wolverine_dead_letters") == 2, "they are given up");
        Assert.True(engine.Tries >= 2 * 4, "each was tried several times");

        await using var messages = await MessagingOperator.OpenAsync(bench.Options, default);
        var dead = await messages.ReadDeadAsync(default);
        Assert.Equal(0, await messages.ReplayAsync(Guid.NewGuid(), default));
        Assert.Equal(1, await messages.DiscardAsync(dead[1].Id, default));
        engine.IsBroken = false;
        Assert.Equal(1, await messages.ReplayAsync(dead[0].Id, default));

        await Bench.UntilAsync(async () => (await messages.ReadStatusAsync(default)) is { Dead: 0, Inbox: 0, AnswersQueue: 1 }, "the one is done");
        Assert.Equal(1, await bench.LogEndAsync());
    }

    [Fact]
    public async Task Commands_and_events_wait_for_a_database_that_is_away_and_none_is_lost()
    {
        _ = postgres.Server;
        var folder = Directory.CreateTempSubdirectory("ledger-messages-");
        await using var server = await PostgresServer.StartAsync(folder.FullName, [], default);
        await using (var bench = await Bench.OpenAsync(await MigratedAsync(server)))
        {
            await bench.StartServiceAsync();
            for (var number = 0; number < 20; number++) await bench.SendAsync(new Contracts.Integration.V1.OpposeCard(Guid.NewGuid(), $"tok_card_{number}", Contracts.V1.OppositionReason.Lost));

            await server.CrashAsync(default);
            await server.StartAgainAsync(default);

            await Bench.UntilAsync(async () => await bench.LogEndAsync() == 20, "all are done");
            await UntilDoneAsync(bench);
            await Bench.UntilAsync(async () => (await AnswersAsync(bench)).Length == 20, "all are answered");
            await bench.UntilToldAsync();
            Assert.Equal(0, await bench.CountAsync("wolverine_dead_letters"));
        }

        await server.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private static async Task<Postgres.PostgresOptions> MigratedAsync(PostgresServer server)
    {
        var options = new Postgres.PostgresOptions(server.ConnectionString);
        await Postgres.Schema.PostgresSchema.MigrateAsync(options, default);
        return options;
    }

    private static Task UntilDoneAsync(Bench bench) => Bench.UntilAsync(
        async () => await bench.CountAsync("wolverine_queue_ledger_commands") == 0
            && (long)(await bench.ScalarAsync("SELECT count(*) FROM ledger_messages.wolverine_incoming_envelopes WHERE status <> 'Handled'"))! == 0
            && await bench.CountAsync("wolverine_outgoing_envelopes") == 0,
        "all commands are done");

    private static async Task<ImmutableArray<object>> AnswersAsync(Bench bench) =>
        [.. (await bench.PeekAsync("ledger_answers")).Select(static envelope => JsonSerializer.Deserialize(envelope.Data, IntegrationMessages.Answers[envelope.MessageType!], IntegrationMessages.Json)!)];

    /// <summary>Fails in a way that nobody foresaw.</summary>
    private sealed class BreakableEngine(ILedgerEngine inner) : ILedgerEngine
    {
        private int _tries;

        public bool IsBroken { get; set; }

        public int Tries => Volatile.Read(ref _tries);

        public ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _tries);
            return IsBroken ? throw new InvalidOperationException("broken") : inner.ExecuteAsync(command, cancellation);
        }

        public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
            where TState : class => inner.ReadAsync<TState>(stream, cancellation);

        public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
            where TState : class => inner.ReadAtAsync<TState>(stream, version, cancellation);
    }
}
