using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Remittances;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine.Processes;
using Ledger.EventLog;
using Ledger.EventLog.Sqlite;
using Ledger.EventLog.Sqlite.ToDo;
using Ledger.EventLog.ToDo;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;

namespace Ledger.Engine.Tests.Processes;

public class RemittanceProcessTests
{
    private static readonly LocalDate Day = Shop.Day;
    private static readonly LocalDate NextDay = Day.PlusDays(1);
    private static readonly Instant Midnight = ParisTime.EndOf(Day);
    private static readonly RemittanceId Remittance = new(Shop.Merchant, Day);
    private static readonly RemittanceId NextRemittance = new(Shop.Merchant, NextDay);

    private static Night Create(Shop shop, IToDoStore? store = null, ILedgerEngine? engine = null) =>
        new(shop, static engine => new RemittanceProcess(engine), store, engine);

    private static async Task<Shop> OpenAsync(IEventLog? log = null)
    {
        var shop = new Shop(log);
        await shop.OpenAsync();
        return shop;
    }

    private static Task<RemittanceState> StateAsync(Shop shop, RemittanceId remittance) => shop.StateAsync<RemittanceState>(remittance.Stream);

    private static async Task<IReadOnlyList<RemittanceLine>> LinesAsync(Shop shop, RemittanceId remittance)
    {
        var recorded = await shop.Log.ReadStreamAsync(remittance.Stream, 0, int.MaxValue, default);
        return [.. recorded.Select(EventCodec.Default.Decode).OfType<RemittanceEvent.LinesAdded>().SelectMany(static added => added.Lines)];
    }

    [Fact]
    [Rule("R086"), Rule("R090"), Rule("I06"), Rule("I36")]
    public async Task A_day_is_remitted_at_midnight_and_credited_on_the_next_open_day()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        var (friday, monday) = (new LocalDate(2026, 3, 13), new LocalDate(2026, 3, 16));
        var remittance = new RemittanceId(Shop.Merchant, friday);
        shop.Clock.Now = Shop.At(friday, 12);
        var first = await shop.PayAsync(Money.Eur(10_00));
        var second = await shop.PayAsync(Money.Eur(32_50));
        var cancelled = await shop.PayAsync(Money.Eur(99_00));
        await shop.CancelAsync(cancelled, Money.Eur(99_00));

        await night.RunAsync(ParisTime.EndOf(friday) - Duration.FromSeconds(1));
        Assert.IsType<RemittanceState.NotOpened>(await StateAsync(shop, remittance));

