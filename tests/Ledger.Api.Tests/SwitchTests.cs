using System.Net;
using Ledger.Contracts.V1;
using Ledger.Engine;
using Ledger.Testing;
using Ledger.Vault;

namespace Ledger.Api.Tests;

/// <summary>Many commands in one request, each with its own id and its own outcome.</summary>
public class SwitchTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    [Fact]
    public async Task Payments_on_one_terminal_run_in_the_order_of_the_request()
    {
        const int Payments = 20;
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var commands = Enumerable.Range(1, Payments).SelectMany(n => feed.Payment(shop, n)).ToArray();

        var outcomes = await feed.OutcomesAsync(commands);

        // A terminal has one payment at a time, so any that was overtaken would have been refused.
        Assert.All(outcomes, static o => Assert.Equal((SwitchResult.Accepted, (string?)null), (o.Result, o.Code)));
        Assert.Equal(commands.Select(static (c, i) => (i + 1, (string?)c.Id)), outcomes.Select(static o => (o.Line, o.Id)));
        Assert.Equal([1, 2, 3, 4], outcomes[^4..].Select(static o => o.Version!.Value));
        var last = await shop.ReadAsync(commands[^1].TransactionId);
        Assert.Equal((TransactionStatus.Completed, Payments, "A1B2C3"), (last.Status, last.Number, last.AuthorisationCode));
    }

    [Fact]
    [Rule("I11")]
    public async Task The_same_request_again_has_the_same_outcomes_and_no_effect()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        SwitchCommand[] commands = [.. feed.Payment(shop), new SwitchCommand.Abort(feed.Ids.Next(), feed.Ids.NextTransaction(shop.Serial), AbortReason.NetworkLost)];
        var first = await feed.OutcomesAsync(commands);
        var position = _server.Log.LastPosition;

        var again = await feed.OutcomesAsync(commands);

        Assert.Equal((SwitchResult.Rejected, ProblemCodes.Transaction.NotRequested), (first[^1].Result, first[^1].Code));
        Assert.Equal(first.Select(static o => o with { Replayed = true }), again);
        Assert.Equal(position, _server.Log.LastPosition);
    }

    [Fact]
    [Rule("E22")]
    public async Task An_id_that_stands_for_another_command_is_refused_and_members_in_another_order_are_the_same_command()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var request = feed.Request(shop, 100);
        Assert.Equal(SwitchResult.Accepted, (await feed.OutcomesAsync(request))[0].Result);

        var other = (await feed.OutcomesAsync(request with { Amount = Shop.Eur(101) }))[0];
        Assert.Equal((SwitchResult.IdReused, ProblemCodes.Idempotency.KeyReused), (other.Result, other.Code));

        var turned = $$"""
            {"amount": {"currency": "EUR", "amount": 100}, "terminal": "{{shop.Serial}}", "merchantId": "{{shop.Merchant}}", "saleId": "{{request.SaleId}}", "transactionId": "{{request.TransactionId}}", "id": "{{request.Id}}", "kind": "request"}
            """;
        var same = SwitchFeed.Outcomes(await feed.PostAsync(turned))[0];
        Assert.Equal((SwitchResult.Accepted, true), (same.Result, same.Replayed));
    }

    [Fact]
    public async Task Another_switchs_ids_are_others()
    {
        var (shop, one, two) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server, "one"), await SwitchFeed.OpenAsync(_server, "two"));
        var request = one.Request(shop);
        await one.OutcomesAsync(request);

        var other = (await two.OutcomesAsync(request with { Amount = Shop.Eur(1) }))[0];

        Assert.Equal((SwitchResult.Rejected, ProblemCodes.Transaction.AlreadyRequested), (other.Result, other.Code));
    }

    [Fact]
    public async Task What_is_unknown_or_wrong_is_its_own_outcome_and_touches_nothing_else()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var good = feed.Payment(shop);
        var strange = feed.Request(shop) with { TransactionId = feed.Ids.NextTransaction("ELSEWHERE1") };
        string[] lines =
        [
            SwitchFeed.Line(good[0]),
            "{",
            SwitchFeed.Line(feed.Request(shop) with { MerchantId = "nobody-1" }),
            SwitchFeed.Line(feed.Request(shop) with { TransactionId = feed.Ids.NextTransaction("NOBODY01"), Terminal = "NOBODY01" }),
            SwitchFeed.Line(strange),
            "",
            SwitchFeed.Line(good[1]).Replace("\"consumerDebit\"", "\"debit\"", StringComparison.Ordinal),
            SwitchFeed.Line(feed.Request(shop) with { Amount = Shop.Eur(0) }),
            .. good[1..].Select(SwitchFeed.Line),
        ];

        var outcomes = SwitchFeed.Outcomes(await feed.PostAsync(string.Join("\r\n", lines)));

        Assert.Equal([1, 2, 3, 4, 5, 7, 8, 9, 10, 11], outcomes.Select(static o => o.Line));
        Assert.Equal(
            [
                (SwitchResult.Accepted, null),
                (SwitchResult.Invalid, ProblemCodes.Request.Malformed),
                (SwitchResult.Rejected, ProblemCodes.Merchant.NotRequested),
                (SwitchResult.Rejected, ProblemCodes.Terminal.NotRegistered),
                (SwitchResult.Invalid, ProblemCodes.Request.Invalid),
                (SwitchResult.Invalid, ProblemCodes.Request.Malformed),
                (SwitchResult.Invalid, ProblemCodes.Transaction.AmountOutOfRange),
                (SwitchResult.Accepted, null),
                (SwitchResult.Accepted, null),
                (SwitchResult.Accepted, (string?)null),
            ],
            outcomes.Select(static o => (o.Result, o.Code)));
        Assert.Contains("SHA-256", outcomes[4].Errors!["transactionId"], StringComparison.Ordinal);
        Assert.Equal((good[1].Id, "$.card.category"), (outcomes[5].Id, outcomes[5].Errors!.Single().Key));
    }

    [Fact]
    [Rule("R186")]
    public async Task A_card_that_was_opposed_is_refused()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var card = Shop.Card with { Token = $"tok_bulk_{shop.Merchant}" };
        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        (await assistance.PostAsync($"/v1/assistance/cards/{card.Token}/opposition", new OpposeCard(OppositionReason.Stolen))).Read<DoneReply>();
        var payment = feed.Payment(shop);

        var outcomes = await feed.OutcomesAsync(payment[0], (SwitchCommand.SendAuthorisation)payment[1] with { Card = card });

        Assert.Equal((SwitchResult.Rejected, ProblemCodes.Transaction.CardOpposed), (outcomes[1].Result, outcomes[1].Code));
    }

    [Fact]
    [Rule("E23")]
    public async Task Declines_lost_answers_and_reversals_are_recorded_and_free_the_terminal()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var (declined, lost, reversed) = (feed.Payment(shop), feed.Payment(shop), feed.Payment(shop));
        SwitchCommand[] commands =
        [
            .. declined[..2], new SwitchCommand.RecordDecline(feed.Ids.Next(), declined[0].TransactionId, ExchangeOf(declined), "51"),
            .. lost[..2], new SwitchCommand.RecordNoAnswer(feed.Ids.Next(), lost[0].TransactionId, ExchangeOf(lost), UnknownReason.AnswerTimedOut),
            new SwitchCommand.RecordNotFound(feed.Ids.Next(), lost[0].TransactionId, ExchangeOf(lost)),
            .. reversed[..3], new SwitchCommand.Abort(feed.Ids.Next(), reversed[0].TransactionId, AbortReason.CardRemovedEarly),
            new SwitchCommand.RecordReversed(feed.Ids.Next(), reversed[0].TransactionId, ExchangeOf(reversed), FoundAtHost: true),
        ];

        Assert.All(await feed.OutcomesAsync(commands), static o => Assert.Equal((SwitchResult.Accepted, (string?)null), (o.Result, o.Code)));

        Assert.Equal(
            [TransactionStatus.Declined, TransactionStatus.Aborted, TransactionStatus.Reversed],
            [(await shop.ReadAsync(declined[0].TransactionId)).Status, (await shop.ReadAsync(lost[0].TransactionId)).Status, (await shop.ReadAsync(reversed[0].TransactionId)).Status]);
    }

    [Fact]
    public async Task When_nothing_can_be_written_no_later_command_of_the_terminal_goes_in_and_the_repeat_is_as_if_nothing_had_been()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var payment = feed.Payment(shop);
        _server.Log.IsDown = true;
        SwitchOutcome[] outcomes;
        try
        {
            outcomes = await feed.OutcomesAsync(payment);
        }
        finally
        {
            _server.Log.IsDown = false;
        }

        Assert.All(outcomes, static o => Assert.Equal((SwitchResult.Unavailable, ProblemCodes.Server.LogUnavailable, 1), (o.Result, o.Code, o.RetryAfterSeconds)));
        Assert.All(await feed.OutcomesAsync(payment), static o => Assert.Equal((SwitchResult.Accepted, false), (o.Result, o.Replayed)));
    }

    [Fact]
    public async Task Without_room_the_request_is_refused_at_once_and_nothing_of_it_is_taken_in()
    {
        await using var server = await ApiServer.StartAsync(engineOptions: new EngineOptions { ShardCount = 1, MailboxCapacity = 2, InFlightUnitsMax = 1, BatchUnitsMax = 1 });
        var (shop, feed) = (await Shop.OpenAsync(server), await SwitchFeed.OpenAsync(server));
        var release = new TaskCompletionSource();
        server.Log.Held = release.Task;
        var waiting = new List<Task<CommandReply>>();
        while (server.Engine.Status is not { QueueDepth: 2, InFlightUnits: 1 })
        {
            waiting.Add(server.Engine.ExecuteAsync(Opposition(waiting.Count), default).AsTask());
            await Task.Yield();
        }

        var payment = feed.Payment(shop);
        var refused = await feed.PostAsync(string.Join('\n', payment.Select(SwitchFeed.Line)));

        refused.IsProblem(HttpStatusCode.ServiceUnavailable, ProblemCodes.Server.Busy);
        Assert.Equal(1, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        release.SetResult();
        server.Log.Held = null;
        await Task.WhenAll(waiting.Where(static w => !w.IsFaulted));
        Assert.All(await feed.OutcomesAsync(payment), static o => Assert.Equal((SwitchResult.Accepted, false), (o.Result, o.Replayed)));
    }

    [Fact]
    public async Task Where_room_runs_out_midway_the_rest_is_unavailable_and_the_repeat_goes_on_where_it_ended()
    {
        const int Room = 3;
        var (one, two, feed) = (await Shop.OpenAsync(_server), await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        SwitchCommand[] commands = [.. feed.Payment(one), .. feed.Payment(two)];
        _server.Mailbox.Room = Room;
        SwitchOutcome[] outcomes;
        try
        {
            outcomes = await feed.OutcomesAsync(commands);
        }
        finally
        {
            _server.Mailbox.Room = int.MaxValue;
        }

        var accepted = outcomes.Where(static o => o.Result is SwitchResult.Accepted).Select(static o => o.Id).ToHashSet();
        Assert.Equal(Room, accepted.Count);
        Assert.All(outcomes.Where(o => !accepted.Contains(o.Id)), static o => Assert.Equal((SwitchResult.Unavailable, ProblemCodes.Server.Busy, 1), (o.Result, o.Code, o.RetryAfterSeconds)));
        Assert.All(await feed.OutcomesAsync(commands), o => Assert.Equal((SwitchResult.Accepted, accepted.Contains(o.Id)), (o.Result, o.Replayed)));
    }

    [Fact]
    public async Task More_requests_at_once_than_the_bound_are_refused()
    {
        await using var server = await ApiServer.StartAsync(static o => o.SwitchRequestsMax = 0);
        var feed = await SwitchFeed.OpenAsync(server);

        (await feed.PostAsync("{}")).IsProblem(HttpStatusCode.ServiceUnavailable, ProblemCodes.Server.Busy);
    }

    private static string ExchangeOf(SwitchCommand[] payment) => ((SwitchCommand.SendAuthorisation)payment[1]).ExchangeId;

    private static EngineCommand Opposition(int number)
    {
        var token = new Domain.Cards.CardToken($"tok_waiting_{number}");
        var oppose = new Domain.Cards.CardCommand.Oppose(token, Domain.Cards.OppositionReason.Lost, ApiServer.Start);
        return EngineCommand.One(new Guid(number + 1, 1, 1, new byte[8]), new byte[32], token.Stream, oppose);
    }
}
