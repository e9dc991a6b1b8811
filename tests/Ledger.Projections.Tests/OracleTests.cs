using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain;
using Ledger.Domain.Accounting;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Projections.History;
using Ledger.Projections.Journal;
using Ledger.Projections.Remittances;
using Ledger.Projections.Revenue;
using Ledger.Projections.Running;
using Ledger.Projections.Terminals;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Projections.Tests;

/// <summary>
/// Random lives, decided by the real rules, against figures computed from all events by plain enumeration, and against the deciders' own states.
/// The lives go over the ends of weeks and months and over days of 23 and 25 hours.
/// </summary>
public class OracleTests
{
    private const int LivesMax = 8;
    private const int Steps = 120;

    private static readonly LocalDate[] FirstDays = [new(2026, 3, 27), new(2026, 10, 23), new(2026, 12, 29), new(2028, 2, 27)];

    [Fact]
    [Rule("R028"), Rule("R086"), Rule("R090"), Rule("I20")]
    public void The_history_says_what_the_transactions_own_states_say()
    {
        ForLives(async (life, log) =>
        {
            await using var opened = await Open(log);
            var models = opened.Models;
            var entries = await AllEntries(models, life);
            var events = (await AllEvents(log)).Select(e => e.Event).ToArray();
            var creditDates = events.OfType<RemittanceEvent.RemittanceClosed>().ToDictionary(e => e.Remittance, e => e.CreditDate);
            var credited = events.OfType<RemittanceEvent.RemittanceCredited>().Select(e => e.Remittance).ToHashSet();
            foreach (var entry in entries)
            {
                LocalDate? creditDate = entry.Remittance is { } remittance && creditDates.TryGetValue(remittance, out var date) ? date : null;
                Assert.Equal((creditDate, entry.Remittance is { } taken && credited.Contains(taken)), (entry.CreditDate, entry.IsCredited));
            }

            foreach (var (id, state) in life.Transactions)
            {
                var payment = entries.Single(e => e.TransactionId == id && e.Kind == HistoryKind.Payment);
                Assert.Equal(state.StatusOf(), payment.Status);
                Assert.Equal(Transaction.FactsOf(state)!.Amount, payment.Amount);
                if (Transaction.CardOf(state) is { } card) Assert.Equal(card.Token, payment.Card?.Token);
                var money = Transaction.CompletionOf(state);
                Assert.Equal(money?.Remittance, payment.Remittance);
                Assert.Equal(money?.CompletedAt, payment.CompletedAt);
                Assert.Equal(money?.Refunds.Values.Where(r => r.IsPaidBack).Sum(r => r.Amount.MinorUnits) ?? 0, payment.Refunded.MinorUnits);
                foreach (var refund in money?.Refunds.Values ?? [])
                {
                    var entry = entries.Single(e => e.Refund == refund.Id && e.Kind == HistoryKind.Refund);
                    Assert.Equal((refund.Amount, refund.BusinessDay, refund.Remittance, StatusOf(refund)), (entry.Amount, entry.BusinessDay, entry.Remittance, entry.Status));
                }
            }
        });
    }

    [Fact]
    [Rule("R086")]
    public void The_history_lists_every_operation_once_newest_first()
    {
        ForLives(async (life, log) =>
        {
            await using var opened = await Open(log);
            var models = opened.Models;
            var events = await AllEvents(log);
            var requests = events.Where(e => e.Event is TransactionEvent.Requested).ToDictionary(e => e.Recorded.Stream, e => (TransactionEvent.Requested)e.Event);
            var expected = events.SelectMany(e => KeyOf(requests, e)).DistinctBy(k => (k.Id, k.Kind, k.Refund)).OrderByDescending(k => k.Day).ThenByDescending(k => k.Position);

            foreach (var merchant in new[] { Sample.Bakery, Sample.Florist })
            {
                var query = AllOf(merchant, life) with { Limit = 7 };
                var shown = await Tests.History.HistoryQueryTests.AllPages(models, query);
                Assert.Equal(expected.Where(k => k.Merchant == merchant).Select(k => (k.Id, k.Kind, k.Refund)), shown.Select(e => (e.TransactionId, e.Kind, e.Refund)));
            }
        });
    }

