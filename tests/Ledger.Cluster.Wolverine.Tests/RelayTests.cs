using System.Collections.Immutable;
using System.Text;
using Ledger.Cluster.Wolverine.Operating;
using Ledger.Cluster.Wolverine.Outbound;
using Ledger.Contracts.Integration.V1;
using Ledger.Domain;
using Ledger.Domain.Accounting;
using Ledger.Domain.Complaints;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Postgres.Fixture;
using Ledger.Projections.Conformance;

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>What a consumer hears is what the ledger has, once each.</summary>
public sealed class RelayTests(PostgresFixture postgres)
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Who_adds_messages_up_has_the_ledgers_own_figures(int seed)
    {
        await using var bench = await Bench.CreateAsync(postgres);
        var life = new TradingLife(seed, bench.Log, Sample.Day).Live(250);
        life.Midnight();

        await bench.StartServiceAsync(bench.Options with { EventsPerBatchMax = 37 });
        await bench.UntilToldAsync();

        var heard = await bench.ReadEventsAsync();
        var log = await ReadLogAsync(bench);
        Assert.Distinct(heard.Select(static message => message.Origin.MessageId));
        Assert.Equal(log.Where(static e => Postings.Of(e.Event).Count > 0 || e.Event is RemittanceEvent.RemittanceClosed or RemittanceEvent.RemittanceCredited).Select(static e => e.Recorded.Position), heard.Select(static message => message.Origin.Position).Order());
        Assert.Equal(TakingsOf(log), TakingsOf(heard));
        Assert.Equal(RemittedOf(log), heard.OfType<DayRemitted>().ToDictionary(static day => day.RemittanceId, static day => (day.Debits.Amount, day.Credits.Amount, day.Net.Amount)));

        // Over each merchant's remitted transactions the sum of what was heard is the sum of its remittances.
        foreach (var merchant in new[] { Sample.Bakery.Value, Sample.Florist.Value }) Assert.Equal(RemittedSumOf(life, log, merchant), heard.OfType<DayRemitted>().Where(day => day.MerchantId == merchant).Sum(static day => day.Net.Amount));
    }

    [Fact]
    public async Task Messages_come_in_the_order_of_the_log_and_name_their_terminal()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        _ = new TradingLife(4, bench.Log, Sample.Day).Live(60);
        await bench.StartServiceAsync();
        await bench.UntilToldAsync();

        var heard = await bench.ReadEventsAsync();
        var requests = (await ReadLogAsync(bench)).Where(static e => e.Event is TransactionEvent.Requested).ToDictionary(static e => e.Recorded.Stream.Id, static e => ((TransactionEvent.Requested)e.Event).Terminal.Value);
        Assert.Equal(heard.Select(static message => message.Origin.Position).Order(), heard.Select(static message => message.Origin.Position));
        Assert.NotEmpty(heard.OfType<PaymentAccepted>());
        Assert.All(heard.OfType<PaymentAccepted>(), payment => Assert.Equal(requests[payment.TransactionId], payment.TerminalSerial));
    }

    [Fact]
    public async Task Two_processes_tell_each_event_once_and_the_second_goes_on_when_the_first_stops()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        var life = new TradingLife(5, bench.Log, Sample.Day);
        var first = await bench.StartServiceAsync();
        var second = await bench.StartServiceAsync();
        await Bench.UntilAsync(() => Task.FromResult(first.IsRelaying || second.IsRelaying), "one of them follows the log");
        for (var round = 0; round < 10; round++)
        {
            life.Live(20);
            Assert.False(first.IsRelaying && second.IsRelaying);
        }

        await bench.UntilToldAsync();
        var (relaying, other) = first.IsRelaying ? (first, second) : (second, first);
        await bench.StopAsync(relaying);
        life.Live(40);
        await bench.UntilToldAsync();

        Assert.True(other.IsRelaying);
        await AssertToldOnceAsync(bench);
    }

    [Fact]
    public async Task Relays_that_run_at_the_same_time_in_spite_of_the_lease_put_each_event_in_the_outbox_once()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        _ = new TradingLife(6, bench.Log, Sample.Day).Live(300);
        await bench.CountPutsAsync();
        await using var relays = await bench.OpenRelaysAsync(3, eventsPerBatch: 7);

        await Task.WhenAll(relays.Relays.Select(static relay => Task.Run(async () =>
        {
            for (var rounds = 0; rounds < 10_000; rounds++)
            {
                try
                {
                    if (await relay.RoundAsync(default) is not null) return;
                }
                catch (RelayOvertakenException)
                {
                    // Another was first with this batch.
                }
            }
        })));

        var expected = (await ExpectedIdsAsync(bench)).Length;
        Assert.Equal((expected, expected), (await bench.PutsAsync(), await bench.PutsAsync("DISTINCT id")));
    }

    [Fact]
    public async Task Messages_whose_queue_cannot_be_written_for_a_while_wait_in_the_outbox_and_leave_it_once()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        _ = new TradingLife(9, bench.Log, Sample.Day).Live(60);
        await bench.ExecuteAsync("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION USING ERRCODE = ''53100''; END'");
        await bench.ExecuteAsync("CREATE TRIGGER refuse BEFORE INSERT ON ledger_messages.wolverine_queue_ledger_events FOR EACH ROW EXECUTE FUNCTION refuse()");
        await bench.StartServiceAsync(bench.Options with { EventsPerBatchMax = 7 });
        await Bench.UntilAsync(async () => await bench.CountAsync("wolverine_outgoing_envelopes") > 0, "messages wait");

        await bench.ExecuteAsync("DROP TRIGGER refuse ON ledger_messages.wolverine_queue_ledger_events");
        await bench.UntilToldAsync();

        await AssertToldOnceAsync(bench);
    }

    [Fact]
    public async Task What_is_sent_again_has_the_ids_that_it_had()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        _ = new TradingLife(7, bench.Log, Sample.Day).Live(80);
        await bench.StartServiceAsync();
        await bench.UntilToldAsync();
        var before = await bench.ReadEventsAsync();
        await bench.ExecuteAsync("DELETE FROM ledger_messages.wolverine_queue_ledger_events");

        await using var messages = await MessagingOperator.OpenAsync(bench.Options, default);
        var (first, last) = (before[2].Origin.Position, before[^3].Origin.Position);
        Assert.Equal(last, await messages.ResendAsync(first, last, "resend-1", default));
        await Bench.UntilAsync(async () => (await messages.ReadStatusAsync(default)) is { Resends.Count: 0, Outbox: 0 }, "it is sent again");

        Assert.Equal(before[2..^2], (await bench.ReadEventsAsync()).OrderBy(static message => message.Origin.Position));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await messages.ResendAsync(1, await bench.LogEndAsync() + 1, "resend-2", default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => messages.ResendAsync(0, null, "resend-3", default));
    }

    [Fact]
    public async Task Where_nobody_takes_messages_the_relay_stops_at_its_bound_and_goes_on_when_there_is_room()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        _ = new TradingLife(8, bench.Log, Sample.Day).Live(200);
        await bench.CountPutsAsync();
        const int bound = 10, batch = 5;
        await using var relays = await bench.OpenRelaysAsync(1, batch, bound);
        var (relay, heard, expected) = (relays.Relays[0], new List<IIntegrationEvent>(), await ExpectedIdsAsync(bench));

        for (var round = 0; round < 20 * bound; round++) await relay.RoundAsync(default);
        Assert.InRange(await bench.PutsAsync(), bound, bound + batch);
        Assert.True(expected.Length > bound + batch);

        await Bench.UntilAsync(async () =>
        {
            await relay.RoundAsync(default);
            heard.AddRange(await bench.TakeEventsAsync());
            return heard.Count == expected.Length;
        }, "all is taken");
        Assert.Equal(expected, heard.OrderBy(static message => message.Origin.Position).Select(static message => message.Origin.MessageId));
    }

    [Fact]
    public void Every_stored_type_that_moves_money_has_a_message_and_no_other()
    {
        RecordedEvent At(string stream) => new(1, StreamName.Parse(stream), 1, "x.1", Sample.At(Sample.Day, 12), Guid.Empty, default, default);
        var remittance = new RemittanceId(Sample.Bakery, Sample.Day);
        ILedgerEvent[] moving =
        [
            Sample.Completed(),
            new TransactionEvent.Cancelled(new ExchangeId(Sample.Id(1)), Sample.Bakery, Money.Eur(42_00), Sample.Day, Sample.At(Sample.Day, 13)),
            Sample.RefundApproved(1, Sample.Day, 42_00),
            Sample.RefundCancelled(1, Sample.Day, 42_00),
            new RemittanceEvent.RemittanceClosed(remittance, 1, Money.Eur(42_00), Money.Eur(0), Sample.Day.PlusDays(1), "1", Sample.At(Sample.Day.PlusDays(1), 1)),
            new RemittanceEvent.RemittanceCredited(remittance, Money.Eur(42_00), Money.Eur(0), Sample.Day.PlusDays(1), Sample.At(Sample.Day.PlusDays(1), 1)),
        ];

        Assert.All(moving, e => Assert.NotEmpty(Postings.Of(e)));
        Assert.Equal(
            IntegrationMessages.Events.Values.Where(static type => type != typeof(ComplaintOpened)).Select(static type => type.Name).Order(),
            moving.Select(e => IntegrationMapping.Map(At("transaction-" + Sample.Payment(1)), e, "T0000001")!.GetType().Name).Order());
        Assert.All(Sample.Paid(1).Where(static e => e is not TransactionEvent.Completed), e => Assert.Null(IntegrationMapping.Map(At("transaction-" + Sample.Payment(1)), e, null)));
    }

    [Fact]
    public void A_complaint_is_told_with_its_deadlines_and_without_words_or_names()
    {
        var facts = new ComplaintFacts(Sample.Bakery, ComplaintReason.FailedPayment, ComplaintChannel.WebForm, new ComplaintSubject(Sample.Payment(1), null, null), "REC-1 private", Sample.Day, Sample.Day.PlusDays(1));
        var deadlines = ComplaintClocks.Of(facts.SentOn, facts.ReceivedOn, isWritten: true);
        var opened = new ComplaintEvent.ComplaintOpened(new ComplaintId(Sample.Id(5)), facts, deadlines, "branch-06", Sample.At(Sample.Day.PlusDays(1), 9));
        var recorded = new RecordedEvent(12, StreamName.Parse("complaint-" + opened.Complaint), 1, "complaint-opened.1", opened.At, Guid.Empty, default, default);

        var told = Assert.IsType<ComplaintOpened>(IntegrationMapping.Map(recorded, opened, null));

        Assert.Equal(
            new ComplaintOpened(
                told.Origin, opened.Complaint.ToString(), Sample.Bakery.Value, Contracts.V1.ComplaintReason.FailedPayment, Contracts.V1.ComplaintChannel.WebForm, Sample.Payment(1).ToString(),
                new DateOnly(2026, 3, 11), deadlines.Acknowledge!.On.ToDateOnly(), deadlines.Answer.On.ToDateOnly()),
            told);
        Assert.Equal((12, 1), (told.Origin.Position, told.Origin.Version));
        var body = Encoding.UTF8.GetString(IntegrationMessages.Write(told));
        Assert.DoesNotContain("private", body, StringComparison.Ordinal);
        Assert.DoesNotContain("branch", body, StringComparison.Ordinal);
    }

    private static async Task AssertToldOnceAsync(Bench bench)
    {
        var heard = await bench.ReadEventsAsync();
        Assert.Distinct(heard.Select(static message => message.Origin.MessageId));
        Assert.Equal(await ExpectedIdsAsync(bench), heard.OrderBy(static message => message.Origin.Position).Select(static message => message.Origin.MessageId));
    }

    internal static async Task<Guid[]> ExpectedIdsAsync(Bench bench) =>
        [.. (await ReadLogAsync(bench)).Select(static e => IntegrationMapping.Map(e.Recorded, e.Event, "T0000001")).OfType<IIntegrationEvent>().Select(static message => message.Origin.MessageId)];

    private static async Task<ImmutableArray<(RecordedEvent Recorded, ILedgerEvent Event)>> ReadLogAsync(Bench bench) =>
        [.. (await bench.Log.ReadAllAsync(0, int.MaxValue, default)).Select(static recorded => (recorded, EventCodec.Default.Decode(recorded)))];

    /// <summary>By the ledger's postings: what is owed to a merchant for each event's business day.</summary>
    private static SortedDictionary<(string Merchant, DateOnly Day), long> TakingsOf(IEnumerable<(RecordedEvent Recorded, ILedgerEvent Event)> log)
    {
        var sums = new SortedDictionary<(string, DateOnly), long>();
        foreach (var (_, e) in log)
        {
            var (merchant, day) = e switch
            {
                TransactionEvent.Completed x => (x.MerchantId, x.BusinessDay),
                TransactionEvent.Cancelled x => (x.MerchantId, x.BusinessDay),
                TransactionEvent.RefundApproved x => (x.MerchantId, x.BusinessDay),
                TransactionEvent.RefundCancelled x => (x.MerchantId, x.BusinessDay),
                _ => default,
            };
            if (merchant == default) continue;
            var owed = Postings.Of(e).Single(posting => posting.Account == Postings.MerchantPayable(merchant));
            Add(sums, merchant.Value, day.ToDateOnly(), owed.Side == PostingSide.Credit ? owed.Amount.MinorUnits : -owed.Amount.MinorUnits);
        }

        return sums;
    }

    /// <summary>As the specification tells a consumer to add.</summary>
    private static SortedDictionary<(string Merchant, DateOnly Day), long> TakingsOf(IEnumerable<IIntegrationEvent> heard)
    {
        var sums = new SortedDictionary<(string, DateOnly), long>();
        foreach (var message in heard)
        {
            switch (message)
            {
                case PaymentAccepted e: Add(sums, e.MerchantId, e.BusinessDay, e.Amount.Amount); break;
                case PaymentCancelled e: Add(sums, e.MerchantId, e.BusinessDay, -e.Amount.Amount); break;
                case PaymentRefunded e: Add(sums, e.MerchantId, e.BusinessDay, -e.Amount.Amount); break;
                case RefundCancelled e: Add(sums, e.MerchantId, e.BusinessDay, e.Amount.Amount); break;
            }
        }

        return sums;
    }

    private static void Add(SortedDictionary<(string, DateOnly), long> sums, string merchant, DateOnly day, long amount) => sums[(merchant, day)] = sums.GetValueOrDefault((merchant, day)) + amount;

    private static Dictionary<string, (long Debits, long Credits, long Net)> RemittedOf(IEnumerable<(RecordedEvent Recorded, ILedgerEvent Event)> log) =>
        log.Select(static e => e.Event).OfType<RemittanceEvent.RemittanceClosed>().ToDictionary(
            static e => e.Remittance.ToString(), static e => (e.Debits.MinorUnits, e.Credits.MinorUnits, e.Debits.MinorUnits - e.Credits.MinorUnits));

    /// <summary>From the transactions' own states: payments and refunds that stand in a closed remittance of the merchant.</summary>
    private static long RemittedSumOf(TradingLife life, IEnumerable<(RecordedEvent Recorded, ILedgerEvent Event)> log, string merchant)
    {
        var closed = log.Select(static e => e.Event).OfType<RemittanceEvent.RemittanceClosed>().Select(static e => e.Remittance).ToHashSet();
        var sum = 0L;
        foreach (var completed in life.Transactions.Values.Select(Transaction.CompletionOf).Where(c => c is not null && c.Facts.MerchantId.Value == merchant))
        {
            if (completed!.Remittance is { } own && closed.Contains(own)) sum += completed.Facts.Amount.MinorUnits;
            sum -= completed.Refunds.Values.Where(refund => refund.Remittance is { } of && closed.Contains(of)).Sum(static refund => refund.Amount.MinorUnits);
        }

        return sum;
    }
}
