using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Contracts.V1;
using Ledger.Testing;

namespace Ledger.Api.Tests;

/// <summary>Nonsense in bulk requests: each line's own, nothing of it repeated, nothing appended.</summary>
public class SwitchFuzzTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private static readonly string[] Lines =
    [
        "null", "[]", "0", "\"text\"", "true", "{", "}", "{\"", "{]", "{\"a\":}", "{'a':1}", "NaN", "{}{}", "// {}", "\uFEFF", "\0", "\\ud800", "{}",
        """{"kind":"request"}""",
        """{"kind":"Request","id":"1"}""",
        """{"kind":1}""",
        """{"kind":"abort","kind":"abort"}""",
        """{"$type":"System.Object","kind":"abort"}""",
        """{"kind":"abort","id":"0192f0a1b2c37d4e85f60718293a4b5c","transactionId":"0192f0a1b2c38d4e85f60718293a4b5c","reason":7}""",
        """{"kind":"abort","id":"0192f0a1b2c37d4e85f60718293a4b5c","transactionId":"x","reason":"networkLost"}""",
        """{"kind":"abort","id":"0192f0a1b2c37d4e85f60718293a4b5c","transactionId":"0192f0a1b2c38d4e85f60718293a4b5c","reason":"notFoundAtHost"}""",
        """{"kind":"abort","id":"0192f0a1b2c37d4e85f60718293a4b5c","transactionId":"0192f0a1b2c38d4e85f60718293a4b5c","reason":"networkLost","more":1}""",
        """{"kind":"recordApproval","id":"0192f0a1b2c37d4e85f60718293a4b5c","transactionId":"0192f0a1b2c38d4e85f60718293a4b5c","exchangeId":"","amount":null,"code":"","response":""}""",
        """{"kind":"recordDecline","id":"1234567890123456","transactionId":"0192f0a1b2c38d4e85f60718293a4b5c","exchangeId":"1234567890123456","response":"\ud800"}""",
        new string('[', 4_000),
        "{\"id\":" + new string('1', 10_000) + "}",
        "{\"kind\":\"" + new string('x', 100_000) + "\"}",
    ];

    private readonly ApiServer _server = fixture.Server;

    [Fact]
    [Rule("E53")]
    public async Task Every_malformed_line_is_invalid_by_itself_and_says_where()
    {
        var feed = await SwitchFeed.OpenAsync(_server);
        var before = _server.Log.LastPosition;
        foreach (var isChunked in new[] { false, true })
        {
            var outcomes = SwitchFeed.Outcomes(await feed.PostAsync(string.Join('\n', Lines), isChunked));

            Assert.Equal(Enumerable.Range(1, Lines.Length), outcomes.Select(static o => o.Line));
            Assert.All(outcomes, static o => Assert.Equal(SwitchResult.Invalid, o.Result));
            Assert.All(outcomes, static o => Assert.NotEmpty(o.Errors!));
            Assert.All(outcomes, static o => Assert.True(o.Id is null or "0192f0a1b2c37d4e85f60718293a4b5c", o.Id));
        }

        Assert.Equal(before, _server.Log.LastPosition);
    }

    [Fact]
    public async Task Random_bytes_change_nothing_and_never_break_the_server()
    {
        const int Bodies = 60;
        var feed = await SwitchFeed.OpenAsync(_server);
        var before = _server.Log.LastPosition;
        Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 127)).ToArbitrary(), bytes =>
        {
            var answer = feed.PostAsync("x" + Encoding.ASCII.GetString([.. bytes.Select(static b => (byte)b)])).GetAwaiter().GetResult();
            return SwitchFeed.Outcomes(answer).All(static o => o.Result is SwitchResult.Invalid) && _server.Log.LastPosition == before;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Bodies));
    }

    [Fact]
    public async Task A_body_without_a_command_is_malformed()
    {
        var feed = await SwitchFeed.OpenAsync(_server);
        foreach (var body in new[] { "", "\n", " \r\n\t\n" }) (await feed.PostAsync(body)).IsProblem(HttpStatusCode.BadRequest, ProblemCodes.Request.Malformed);
    }

    [Fact]
    public async Task More_commands_than_the_bound_are_not_read_and_the_last_line_says_so()
    {
        var feed = await SwitchFeed.OpenAsync(_server);
        var outcomes = SwitchFeed.Outcomes(await feed.PostAsync(string.Join('\n', Enumerable.Repeat("x", ApiLimits.SwitchCommandsMax + 5))));

        Assert.Equal(ApiLimits.SwitchCommandsMax + 1, outcomes.Length);
        Assert.Equal((SwitchResult.Invalid, ProblemCodes.Request.BodyTooLarge), (outcomes[^1].Result, outcomes[^1].Code));
    }

    [Fact]
    public async Task A_longer_body_than_the_bound_is_refused_before_anything_is_read()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var before = _server.Log.LastPosition;
        var body = SwitchFeed.Line(feed.Request(shop)) + "\n" + new string('x', ApiLimits.SwitchBodyLengthMax);

        (await feed.PostAsync(body, asksFirst: true)).IsProblem(HttpStatusCode.RequestEntityTooLarge, ProblemCodes.Request.BodyTooLarge);
        Assert.Equal(before, _server.Log.LastPosition);
    }

    [Fact]
    public async Task A_body_that_turns_out_too_long_keeps_what_came_before_and_the_last_line_says_so()
    {
        var (shop, feed) = (await Shop.OpenAsync(_server), await SwitchFeed.OpenAsync(_server));
        var payment = feed.Payment(shop);
        var lines = string.Concat(payment.Select(static c => SwitchFeed.Line(c) + "\n"));
        var body = lines + new string(' ', ApiLimits.SwitchBodyLengthMax - lines.Length - 1) + "\n ";

        var outcomes = SwitchFeed.Outcomes(await feed.PostAsync(body, isChunked: true, isLast: true));

        Assert.All(outcomes[..payment.Length], static o => Assert.Equal(SwitchResult.Accepted, o.Result));
        Assert.Equal((SwitchResult.Invalid, ProblemCodes.Request.BodyTooLarge), (outcomes[^1].Result, outcomes[^1].Code));
    }

    [Fact]
    public async Task Another_media_type_is_refused_with_words()
    {
        var caller = await Shop.StaffAsync(_server, Vault.StaffRole.Switch);
        var answer = await caller.PostTextAsync("/v1/switch/commands", "{}");

        answer.IsProblem(HttpStatusCode.UnsupportedMediaType, ProblemCodes.Request.MediaTypeNotSupported);
        Assert.Contains(SwitchCommand.MediaType, answer.Problem.Detail, StringComparison.Ordinal);
    }
}
