using System.Net;
using Ledger.Contracts.V1;
using Ledger.Testing;
using Ledger.Vault;

namespace Ledger.Api.Tests;

/// <summary>Who may do what, and how often they may try.</summary>
public class SecurityTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    [Fact]
    [Rule("R097")]
    [Rule("R098")]
    [Rule("R101")]
    [Rule("I44")]
    [Rule("E91")]
    public async Task Whatever_is_wrong_at_activation_the_answer_is_the_same_and_five_wrong_ones_lock_it()
    {
        var shop = await Shop.OpenAsync(_server);
        var other = await Shop.OpenAsync(_server);
        var anonymous = new Caller(_server.Http, null, "attempt-lock");
        var right = shop.Activation();
        ActivationRequest[] wrong =
        [
            right with { Password = "wrong password" },
            right with { TerminalSerial = "UNKNOWN1", LinkedSerial = "UNKNOWN1" },
            right with { TerminalSerial = other.Serial, LinkedSerial = other.Serial },
            right with { Password = "wrong again" },
            right with { Password = "and again" },
        ];
        var unknown = await anonymous.PostAsync("/v1/activation", right with { Identifier = "nobody.knows" });
        unknown.IsProblem(HttpStatusCode.Unauthorized, ProblemCodes.Activation.Refused);
        foreach (var attempt in wrong) Assert.Equal(unknown.Body, (await anonymous.PostAsync("/v1/activation", attempt)).Body);

        Assert.Equal(unknown.Body, (await anonymous.PostAsync("/v1/activation", right)).Body);
        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        (await assistance.PostAsync($"/v1/assistance/merchants/{shop.Merchant}/unlock", new UnlockCredential(Credential.Password))).Read<DoneReply>();
        Assert.Equal(shop.Merchant, (await anonymous.PostAsync("/v1/activation", right)).Read<ActivationReply>().MerchantId);
    }

    [Fact]
    [Rule("I44")]
    public async Task Repeating_one_key_with_many_passwords_is_as_many_attempts()
    {
        var shop = await Shop.OpenAsync(_server);
        var anonymous = new Caller(_server.Http, null, "attempt-one-key");
        var right = shop.Activation();
        for (var i = 0; i < 5; i++) await anonymous.PostAsync("/v1/activation", right with { Password = $"guess number {i}" }, "key-activation-1");

        (await anonymous.PostAsync("/v1/activation", right, "key-activation-1")).IsProblem(HttpStatusCode.Unauthorized, ProblemCodes.Activation.Refused);
    }

    [Fact]
    [Rule("R099")]
    [Rule("E54")]
    public async Task Nothing_is_activated_before_the_terminal_is_linked_nor_with_another_one_than_its_label_says()
    {
        var shop = await Shop.OpenAsync(_server);
        var other = await Shop.OpenAsync(_server);
        var anonymous = new Caller(_server.Http, null, $"link-{shop.Merchant}");
        var position = _server.Log.LastPosition;

        (await anonymous.PostAsync("/v1/activation", shop.Activation() with { LinkedSerial = null })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Terminal.NotLinked);
        (await anonymous.PostAsync("/v1/activation", shop.Activation() with { LinkedSerial = other.Serial })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Terminal.SerialDiffers);
        (await anonymous.PostAsync("/v1/activation", shop.Activation() with { LinkedSerial = "not a serial" })).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Request.Invalid);

        // A right password and a wrong one are told the same, and no attempt is counted.
        var wrong = shop.Activation() with { Password = "wrong password", LinkedSerial = null };
        for (var i = 0; i < 6; i++) (await anonymous.PostAsync("/v1/activation", wrong)).IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Terminal.NotLinked);
        Assert.Equal(position, _server.Log.LastPosition);
        Assert.Equal(shop.Merchant, (await anonymous.PostAsync("/v1/activation", shop.Activation())).Read<ActivationReply>().MerchantId);
    }

    [Fact]
    [Rule("R100")]
    [Rule("E92")]
    public async Task A_new_phone_takes_over_and_the_old_one_may_only_finish_its_open_payment()
    {
        var shop = await Shop.OpenAsync(_server);
        var approved = await shop.AuthoriseAsync(3_000);
        var anonymous = new Caller(_server.Http, null, $"change-{shop.Merchant}");
        var request = shop.Activation();
        var second = (await anonymous.PostAsync("/v1/activation", request)).Read<ActivationReply>();
        var phone = new Caller(_server.Http, second.DeviceToken, $"second-{shop.Merchant}");
        Assert.NotEqual(shop.DeviceId, second.DeviceId);

        (await shop.Device.PostAsync("/v1/payments", shop.NewPayment(100))).IsProblem(HttpStatusCode.Forbidden, ProblemCodes.Auth.DeviceReplaced);
        (await shop.Device.GetAsync("/v1/history")).IsProblem(HttpStatusCode.Forbidden, ProblemCodes.Auth.DeviceReplaced);
        (await phone.PostAsync("/v1/payments", shop.NewPayment(100))).IsProblem(HttpStatusCode.Conflict, ProblemCodes.Terminal.Busy);
        Assert.False((await shop.Device.GetAsync("/v1/me")).Read<MeReply>().MayStart);
        Assert.Equal(TransactionStatus.Completed, (await shop.Device.PostAsync($"/v1/payments/{approved.Id}/complete", Shop.Confirmation(approved))).Read<TransactionView>().Status);

        (await shop.Device.GetAsync($"/v1/payments/{approved.Id}")).IsProblem(HttpStatusCode.Unauthorized, ProblemCodes.Auth.TokenInvalid);
        Assert.Equal(HttpStatusCode.Created, (await phone.PostAsync("/v1/payments", shop.NewPayment(100))).Status);
    }

    [Fact]
    [Rule("R100")]
    public async Task A_late_repeat_of_the_old_phones_activation_does_not_take_the_terminal_back()
    {
        var shop = await Shop.OpenAsync(_server);
        var anonymous = new Caller(_server.Http, null, $"late-{shop.Merchant}");
        var request = shop.Activation();
        var first = (await anonymous.PostAsync("/v1/activation", request, "key-phone-one-1")).Read<ActivationReply>();
        var second = (await anonymous.PostAsync("/v1/activation", request, "key-phone-two-1")).Read<ActivationReply>();

        (await anonymous.PostAsync("/v1/activation", request, "key-phone-one-1")).IsProblem(HttpStatusCode.Forbidden, ProblemCodes.Terminal.DeviceDiffers);
        (await new Caller(_server.Http, first.DeviceToken, "x").GetAsync("/v1/me")).IsProblem(HttpStatusCode.Unauthorized, ProblemCodes.Auth.TokenInvalid);
        Assert.Equal(second.DeviceId, (await new Caller(_server.Http, second.DeviceToken, "y").GetAsync("/v1/me")).Read<MeReply>().DeviceId);
    }

    [Fact]
    [Rule("R075")]
    [Rule("R082")]
    [Rule("I34")]
    [Rule("I44")]
    [Rule("E79")]
    public async Task Five_wrong_security_codes_lock_it_and_the_payment_stays_as_it_is()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = await shop.PayAsync(5_000);
        for (var remaining = 4; remaining > 0; remaining--)
        {
            var wrong = await shop.CancelAsync(paid, code: shop.WrongCode);
            wrong.IsProblem(HttpStatusCode.Forbidden, ProblemCodes.SecurityCode.Wrong);
            Assert.Equal(remaining, wrong.Problem.AttemptsRemaining);
        }

        (await shop.RefundAsync(paid, 100, code: shop.WrongCode)).IsProblem(HttpStatusCode.Locked, ProblemCodes.SecurityCode.Locked);
        (await shop.CancelAsync(paid)).IsProblem(HttpStatusCode.Locked, ProblemCodes.SecurityCode.Locked);
        Assert.Equal((TransactionStatus.Completed, paid.Version), ((await shop.ReadAsync(paid.Id)).Status, (await shop.ReadAsync(paid.Id)).Version));

        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        (await assistance.PostAsync($"/v1/assistance/merchants/{shop.Merchant}/unlock", new UnlockCredential(Credential.SecurityCode))).Read<DoneReply>();
        Assert.Equal(TransactionStatus.Cancelled, (await shop.CancelAsync(paid)).Read<TransactionView>().Status);
    }

    [Fact]
    [Rule("I34")]
    [Rule("I44")]
    public async Task Trying_many_codes_under_one_key_learns_nothing_and_counts_once()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = await shop.PayAsync(5_000);
        var first = await shop.CancelAsync(paid, code: shop.WrongCode, key: "key-one-code-01");
        first.IsProblem(HttpStatusCode.Forbidden, ProblemCodes.SecurityCode.Wrong);

        // The right code under the burnt key gets the very same answer as a wrong one.
        Assert.Equal(first.Body, (await shop.CancelAsync(paid, key: "key-one-code-01")).Body);
        Assert.Equal(first.Body, (await shop.CancelAsync(paid, code: "999999", key: "key-one-code-01")).Body);
        Assert.Equal(3, (await shop.CancelAsync(paid, code: shop.WrongCode)).Problem.AttemptsRemaining);
    }

    [Fact]
    [Rule("I46")]
    [Rule("R119")]
    [Rule("R120")]
    [Rule("E93")]
    public async Task A_blocked_terminals_phone_starts_and_undoes_nothing_and_what_was_approved_completes()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = await shop.PayAsync(900);
        var approved = await shop.AuthoriseAsync(1_000);
        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        (await assistance.PostAsync($"/v1/assistance/terminals/{shop.Serial}/block", new BlockTerminal(BlockReason.Stolen))).Read<DoneReply>();
        Assert.True((await assistance.PostAsync($"/v1/assistance/terminals/{shop.Serial}/block", new BlockTerminal(BlockReason.Stolen))).Read<DoneReply>().AlreadyInEffect);

        Assert.Equal(TransactionStatus.Completed, (await shop.Device.PostAsync($"/v1/payments/{approved.Id}/complete", Shop.Confirmation(approved))).Read<TransactionView>().Status);
        (await shop.Device.PostAsync("/v1/payments", shop.NewPayment(100))).IsProblem(HttpStatusCode.Forbidden, ProblemCodes.Terminal.Blocked);
        (await shop.CancelAsync(paid)).IsProblem(HttpStatusCode.Forbidden, ProblemCodes.Terminal.Blocked);

        (await assistance.PostAsync($"/v1/assistance/terminals/{shop.Serial}/unblock", new UnblockTerminal())).Read<DoneReply>();
        Assert.Equal(TransactionStatus.Cancelled, (await shop.CancelAsync(paid)).Read<TransactionView>().Status);
    }

    [Fact]
    [Rule("R186")]
    [Rule("R187")]
    public async Task An_opposed_card_is_refused_at_once()
    {
        var shop = await Shop.OpenAsync(_server);
        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        var card = Shop.Card with { Token = $"tok_opposed_{shop.Merchant}" };
        (await assistance.PostAsync($"/v1/assistance/cards/{card.Token}/opposition", new OpposeCard(OppositionReason.Stolen))).Read<DoneReply>();
        (await assistance.PostAsync($"/v1/assistance/cards/{card.Token}/renewal", new RenewCard($"tok_renewed_{shop.Merchant}"))).Read<DoneReply>();

        var started = await shop.StartAsync(100);
        (await shop.Device.PostAsync($"/v1/payments/{started.Id}/authorise", new AuthorisePayment(card, Shop.CardData)))
            .IsProblem(HttpStatusCode.UnprocessableEntity, ProblemCodes.Transaction.CardOpposed);
    }

    [Fact]
    [Rule("I46")]
    public async Task Another_merchants_transaction_is_not_found_at_any_endpoint_as_if_there_were_none()
    {
        var (mine, theirs) = (await Shop.OpenAsync(_server), await Shop.OpenAsync(_server));
        var paid = await theirs.PayAsync(2_000);
        var position = _server.Log.LastPosition;
        var nobodys = new string('1', 30) + paid.Id[^2..];

        foreach (var id in new[] { paid.Id, nobodys })
        {
            (string Path, object? Body)[] requests =
            [
                ($"/v1/payments/{id}", null),
                ($"/v1/payments/{id}/events", null),
                ($"/v1/payments/{id}/ticket", null),
                ($"/v1/payments/{id}/progress", new ReportProgress(CardStage.CardRead)),
                ($"/v1/payments/{id}/authorise", new AuthorisePayment(Shop.Card, Shop.CardData)),
                ($"/v1/payments/{id}/complete", Shop.Confirmation(paid)),
                ($"/v1/payments/{id}/abort", new AbortPayment(AbortReason.CancelledByClient)),
                ($"/v1/payments/{id}/cancel", new CancelPayment(paid.Amount, theirs.Credentials.SecurityCode, TicketChoice.Paper, Shop.Presented)),
                ($"/v1/payments/{id}/refunds", new RefundPayment(paid.Amount, Shop.Presented, theirs.Credentials.SecurityCode, TicketChoice.Paper)),
                ($"/v1/payments/{id}/refunds/{id}/cancel", new CancelPayment(paid.Amount, theirs.Credentials.SecurityCode, TicketChoice.Paper, Shop.Presented)),
                ($"/v1/payments/{id}/ticket/reissue", new ReissueTicket(TicketKind.Payment, TicketCopy.Client)),
            ];
            foreach (var (path, body) in requests)
            {
                var answer = body is null ? await mine.Device.GetAsync(path) : await mine.Device.PostTextAsync(path, System.Text.Json.JsonSerializer.Serialize(body, body.GetType(), LedgerJson.Client));
                answer.IsProblem(HttpStatusCode.NotFound, ProblemCodes.Transaction.NotRequested);
            }
        }

        (await mine.Device.GetAsync($"/v1/remittances/{theirs.Merchant}-2026-03-10")).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Remittance.NotOpened);
        Assert.Empty((await mine.Device.GetAsync($"/v1/history?atLeastPosition={position}")).Read<HistoryPage>().Lines);
        Assert.Empty((await mine.Device.GetAsync("/v1/originals?cardToken=tok_original_1&amount=2000")).Read<OriginalsReply>().Candidates);
        Assert.Equal(position, _server.Log.LastPosition);
    }

    [Fact]
    [Rule("R004")]
    [Rule("I46")]
    public async Task Each_role_reaches_its_own_endpoints_and_no_other()
    {
        var shop = await Shop.OpenAsync(_server);
        var callers = new Dictionary<string, Caller>
        {
            ["merchant"] = shop.Device,
            ["open-payment"] = shop.Device,
            ["bank"] = await Shop.StaffAsync(_server, StaffRole.Bank),
            ["assistance"] = await Shop.StaffAsync(_server, StaffRole.Assistance),
            ["auditor"] = await Shop.StaffAsync(_server, StaffRole.Auditor),
            ["switch"] = await Shop.StaffAsync(_server, StaffRole.Switch),
        };
        var position = _server.Log.LastPosition;
        foreach (var endpoint in Endpoints.Of(_server).Where(static e => e.Policy is not null))
        {
            foreach (var (_, caller) in callers.Where(c => c.Value != callers[endpoint.Policy!]).DistinctBy(static c => c.Value))
            {
                (await caller.SendAsync(endpoint.Method, endpoint.Example, endpoint.IsPost ? "{}" : null, caller.NextKey())).IsProblem(HttpStatusCode.Forbidden, ProblemCodes.Auth.Forbidden);
            }

            var nobody = new Caller(_server.Http, null, "nobody");
            (await nobody.SendAsync(endpoint.Method, endpoint.Example, endpoint.IsPost ? "{}" : null, nobody.NextKey())).IsProblem(HttpStatusCode.Unauthorized, ProblemCodes.Auth.Missing);
            var liar = new Caller(_server.Http, "ldgd_not-a-token-of-ours", "liar");
            (await liar.SendAsync(endpoint.Method, endpoint.Example, endpoint.IsPost ? "{}" : null, liar.NextKey())).IsProblem(HttpStatusCode.Unauthorized, ProblemCodes.Auth.TokenInvalid);
        }

        Assert.Equal(position, _server.Log.LastPosition);
    }
}