        await night.RunAsync(ParisTime.EndOf(friday));
        Assert.Equal(new RemittanceState.Closed(remittance, 2, Money.Eur(42_50), Money.Eur(0), monday), await StateAsync(shop, remittance));
        Assert.Equal([first.ToString(), second.ToString()], (await LinesAsync(shop, remittance)).Select(static line => line.TransactionId.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(remittance, ((TransactionState.Completed)await shop.StateAsync(first)).Remittance);

        await night.RunAsync(ParisTime.StartOf(monday) - Duration.FromSeconds(1));
        Assert.IsType<RemittanceState.Closed>(await StateAsync(shop, remittance));
        await night.RunAsync(ParisTime.StartOf(monday));
        Assert.IsType<RemittanceState.Credited>(await StateAsync(shop, remittance));
        Assert.Empty(night.Failures);
        Assert.DoesNotContain(night.Store.Scan("remittance", "", 100), static row => !row.Key.StartsWith("closed/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_day_without_payments_has_no_remittance()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        var id = await shop.PayAsync();
        await shop.CancelAsync(id);

        await night.RunAsync(Midnight);

        Assert.IsType<RemittanceState.NotOpened>(await StateAsync(shop, Remittance));
        Assert.Empty(night.Store.Scan("remittance", "", 100));
    }

    [Fact]
    [Rule("E01")]
    public async Task A_payment_asked_for_just_before_midnight_and_approved_after_it_is_of_the_day_before()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        var early = await shop.PayAsync(Money.Eur(10_00));
        shop.Clock.Now = Midnight - Duration.FromMilliseconds(100);
        var late = await shop.AskAsync(Money.Eur(20_00));

        await night.RunAsync(Midnight + Duration.FromMilliseconds(500));
        Assert.IsType<RemittanceState.NotOpened>(await StateAsync(shop, Remittance));

        shop.Clock.Now = Midnight + Duration.FromSeconds(2);
        await shop.FinishAsync(late, Money.Eur(20_00));
        await night.RunAsync(Midnight + Duration.FromSeconds(4));

        Assert.Equal(new RemittanceState.Credited(Remittance, 2, Money.Eur(30_00), Money.Eur(0), NextDay), await StateAsync(shop, Remittance));
        Assert.All(await LinesAsync(shop, Remittance), static line => Assert.Equal(Day, line.OperationDay));
        Assert.Contains(await LinesAsync(shop, Remittance), line => line.TransactionId == early);
        shop.Clock.Now = Midnight + Duration.FromMinutes(5);
        Assert.Equal("DayIsOver", (await shop.RequestCancellationAsync(late, Money.Eur(20_00))).Rejection?.Name);
        Assert.True((await shop.RequestRefundAsync(late, new RefundId(Shop.Id(5)), Money.Eur(20_00))).IsAccepted);
    }

    [Fact]
    [Rule("I37")]
    public async Task A_payment_that_ends_after_its_days_remittance_closed_goes_into_the_current_days_under_its_own_day()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        await shop.PayAsync(Money.Eur(10_00));
        var inDoubt = await shop.AskAsync(Money.Eur(20_00));
        await shop.Do(inDoubt, new RecordNoAnswer(Shop.ExchangeOf(inDoubt), UnknownReason.AnswerTimedOut, shop.Clock.Now));

        await night.RunAsync(Midnight + RemittanceProcess.DrainMax - Duration.FromSeconds(1));
        Assert.IsType<RemittanceState.NotOpened>(await StateAsync(shop, Remittance));
        await night.RunAsync(Midnight + RemittanceProcess.DrainMax);
        var closed = Assert.IsType<RemittanceState.Credited>(await StateAsync(shop, Remittance));

        shop.Clock.Now = Shop.At(NextDay, 10);
        await shop.FinishAsync(inDoubt, Money.Eur(20_00));
        await night.RunAsync(ParisTime.EndOf(NextDay));

        Assert.Equal((closed.LineCount, closed.Debits), (1, Money.Eur(10_00)));
        Assert.Single(await LinesAsync(shop, Remittance));
        Assert.Equal([new RemittanceLine(inDoubt, null, RemittanceSide.Debit, Money.Eur(20_00), Day)], await LinesAsync(shop, NextRemittance));
        Assert.Empty(night.Failures);
    }

    [Fact]
    [Rule("E70")]
    public async Task A_cancellation_without_an_answer_keeps_the_payment_out_and_its_refusal_brings_it_into_the_current_days_remittance()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        await shop.PayAsync(Money.Eur(10_00));
        var id = await shop.PayAsync();
        await shop.RequestCancellationAsync(id);

        await night.RunAsync(Midnight + RemittanceProcess.DrainMax);
        Assert.Single(await LinesAsync(shop, Remittance));
        Assert.IsType<RemittanceState.Credited>(await StateAsync(shop, Remittance));

        shop.Clock.Now = Shop.At(NextDay, 3);
        await Shop.Accepted(shop.Do(id, new RecordCancellationRefused(Shop.ExchangeOf(id, 1), new ResponseCode("05"), shop.Clock.Now)));
        await night.RunAsync(ParisTime.EndOf(NextDay));

        Assert.Equal([new RemittanceLine(id, null, RemittanceSide.Debit, Money.Eur(42_00), Day)], await LinesAsync(shop, NextRemittance));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rule("E69")]
    public async Task Cancel_against_remit_is_decided_by_the_transaction_and_the_loser_is_left_out(bool cancelIsFirst)
    {
        await using var shop = await OpenAsync();
        var other = await shop.PayAsync(Money.Eur(10_00));
        var id = await shop.PayAsync();
        // A clock that is behind makes both possible at once: the day is over for the process, not for the merchant's command.
        var cancel = async () => await shop.RequestCancellationAsync(id);
        CommandReply? cancelled = null;
        var racing = new RacingEngine(shop.Engine, id.Stream, async before => { if (before == cancelIsFirst) cancelled = await cancel(); });
        var night = Create(shop, engine: racing);

        Assert.True(await night.Runner.RunUntilIdleAsync(Midnight, Night.RoundsMax, Shop.Soon()));

        Assert.Equal(cancelIsFirst ? null : "AlreadyRemitted", cancelled!.Rejection?.Name);
        TransactionId[] remitted = cancelIsFirst ? [other] : [other, id];
        Assert.Equal(remitted.Select(static one => one.ToString()).Order(StringComparer.Ordinal), (await LinesAsync(shop, Remittance)).Select(static line => line.TransactionId.ToString()).Order(StringComparer.Ordinal));
        Assert.IsType<RemittanceState.Credited>(await StateAsync(shop, Remittance));
        Assert.Empty(night.Failures);
    }

