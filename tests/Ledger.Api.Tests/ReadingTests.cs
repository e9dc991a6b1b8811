using System.Net;
using Ledger.Contracts.V1;
using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Testing;
using Ledger.Vault;
using NodaTime;
using HistoryPage = Ledger.Contracts.V1.HistoryPage;
using TransactionStatus = Ledger.Contracts.V1.TransactionStatus;

namespace Ledger.Api.Tests;

/// <summary>History, originals, revenue, remittances, and the auditor's desk.</summary>
public class ReadingTests(ApiFixture fixture) : IClassFixture<ApiFixture>
{
    private readonly ApiServer _server = fixture.Server;

    [Fact]
    [Rule("R028")]
    [Rule("R085")]
    [Rule("R087")]
    [Rule("R089")]
    public async Task History_lists_validated_payments_by_default_and_reads_what_was_just_written()
    {
        var shop = await Shop.OpenAsync(_server);
        var paid = new List<TransactionView>();
        for (var i = 1; i <= 5; i++) paid.Add(await shop.PayAsync(100 * i));
        var declined = await shop.AuthoriseAsync(1_051);
        var cancelled = await shop.CancelAsync(paid[0]);

        var page = (await shop.Device.GetAsync($"/v1/history?atLeastPosition={cancelled.Position}")).Read<HistoryPage>();
        Assert.True(page.Position >= cancelled.Position);
        Assert.Equal(paid.Skip(1).Reverse().Select(static p => p.Id), page.Lines.Select(static l => l.TransactionId));
        Assert.Equal(declined.Id, (await shop.Device.GetAsync("/v1/history?status=declined")).Read<HistoryPage>().Lines.Single().TransactionId);
        Assert.Equal(300, (await shop.Device.GetAsync("/v1/history?amountMin=300&amountMax=300&cardLastFour=1234")).Read<HistoryPage>().Lines.Single().Amount.Amount);

        var first = (await shop.Device.GetAsync("/v1/history?limit=3")).Read<HistoryPage>();
        var second = (await shop.Device.GetAsync($"/v1/history?limit=3&cursor={Uri.EscapeDataString(first.Cursor!)}")).Read<HistoryPage>();
        Assert.Equal(page.Lines, first.Lines.Concat(second.Lines));
        Assert.Null(second.Cursor);

        var revenue = (await shop.Device.GetAsync($"/v1/revenue?period=month&atLeastPosition={cancelled.Position}")).Read<RevenueReply>();
        Assert.Equal((1_500, 100, 0, 1_400), (revenue.Rows.Sum(static r => r.Gross.Amount), revenue.Rows.Sum(static r => r.Cancelled.Amount), revenue.Rows.Sum(static r => r.Refunded.Amount), revenue.Rows.Sum(static r => r.Net.Amount)));
    }

    [Fact]
    [Rule("E61")]
    [Rule("E63")]
    public async Task Two_payments_of_one_card_and_amount_are_both_offered_to_choose_from()
    {
        var shop = await Shop.OpenAsync(_server);
        var (one, two) = (await shop.PayAsync(700), await shop.PayAsync(700));
        await shop.PayAsync(701);
        var position = (await shop.Device.GetAsync($"/v1/payments/{two.Id}/events")).Position;

        var originals = (await shop.Device.GetAsync($"/v1/originals?cardToken=tok_original_1&amount=700&day=2026-03-10&atLeastPosition={position}")).Read<OriginalsReply>();
        Assert.Equal([two.Id, one.Id], originals.Candidates.Select(static c => c.TransactionId));
        Assert.NotEqual(originals.Candidates[0].Number, originals.Candidates[1].Number);
        Assert.Empty((await shop.Device.GetAsync("/v1/originals?cardToken=tok_unknown_9&amount=700")).Read<OriginalsReply>().Candidates);
        Assert.Equal(2, (await shop.Device.GetAsync("/v1/originals?cardToken=tok_renewed_1&account=PAR0001&amount=700")).Read<OriginalsReply>().Candidates.Count);
    }

    [Fact]
    [Rule("R086")]
    [Rule("R090")]
    public async Task A_remittance_shows_its_lines_totals_and_credit_date()
    {
        await using var server = await ApiServer.StartAsync();
        var shop = await Shop.OpenAsync(server);
        var (one, two) = (await shop.PayAsync(1_000), await shop.PayAsync(2_000));
        server.Clock.Advance(Duration.FromHours(12));
        var id = await RemitAsync(server, shop, one, two);

        var list = (await shop.Device.GetAsync($"/v1/remittances?atLeastPosition={server.Log.LastPosition}")).Read<RemittancePage>();
        Assert.Equal((id.ToString(), RemittanceCondition.Closed, 3_000, new DateOnly(2026, 3, 11)), (list.Remittances.Single().Id, list.Remittances[0].Condition, list.Remittances[0].Net.Amount, list.Remittances[0].CreditDate));
        var detail = (await shop.Device.GetAsync($"/v1/remittances/{id}?limit=1")).Read<RemittanceDetail>();
        var rest = (await shop.Device.GetAsync($"/v1/remittances/{id}?limit=1&cursor={Uri.EscapeDataString(detail.Cursor!)}")).Read<RemittanceDetail>();
        Assert.Equal([one.Id, two.Id], detail.Lines.Concat(rest.Lines).Select(static l => l.TransactionId));
        Assert.Equal(TransactionStatus.Remitted, (await shop.ReadAsync(one.Id)).Status);

        var auditor = await Shop.StaffAsync(server, StaffRole.Auditor);
        var balance = (await auditor.GetAsync("/v1/audit/trial-balance")).Read<TrialBalanceReply>();
        Assert.True(balance.Balanced);
        Assert.Equal(balance.Kinds.Sum(static k => k.Debits.Amount), balance.Kinds.Sum(static k => k.Credits.Amount));
        Assert.NotEmpty(balance.Accounts);
    }