    [Fact]
    [Rule("R085"), Rule("I06"), Rule("E78")]
    public void Revenue_is_the_sum_of_the_events_and_net_is_what_the_remittance_lines_come_to()
    {
        var daysWithLines = 0;
        ForLives(async (life, log) =>
        {
            life.Midnight();
            await using var opened = await Open(log);
            var models = opened.Models;
            var events = (await AllEvents(log)).Select(e => e.Event).ToArray();
            var charges = (await AllEvents(log)).Where(e => e.Event is TransactionEvent.Completed).ToDictionary(e => e.Recorded.Stream, e => ((TransactionEvent.Completed)e.Event).Charge);
            var cancelled = (await AllEvents(log)).Where(e => e.Event is TransactionEvent.Cancelled).Select(e => e.Recorded.Stream).ToHashSet();
            foreach (var merchant in new[] { Sample.Bakery, Sample.Florist })
            {
                var days = await models.Revenue.QueryAsync(new RevenueQuery(merchant, RevenuePeriod.Day, life.Today.PlusDays(-100), life.Today, log.LastPosition), World.Bounded()).Value();
                foreach (var row in days) Assert.Equal(Expected(events, merchant, row.Start), (row.Gross.MinorUnits, row.Cancelled.MinorUnits, row.Refunded.MinorUnits, row.Payments, row.Cancellations, row.Refunds));

                Assert.Equal(charges.Where(c => !cancelled.Contains(c.Key) && MerchantOf(life, c.Key) == merchant).Sum(c => c.Value.Total), days.Sum(d => d.ServiceCharge.Total));
                await CheckSums(models, merchant, days);
                foreach (var row in days.Where(d => IsWhollyRemitted(life, merchant, d.Start)))
                {
                    Assert.Equal(LinesOf(events, merchant, row.Start), row.Net.MinorUnits);
                    if (row.Net.MinorUnits != 0) daysWithLines++;
                }
            }
        });
        Assert.True(daysWithLines >= LivesMax, $"Only {daysWithLines} days had lines.");
    }

    [Fact]
    [Rule("R086"), Rule("R090"), Rule("I36")]
    public void Remittances_hold_each_operation_once_and_their_totals_are_their_lines()
    {
        ForLives(async (life, log) =>
        {
            await using var opened = await Open(log);
            var models = opened.Models;
            var events = await AllEvents(log);
            var list = await models.Remittances.ListAsync(new RemittanceQuery(null, Limit: 200, AtLeastPosition: log.LastPosition), World.Bounded()).Value();
            var seen = new List<RemittanceLine>();
            foreach (var summary in list.Entries)
            {
                var detail = (await models.Remittances.FindAsync(new RemittanceLookup(summary.Remittance), World.Bounded()).Value())!;
                seen.AddRange(detail.Lines);
                Assert.Equal(summary.LineCount, detail.Lines.Count);
                Assert.Equal(summary.Debits.MinorUnits, detail.Lines.Where(l => l.Side == RemittanceSide.Debit).Sum(l => l.Amount.MinorUnits));
                Assert.Equal(summary.Credits.MinorUnits, detail.Lines.Where(l => l.Side == RemittanceSide.Credit).Sum(l => l.Amount.MinorUnits));
                Assert.Equal(events.Any(e => e.Event is RemittanceEvent.RemittanceCredited c && c.Remittance == summary.Remittance), summary.Condition == RemittanceCondition.Credited);
            }

            Assert.Equal(seen.Count, seen.Select(l => (l.TransactionId, l.Refund)).Distinct().Count());
            Assert.Equal(events.Count(e => e.Event is TransactionEvent.Remitted or TransactionEvent.RefundRemitted), seen.Count);
        });
    }

    [Fact]
    [Rule("I07")]
    public void The_trial_balance_is_zero_at_every_position_and_equals_the_postings()
    {
        ForLives(
            async (_, log) =>
            {
                using var driven = new HandDriven(new JournalProjection(), log);
                var expected = TrialBalance.Empty;
                foreach (var (recorded, @event) in await AllEvents(log))
                {
                    Assert.Null(await driven.Builder.StepAsync(1, CancellationToken.None));
                    expected = expected.Add(Postings.Of(@event));
                    Assert.True(driven.Projection.Folds(@event.GetType()) || Postings.Of(@event).Count == 0);
                    var rows = await driven.RowsAsync(JournalProjection.Balances);
                    Assert.Equal(rows.Sum(r => r.Debits), rows.Sum(r => r.Credits));
                    Assert.Equal(expected.Accounts.Select(a => (a.Account.Value, a.Debits.MinorUnits, a.Credits.MinorUnits)), rows.Select(r => (r.Key.Account, r.Debits, r.Credits)));
                    Assert.Equal(recorded.Position, driven.Builder.Position);
                }
            },
            lives: 2,
            steps: 80);
    }

