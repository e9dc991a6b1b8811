using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Acquiring.Tests;

/// <summary>
/// One terminal's days over a host that loses, delays and refuses, and a server that dies between questions and answers. Whatever happens,
/// once all is quiet both books agree to the cent. A failure names its seed: the run repeats with it.
/// </summary>
public sealed class LossyLifeTests
{
    private const int StepsPerLife = 60;
    private const int DieingPerThousand = 120;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    [Rule("I13")]
    [Rule("I14")]
    [Rule("I16")]
    [Rule("I50")]
    [Rule("E33")]
    public async Task Every_approval_ends_as_money_or_reversed_and_the_books_agree(int seed)
    {
        await using var bench = await LiveAsync(seed);

        await bench.AssertReconciledAsync();
        foreach (var transaction in bench.Transactions) await AssertSettledAsync(bench, transaction);
        Assert.Empty((await bench.TerminalAsync()).SetAside);
        Assert.Null((await bench.TerminalAsync()).Open);
        Assert.Contains(bench.Host.Entries, static entry => entry.UndoneBy is HostUndo.Reversal);
        Assert.Contains(bench.Host.Entries, static entry => entry.IsEffective);
    }

    /// <summary>Guards the test above: lives that meet nothing prove nothing.</summary>
    [Fact]
    public async Task The_lives_meet_every_end_and_every_cut_off()
    {
        var met = new HashSet<string>();
        for (var seed = 1; seed <= 20; seed++)
        {
            await using var bench = await LiveAsync(seed);
            foreach (var transaction in bench.Transactions) met.UnionWith((await bench.EventsAsync(transaction)).Select(NameOf));
        }

        string[] expected =
        [
            "Completed", "Declined", "Cancelled", "CancellationRefused",
            "RefundApproved", "RefundDeclined", "RefundOutcomeUnknown", "RefundCancelled", "RefundCancellationRefused",
            "Aborted NotFoundAtHost", "Aborted TimedOut", "Aborted PinEntryTimedOut",
            "OutcomeUnknown AnswerTimedOut", "OutcomeUnknown ConnectionLost", "OutcomeUnknown ServerRestarted", "OutcomeUnknown CardRemoved",
            "ReversalRequested AmountDiffers", "ReversalRequested Abandoned", "ReversalRequested CardRemovedEarly", "ReversalRequested CompletionTimedOut",
            "Reversed True",
        ];
        Assert.Empty(expected.Except(met));
    }

    private static string NameOf(ILedgerEvent @event) => @event switch
    {
        TransactionEvent.Aborted e => $"Aborted {e.Reason}",
        TransactionEvent.OutcomeUnknown e => $"OutcomeUnknown {e.Reason}",
        TransactionEvent.ReversalRequested e => $"ReversalRequested {e.Reason}",
        TransactionEvent.Reversed e => $"Reversed {e.FoundAtHost}",
        _ => @event.GetType().Name,
    };

    private static async Task<Bench> LiveAsync(int seed)
    {
        var bench = await Bench.OpenAsync(Script(seed), seed);
        var life = new Life(bench, new Random(seed));
        for (var step = 0; step < StepsPerLife; step++) await life.StepAsync();

        await bench.RestartAsync(losesToDoList: seed % 2 == 0);
        await bench.UntilQuietAsync();
        return bench;
    }

    private static async Task AssertSettledAsync(Bench bench, TransactionId transaction)
    {
        var events = await bench.EventsAsync(transaction);
        if (events.Count == 0) return; // Refused: the terminal was busy.

        var state = await bench.StateAsync(transaction);
        Assert.True(
            state is TransactionState.Completed or TransactionState.Cancelled or TransactionState.Declined or TransactionState.Aborted or TransactionState.Reversed,
            $"{transaction} is still {state.StatusOf()}");
        var refunds = Transaction.CompletionOf(state)?.Refunds.Values ?? [];
        Assert.All(refunds, static refund => Assert.True(refund.Status is RefundStatus.Approved or RefundStatus.Declined or RefundStatus.Cancelled, $"{refund.Id} is still {refund.Status}"));

        var approvedAtHost = events.OfType<TransactionEvent.AuthorisationSent>().SelectMany(sent => bench.Host.Entries.Where(entry => entry.Exchange == sent.Exchange && entry.Approved is not null)).Count();
        var ends = events.Count(static e => e is TransactionEvent.Completed or TransactionEvent.Reversed { FoundAtHost: true });
        Assert.Equal(approvedAtHost, ends);
    }