    [Fact]
    [Rule("E12")]
    public async Task Friday_Saturday_and_Sunday_are_three_remittances_with_one_credit_date()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        var friday = new LocalDate(2026, 3, 13);
        for (var day = 0; day < 3; day++)
        {
            shop.Clock.Now = Shop.At(friday.PlusDays(day), 12);
            await shop.PayAsync();
        }

        await night.RunAsync(ParisTime.EndOf(friday.PlusDays(2)));

        for (var day = 0; day < 3; day++)
        {
            var state = await StateAsync(shop, new RemittanceId(Shop.Merchant, friday.PlusDays(day)));
            Assert.Equal(new LocalDate(2026, 3, 16), state is RemittanceState.Closed closed ? closed.CreditDate : ((RemittanceState.Credited)state).CreditDate);
        }
    }

    [Fact]
    [Rule("E72"), Rule("I06")]
    public async Task Refunds_above_the_days_payments_make_a_negative_net()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        var id = await shop.PayAsync(Money.Eur(80_00));
        await night.RunAsync(Midnight);

        shop.Clock.Now = Shop.At(NextDay, 0, 30);
        var refund = await shop.RefundAsync(id, Money.Eur(80_00));
        shop.Clock.Now = Shop.At(NextDay, 12);
        await shop.PayAsync(Money.Eur(5_00));
        await night.RunAsync(ParisTime.EndOf(NextDay));

        // On a weekday the credit date begins as the day ends: it is credited at once.
        Assert.Equal(new RemittanceState.Credited(NextRemittance, 2, Money.Eur(5_00), Money.Eur(80_00), NextDay.PlusDays(1)), await StateAsync(shop, NextRemittance));
        Assert.Contains(new RemittanceLine(id, refund, RemittanceSide.Credit, Money.Eur(80_00), NextDay), await LinesAsync(shop, NextRemittance));
    }

    [Fact]
    public async Task A_refund_under_way_at_midnight_is_waited_for_and_a_cancelled_one_is_left_out()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        var id = await shop.PayAsync(Money.Eur(80_00));
        await night.RunAsync(Midnight);
        shop.Clock.Now = Shop.At(NextDay, 23, 59);
        await shop.PayAsync(Money.Eur(5_00));
        var refund = new RefundId(shop.NextId());
        await Shop.Accepted(shop.RequestRefundAsync(id, refund, Money.Eur(30_00)));
        var annulled = await shop.RefundAsync(id, Money.Eur(20_00));
        await Shop.Accepted(shop.Do(id, new RequestRefundCancellation(annulled, Shop.ExchangeOf(id, 9), Money.Eur(20_00), new PresentedCard(Shop.Card.Token, Shop.Card.Brand, null), new SecurityCodeProof(Shop.Id(1), Shop.Id(1), shop.Clock.Now), Shop.Terms, TicketChoice.Paper, null, Channel.MobileApp, shop.Clock.Now)));
        await Shop.Accepted(shop.Do(id, new RecordRefundCancelled(annulled, Shop.ExchangeOf(id, 9), shop.Clock.Now)));

        var end = ParisTime.EndOf(NextDay);
        await night.RunAsync(end + Duration.FromSeconds(1));
        Assert.IsType<RemittanceState.NotOpened>(await StateAsync(shop, NextRemittance));
        await Shop.Accepted(shop.Do(id, new RecordRefundApproved(refund, new ExchangeId(refund.Value), null, shop.Clock.Now)));
        await night.RunAsync(end + Duration.FromSeconds(4));

        Assert.Equal(new RemittanceState.Credited(NextRemittance, 2, Money.Eur(5_00), Money.Eur(30_00), NextDay.PlusDays(1)), await StateAsync(shop, NextRemittance));
    }

    /// <summary>The process is broken off at every command, before and after it took effect, and started again with what is stored.</summary>
    [Fact]
    [Rule("I36"), Rule("I20")]
    public async Task A_crash_at_any_step_gives_the_same_remittance()
    {
        var expected = await RunBrokenAsync(breaksAt: int.MaxValue, after: false);
        var steps = expected.Calls;
        Assert.True(steps >= 6, $"{steps} steps are too few to mean anything");

        for (var step = 1; step <= steps; step++)
        {
            Assert.Equal(expected.Summary, (await RunBrokenAsync(step, after: false)).Summary);
            Assert.Equal(expected.Summary, (await RunBrokenAsync(step, after: true)).Summary);
        }
    }

    [Fact]
    public async Task Two_thousand_payments_are_one_remittance_in_events_of_at_most_five_hundred_lines()
    {
        await using var shop = await OpenAsync();
        var night = Create(shop);
        const int terminals = 20;
        for (var number = 2; number <= terminals; number++) await shop.SupplyAsync(Shop.SerialOf(number), number);
        await Task.WhenAll(Enumerable.Range(1, terminals).Select(async number =>
        {
            for (var payment = 0; payment < 2000 / terminals; payment++) await shop.PayAsync(Money.Eur(1_00), serial: Shop.SerialOf(number));
        }));

        await night.RunAsync(Midnight);

        Assert.Equal(new RemittanceState.Credited(Remittance, 2000, Money.Eur(2000_00), Money.Eur(0), NextDay), await StateAsync(shop, Remittance));
        var added = (await shop.EventsAsync()).OfType<RemittanceEvent.LinesAdded>().Select(static e => e.Lines.Count).ToArray();
        Assert.All(added, static count => Assert.InRange(count, 1, RemittanceState.LinesPerEventMax));
        Assert.Equal(2000, added.Sum());
    }

    [Fact]
    public async Task It_runs_on_the_embedded_log_and_list_and_takes_up_where_it_stopped()
    {
        var folder = Directory.CreateTempSubdirectory("ledger-remittance-");
        try
        {
            await using var log = SqliteEventLog.Open(Path.Combine(folder.FullName, "log.db"), SqliteEventLogOptions.Default);
            await using var shop = await OpenAsync(log);
            await using (var store = SqliteToDoStore.Open(Path.Combine(folder.FullName, "todo.db")))
            {
                await shop.PayAsync(Money.Eur(10_00));
                await Create(shop, store).RunAsync(Midnight - Duration.FromHours(1));
            }

            await shop.RestartAsync();
            await using var again = SqliteToDoStore.Open(Path.Combine(folder.FullName, "todo.db"));
            var night = Create(shop, again);
            await night.RunAsync(Midnight);
            await night.RunAsync(ParisTime.EndOf(NextDay));

            Assert.Equal(new RemittanceState.Credited(Remittance, 1, Money.Eur(10_00), Money.Eur(0), NextDay), await StateAsync(shop, Remittance));
            Assert.Empty(night.Failures);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Calls, string Summary)> RunBrokenAsync(int breaksAt, bool after)
    {
        await using var shop = await OpenAsync();
        await shop.PayAsync(Money.Eur(10_00));
        await shop.PayAsync(Money.Eur(20_00));
        var pending = await shop.PayAsync();
        await shop.RequestCancellationAsync(pending);
        var breaking = new BreakingEngine(shop.Engine, breaksAt, after);
        var night = Create(shop, engine: breaking);

        var (midnight, morning) = (Midnight, ParisTime.StartOf(NextDay.PlusDays(1)));
        await night.RunAsync(midnight);
        night.Restart(breaking.HasBroken ? null : breaking);
        await night.RunAsync(midnight + Duration.FromMinutes(1));
        await night.RunAsync(morning);
        night.Restart(breaking.HasBroken ? null : breaking);
        await night.RunAsync(morning + Duration.FromMinutes(1));

        var lines = (await LinesAsync(shop, Remittance)).Select(static line => $"{line.Amount} {line.Side} {line.OperationDay}").Order(StringComparer.Ordinal);
        var events = (await shop.EventsAsync()).GroupBy(static e => e.GetType().Name).OrderBy(static group => group.Key, StringComparer.Ordinal).Where(static group => group.Key != "LinesAdded").Select(static group => $"{group.Key}: {group.Count()}");
        return (breaking.Calls, string.Join('\n', [$"{await StateAsync(shop, Remittance)}", .. lines, .. events]));
    }

    /// <summary>Lets something happen right before or right after a stream's Remit.</summary>
    private sealed class RacingEngine(ILedgerEngine inner, StreamName stream, Func<bool, Task> race) : ILedgerEngine
    {
        public async ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
        {
            if (command.Parts[0].Stream != stream) return await inner.ExecuteAsync(command, cancellation);
            await race(true);
            var reply = await inner.ExecuteAsync(command, cancellation);
            await race(false);
            return reply;
        }

        public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName name, CancellationToken cancellation)
            where TState : class
            => inner.ReadAsync<TState>(name, cancellation);

        public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName name, long version, CancellationToken cancellation)
            where TState : class
            => inner.ReadAtAsync<TState>(name, version, cancellation);
    }
}