    [Fact]
    public void Terminals_show_what_the_terminals_own_states_say()
    {
        ForLives(async (life, log) =>
        {
            await using var opened = await Open(log);
            var models = opened.Models;
            foreach (var (serial, state) in life.Terminals)
            {
                var entry = (await models.Terminals.FindAsync(serial, log.LastPosition, World.Bounded()).Value())!;
                Assert.Equal(
                    state switch { TerminalState.Registered => TerminalCondition.Registered, TerminalState.Active => TerminalCondition.Active, TerminalState.Blocked => TerminalCondition.Blocked, _ => TerminalCondition.BlockedForGood },
                    entry.Condition);
                Assert.Equal((state.Work.Open?.TransactionId, state.Work.SetAside.Count, state.Work.LastNumber), (entry.Open?.TransactionId, entry.SetAside, entry.LastNumber));
            }
        });
    }

    [Fact]
    [Rule("I20"), Rule("E35")]
    public void However_the_log_is_cut_into_batches_and_wherever_the_process_dies_the_rows_are_the_same()
    {
        ForLives(
            async (life, log) =>
            {
                var random = new Random(life.Transactions.Count);
                foreach (var projection in World.AllProjections)
                {
                    using var whole = await new HandDriven(projection, log).FoldAsync();
                    using var pieces = new HandDriven(projection, log);
                    while (pieces.Builder.Position < log.LastPosition)
                    {
                        Assert.Null(await pieces.Builder.StepAsync(random.Next(1, 60), CancellationToken.None));
                        if (random.Next(4) == 0) pieces.Restart();
                    }

                    Assert.Equal(await whole.DigestAsync(), await pieces.DigestAsync());
                }
            },
            lives: 3);
    }