    private static FaultScript Script(int seed)
    {
        var often = seed % 3 == 0 ? 300 : 120;
        var start = Some.Start + Duration.FromMinutes(seed * 7);
        return new FaultScript(
            [
                Rule(HostOperation.Authorise, often / 3, new Fault.Decline(new ResponseCode("51"))),
                Rule(HostOperation.Authorise, often / 2, new Fault.Unreachable()),
                Rule(HostOperation.Authorise, often, new Fault.LostRequest()),
                Rule(HostOperation.Authorise, often, new Fault.LostAnswer()),
                Rule(HostOperation.Authorise, often, new Fault.LateApproval(3)),
                Rule(HostOperation.Authorise, often, new Fault.LateArrival(Duration.FromSeconds(80))),
                Rule(HostOperation.Authorise, often / 2, new Fault.PartialApproval(Money.Eur(1))),
                Rule(HostOperation.Status, often, new Fault.InProgress(), 3),
                Rule(HostOperation.Status, often, new Fault.LostAnswer(), 3),
                Rule(HostOperation.Reverse, often, new Fault.NotAcknowledged(), 4),
                Rule(HostOperation.Reverse, often, new Fault.LostAnswer(), 4),
                Rule(HostOperation.Cancel, often, new Fault.Decline(new ResponseCode("57"))),
                Rule(HostOperation.Cancel, often, new Fault.LostRequest(), 2),
                Rule(HostOperation.Cancel, often, new Fault.LostAnswer(), 2),
                Rule(HostOperation.Refund, often, new Fault.Decline(new ResponseCode("62"))),
                Rule(HostOperation.Refund, often, new Fault.LostRequest(), 2),
                Rule(HostOperation.Refund, often, new Fault.LostAnswer(), 2),
            ],
            [new Outage(start, start + Duration.FromMinutes(40))]);
    }

    private static FaultRule Rule(HostOperation on, int perThousand, Fault fault, int timesMax = 1) => new(on, new FaultTrigger.Chance(perThousand), fault, timesMax);

    /// <summary>What the merchant, the client, the phone and the power supply do.</summary>
    private sealed class Life(Bench bench, Random random)
    {
        private readonly List<(TransactionId Transaction, CommandHeader Header)> _died = [];

        public async Task StepAsync()
        {
            bench.Line.CutAt = operation => operation is not HostOperation.Status && random.Next(1000) < DieingPerThousand ? (Cut)random.Next(2, 4) : Cut.None;
            try
            {
                await ActAsync();
            }
            catch (ServerDiedException)
            {
                await bench.RestartAsync(losesToDoList: random.Next(4) == 0);
            }

            bench.Line.CutAt = static _ => Cut.None;
            await bench.PassAsync(random.Next(10) == 0 ? Duration.FromHours(random.Next(1, 20)) : Duration.FromSeconds(random.Next(1, 200)));
        }

        private async Task ActAsync()
        {
            switch (random.Next(10))
            {
                case < 6: await PayAsync(); break;
                case 6: await RepeatAsync(); break;
                case 7: await CancelAsync(); break;
                default: await RefundAsync(); break;
            }
        }

        private async Task PayAsync()
        {
            var payment = bench.Payment(random.Next(2, 150_001));
            if (!(await bench.Desk.StartAsync(bench.Header(), payment, default)).Reply.IsAccepted) return;
            if (random.Next(8) == 0)
            {
                // Or the phone dies, and nobody says anything any more.
                if (random.Next(2) == 0) await bench.AbortAsync(payment.TransactionId, AbortReason.PinEntryTimedOut);
                return;
            }

            var header = bench.Header();
            _died.Add((payment.TransactionId, header));
            await bench.Desk.AuthoriseAsync(header, bench.Authorisation(payment.TransactionId), default);
            if (random.Next(3) == 0) await bench.PassAsync(Duration.FromSeconds(random.Next(1, 30)));
            if (random.Next(8) == 0) await bench.AbortAsync(payment.TransactionId, AbortReason.CardRemovedEarly);
            else if (random.Next(8) != 0) await bench.CompleteAsync(payment.TransactionId);
        }

        /// <summary>The phone comes back and asks again, by the same id.</summary>
        private async Task RepeatAsync()
        {
            if (_died.Count == 0) return;
            var (transaction, header) = _died[^1];
            await bench.Desk.AuthoriseAsync(header, bench.Authorisation(transaction), default);
            if (random.Next(2) == 0) await bench.CompleteAsync(transaction);
        }

        private async Task CancelAsync()
        {
            if (await AnyCompletedAsync() is { } completed) await bench.CancelAsync(completed.Facts.TransactionId, completed.Facts.Amount.MinorUnits);
        }

        private async Task RefundAsync()
        {
            if (await AnyCompletedAsync() is not { } completed) return;
            var transaction = completed.Facts.TransactionId;
            if (random.Next(2) == 0 && completed.Refunds.Values.FirstOrDefault(static r => r.Status is RefundStatus.Approved) is { } refund)
                await bench.CancelRefundAsync(transaction, refund.Id, refund.Amount.MinorUnits);
            else await bench.RefundAsync(transaction, bench.NextRefund(), random.NextInt64(1, completed.Facts.Amount.MinorUnits + 1));
        }

        private async Task<TransactionState.Completed?> AnyCompletedAsync()
        {
            var completed = new List<TransactionState.Completed>();
            foreach (var transaction in bench.Transactions)
            {
                if (await bench.StateAsync(transaction) is TransactionState.Completed one) completed.Add(one);
            }

            return completed.Count == 0 ? null : completed[random.Next(completed.Count)];
        }
    }
}