    [Fact]
    [Rule("R117")]
    public async Task Assistance_sees_a_terminals_owner_block_and_warranty()
    {
        var shop = await Shop.OpenAsync(_server);
        var assistance = await Shop.StaffAsync(_server, StaffRole.Assistance);
        var today = ParisTime.DayOf(_server.Clock.Now).ToDateOnly();
        var blocked = (await assistance.PostAsync($"/v1/assistance/terminals/{shop.Serial}/block", new BlockTerminal(BlockReason.Lost))).Read<DoneReply>();

        var seen = (await assistance.GetAsync($"/v1/assistance/terminals/{shop.Serial}?atLeastPosition={blocked.Position}")).Read<TerminalView>();

        Assert.Equal((shop.Serial, shop.Merchant, TerminalCondition.Blocked), (seen.Serial, seen.MerchantId, seen.Condition));
        Assert.Equal((today.AddMonths(12), today.AddMonths(3)), (seen.WarrantyUntil, seen.UnblockableUntil));
        (await assistance.GetAsync("/v1/assistance/terminals/NOBODY01")).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Terminal.NotRegistered);
        (await assistance.GetAsync("/v1/assistance/terminals/x")).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Terminal.NotRegistered);
    }

    [Fact]
    public async Task An_auditor_replays_a_stream_to_any_version_or_instant_and_verifies_chains()
    {
        await using var server = await ApiServer.StartAsync();
        var shop = await Shop.OpenAsync(server);
        var approved = await shop.AuthoriseAsync(1_000);
        var atApproval = server.Clock.Now;
        server.Clock.Advance(Duration.FromSeconds(10));
        await shop.Device.PostAsync($"/v1/payments/{approved.Id}/complete", Shop.Confirmation(approved));

        var auditor = await Shop.StaffAsync(server, StaffRole.Auditor);
        var path = $"/v1/audit/streams/transaction-{approved.Id}";
        var whole = (await auditor.GetAsync(path)).Read<AuditStream>();
        Assert.Equal(("Completed", true, 4), (whole.State, whole.ChainVerified, whole.Version));
        Assert.Equal(("Approved", 3), (await ReadAsync($"{path}?at={UtcInstantConverter.Format(atApproval.ToDateTimeOffset())}")) is var then ? (then.State, then.Version) : default);
        Assert.Equal(("Open", 1), (await ReadAsync($"{path}?version=1")) is var first ? (first.State, first.Version) : default);
        Assert.Equal("Active", (await ReadAsync($"/v1/audit/streams/terminal-{shop.Serial}")).State);
        Assert.Equal("Accepted", (await ReadAsync($"/v1/audit/streams/merchant-{shop.Merchant}")).State);
        (await auditor.GetAsync("/v1/audit/streams/transaction-nothing")).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Audit.StreamNotFound);
        (await auditor.GetAsync("/v1/audit/streams/unknown-1")).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Audit.StreamNotFound);
        (await auditor.GetAsync($"{path}?at=2020-01-01T00:00:00Z")).IsProblem(HttpStatusCode.NotFound, ProblemCodes.Audit.StreamNotFound);

        var verified = (await auditor.GetAsync("/v1/audit/verification")).Read<VerifyReply>();
        Assert.Equal((true, server.Log.LastPosition), (verified.Intact, verified.EventsVerified));
        Assert.Null(verified.Cursor);

        async Task<AuditStream> ReadAsync(string at) => (await auditor.GetAsync(at)).Read<AuditStream>();
    }

    /// <summary>What the midnight process does, by hand.</summary>
    private static async Task<RemittanceId> RemitAsync(ApiServer server, Shop shop, params TransactionView[] payments)
    {
        var id = new RemittanceId(new Domain.Merchants.MerchantId(shop.Merchant), new LocalDate(2026, 3, 10));
        var now = server.Clock.Now;
        await RunAsync(id.Stream, new RemittanceCommand.OpenRemittance(id, Domain.Calendars.CalendarName.FranceAndT2, now));
        foreach (var payment in payments)
        {
            var transaction = new TransactionId(Guid.Parse(payment.Id));
            await RunAsync(transaction.Stream, new TransactionCommand.Remit(id, now));
            await RunAsync(id.Stream, new RemittanceCommand.AddLines(
                [new RemittanceLine(transaction, null, Domain.Remittances.RemittanceSide.Debit, Domain.Money.Eur(payment.Amount.Amount), id.Day)], now));
        }

        await RunAsync(id.Stream, new RemittanceCommand.CloseRemittance(now));
        return id;

        async Task RunAsync(EventLog.StreamName stream, object command)
        {
            var commandId = DerivedId.Of("test", stream.ToString(), command.ToString()!);
            Assert.True((await server.Engine.ExecuteAsync(EngineCommand.One(commandId, new byte[32], stream, command), default)).IsAccepted);
        }
    }
}