    private static void ForLives(Func<TradingLife, InMemoryEventLog, Task> check, int lives = LivesMax, int steps = Steps)
    {
        var inputs = from seed in Gen.Choose(0, 1_000_000) from first in Gen.Elements(FirstDays) select (seed, first);
        Prop.ForAll(inputs.ToArbitrary(), input =>
        {
            var log = new InMemoryEventLog();
            var life = new TradingLife(input.seed, log, input.first).Live(steps);
            check(life, log).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(lives));
    }

    private static async Task<OpenedModels> Open(IEventLog log)
    {
        var folder = new TemporaryFolder();
        var models = await ReadModels.OpenAsync(folder.Path, log, EventCodec.Default, new ManualClock(Instant.FromUtc(2029, 1, 1, 0, 0)), new ReadModelOptions { WaitMax = TimeSpan.FromSeconds(60) }, World.Bounded());
        return new OpenedModels(folder, models);
    }

    private static async Task<List<(RecordedEvent Recorded, ILedgerEvent Event)>> AllEvents(IEventLog log) =>
        [.. (await log.ReadAllAsync(0, int.MaxValue, CancellationToken.None)).Select(r => (r, EventCodec.Default.Decode(r)))];

    private static HistoryQuery AllOf(MerchantId merchant, TradingLife life) =>
        new() { MerchantId = merchant, Today = life.Today, Statuses = HistoryStatuses.All, Kinds = Enum.GetValues<HistoryKind>(), Limit = 200 };

    private static async Task<List<HistoryEntry>> AllEntries(ReadModels models, TradingLife life) =>
        [.. await Tests.History.HistoryQueryTests.AllPages(models, AllOf(Sample.Bakery, life)), .. await Tests.History.HistoryQueryTests.AllPages(models, AllOf(Sample.Florist, life))];

    private static TransactionStatus StatusOf(Refund refund) => refund.Status switch
    {
        RefundStatus.Pending => TransactionStatus.AuthorisationPending,
        RefundStatus.InDoubt => TransactionStatus.InDoubt,
        RefundStatus.Approved => refund.Remittance is null ? TransactionStatus.Completed : TransactionStatus.Remitted,
        RefundStatus.Declined => TransactionStatus.Declined,
        RefundStatus.CancellationPending => TransactionStatus.CancellationPending,
        RefundStatus.Cancelled => TransactionStatus.Cancelled,
    };

    private static IEnumerable<(TransactionId Id, HistoryKind Kind, RefundId? Refund, MerchantId Merchant, LocalDate Day, long Position)> KeyOf(
        Dictionary<StreamName, TransactionEvent.Requested> requests, (RecordedEvent Recorded, ILedgerEvent Event) e)
    {
        if (!requests.TryGetValue(e.Recorded.Stream, out var request)) yield break;
        var position = e.Recorded.Position;
        switch (e.Event)
        {
            case TransactionEvent.Requested: yield return (request.TransactionId, HistoryKind.Payment, null, request.MerchantId, request.BusinessDay, position); break;
            case TransactionEvent.CancellationRequested: yield return (request.TransactionId, HistoryKind.Cancellation, null, request.MerchantId, request.BusinessDay, position); break;
            case TransactionEvent.RefundRequested r: yield return (request.TransactionId, HistoryKind.Refund, r.RefundId, request.MerchantId, r.BusinessDay, position); break;
            case TransactionEvent.RefundCancellationRequested c: yield return (request.TransactionId, HistoryKind.Cancellation, c.RefundId, request.MerchantId, Domain.Calendars.ParisTime.DayOf(c.At), position); break;
        }
    }

    private static (long, long, long, long, long, long) Expected(ILedgerEvent[] events, MerchantId merchant, LocalDate day)
    {
        var completed = events.OfType<TransactionEvent.Completed>().Where(e => e.MerchantId == merchant && e.BusinessDay == day).ToArray();
        var cancelled = events.OfType<TransactionEvent.Cancelled>().Where(e => e.MerchantId == merchant && e.BusinessDay == day).ToArray();
        var refunded = events.OfType<TransactionEvent.RefundApproved>().Where(e => e.MerchantId == merchant && e.BusinessDay == day).ToArray();
        var undone = events.OfType<TransactionEvent.RefundCancelled>().Where(e => e.MerchantId == merchant && e.BusinessDay == day).ToArray();
        return (
            completed.Sum(e => e.Amount.MinorUnits),
            cancelled.Sum(e => e.Amount.MinorUnits),
            refunded.Sum(e => e.Amount.MinorUnits) - undone.Sum(e => e.Amount.MinorUnits),
            completed.Length,
            cancelled.Length,
            refunded.Length - undone.Length);
    }

    private static async Task CheckSums(ReadModels models, MerchantId merchant, IReadOnlyList<RevenueRow> days)
    {
        foreach (var period in new[] { RevenuePeriod.Week, RevenuePeriod.Month })
        {
            var rows = await models.Revenue.QueryAsync(new RevenueQuery(merchant, period, days[0].From, days[^1].To), World.Bounded()).Value();
            foreach (var row in rows)
            {
                var own = days.Where(d => d.From >= row.From && d.To <= row.To).ToArray();
                Assert.All(own, d => Assert.True(period == RevenuePeriod.Month ? d.Start.Month == row.Start.Month : NodaTime.Calendars.WeekYearRules.Iso.GetWeekOfWeekYear(d.Start) == NodaTime.Calendars.WeekYearRules.Iso.GetWeekOfWeekYear(row.Start)));
                Assert.Equal(own.Sum(d => d.Net.MinorUnits), row.Net.MinorUnits);
            }

            Assert.Equal(days.Sum(d => d.Gross.MinorUnits), rows.Sum(r => r.Gross.MinorUnits));
        }
    }

    private static MerchantId MerchantOf(TradingLife life, StreamName stream) =>
        Transaction.FactsOf(life.Transactions[new TransactionId(Guid.ParseExact(stream.Id, "N"))])!.MerchantId;

    /// <summary>No operation of the day waits for an answer or for its remittance.</summary>
    private static bool IsWhollyRemitted(TradingLife life, MerchantId merchant, LocalDate day) =>
        life.Transactions.Values.Where(s => Transaction.FactsOf(s)!.MerchantId == merchant).All(state =>
            (Transaction.FactsOf(state)!.BusinessDay != day || state is not TransactionState.CancellationPending)
            && (Transaction.FactsOf(state)!.BusinessDay != day || state is not TransactionState.Completed { Remittance: null })
            && (Transaction.CompletionOf(state)?.Refunds.Values.All(r => r.BusinessDay != day || !r.IsPaidBack || r.Remittance is not null) ?? true));

    private static long LinesOf(ILedgerEvent[] events, MerchantId merchant, LocalDate day)
    {
        var ids = events.OfType<TransactionEvent.Requested>().Where(e => e.MerchantId == merchant).Select(e => e.TransactionId).ToHashSet();
        return events.OfType<RemittanceEvent.LinesAdded>().SelectMany(e => e.Lines).Where(l => l.OperationDay == day && ids.Contains(l.TransactionId))
            .Sum(l => l.Side == RemittanceSide.Debit ? l.Amount.MinorUnits : -l.Amount.MinorUnits);
    }

    private sealed class OpenedModels(TemporaryFolder folder, ReadModels models) : IAsyncDisposable
    {
        public ReadModels Models => models;

        public async ValueTask DisposeAsync()
        {
            await models.DisposeAsync();
            folder.Dispose();
        }
    }
}
