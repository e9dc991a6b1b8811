using System.Collections.Immutable;
using Ledger.Domain.Accounting;
using Ledger.Domain.Calendars;
using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionEvent;

namespace Ledger.Domain.Tests.Transactions;

/// <summary>
/// The invariants of one transaction (domain.md 5), computed from its history of events and nothing else, so that a mistake in its state
/// cannot hide itself.
/// </summary>
internal static class Oracle
{
    public static void Check(Story story)
    {
        var history = story.History;
        if (history.IsEmpty) return;

        var requested = Assert.IsType<Requested>(history[0]);
        CheckAmounts(requested, [.. history]);
        CheckRefunds(requested, story);
        CheckDays(requested, [.. history]);
        CheckOutcome([.. history]);
        CheckCancelled([.. history]);
        CheckPostings([.. history]);
        AssertSame(history.Aggregate(Transaction.Initial, Transaction.Evolve), story.State); // I20
    }

    /// <summary>I01, I02, I05.</summary>
    private static void CheckAmounts(Requested requested, TransactionEvent[] history)
    {
        Assert.InRange(requested.Amount.MinorUnits, 1, 150_000);
        Assert.Equal(Currency.Eur, requested.Amount.Currency);
        Assert.All(history.OfType<Approved>(), e => Assert.Equal(requested.Amount, e.Amount));
        Assert.All(history.OfType<Completed>(), e => Assert.Equal((requested.Amount, requested.BusinessDay), (e.Amount, e.BusinessDay)));
        Assert.All(history.OfType<Cancelled>(), e => Assert.Equal((requested.Amount, requested.BusinessDay), (e.Amount, e.BusinessDay)));
    }

    /// <summary>I03, I09: pending and in-doubt refunds count as accepted.</summary>
    private static void CheckRefunds(Requested requested, Story story)
    {
        var asked = story.History.OfType<RefundRequested>().ToArray();
        RefundId[] given =
            [.. story.History.OfType<RefundDeclined>().Select(e => e.RefundId), .. story.History.OfType<RefundCancelled>().Select(e => e.RefundId)];
        Assert.Distinct(asked.Select(e => e.RefundId));
        Assert.Distinct(given);
        var held = asked.Where(e => !given.Contains(e.RefundId)).Sum(e => e.Amount.MinorUnits);

        Assert.InRange(held, 0, requested.Amount.MinorUnits);
        if (story.State is TransactionState.Completed completed) Assert.Equal(requested.Amount.MinorUnits - held, completed.Refundable.MinorUnits);
    }

    /// <summary>I21, I37; a clock that stepped back is taken as standing still.</summary>
    private static void CheckDays(Requested requested, TransactionEvent[] history)
    {
        Assert.Equal(ParisTime.DayOf(requested.At), requested.BusinessDay);
        Assert.All(history.OfType<CancellationRequested>(), e => Assert.Equal(requested.BusinessDay, DayOf(e.At, requested.At)));
        Assert.All(history.OfType<RefundRequested>(), e => Assert.True(e.BusinessDay > requested.BusinessDay && e.BusinessDay == ParisTime.DayOf(e.At)));
        Assert.All(history.OfType<RefundCancellationRequested>(), e => Assert.Equal(RefundOf(e.RefundId).BusinessDay, DayOf(e.At, RefundOf(e.RefundId).At)));
        Assert.All(history.OfType<Remitted>(), e => CheckRemitted(requested.BusinessDay, e.Remittance.Day, e.At));
        Assert.All(history.OfType<RefundRemitted>(), e => CheckRemitted(RefundOf(e.RefundId).BusinessDay, e.Remittance.Day, e.At));

        static void CheckRemitted(LocalDate day, LocalDate remitted, Instant at) => Assert.True(day <= remitted && remitted < ParisTime.DayOf(at));
        RefundRequested RefundOf(RefundId id) => history.OfType<RefundRequested>().Single(e => e.RefundId == id);
        static LocalDate DayOf(Instant at, Instant since) => ParisTime.DayOf(at < since ? since : at);
    }

    /// <summary>I13, I16, I18, I29, I36: one outcome, one answer a question, one remittance.</summary>
    private static void CheckOutcome(TransactionEvent[] history)
    {
        Assert.True(history.Count(e => e is Approved or Declined or Aborted) <= 1);
        Assert.True(history.Count(e => e is Completed or Reversed or Declined or Aborted) <= 1);
        Assert.True(history.Count(e => e is Completed or ReversalRequested) <= 1);
        Assert.True(history.Count(e => e is Remitted or Cancelled) <= 1);
        Assert.True(history.Count(e => e is AnswerContradicted { ApprovedAmount: not null }) <= 1);
        Assert.True(history.Count(e => e is ContradictionUndone) <= history.Count(e => e is AnswerContradicted { ApprovedAmount: not null }));
        Assert.Distinct(history.OfType<RefundRemitted>().Select(e => e.RefundId));

        var end = Array.FindIndex(history, e => e is Declined or Aborted or Reversed or Cancelled);
        if (end >= 0) Assert.All(history[(end + 1)..], e => Assert.True(e is TicketSent or TicketFailed or TicketReissued or AnswerContradicted or ContradictionUndone));

        Assert.Distinct(history.Select(QuestionOf).OfType<ExchangeId>());
        Assert.Distinct(history.Select(AnswerOf).OfType<ExchangeId>());
    }

    /// <summary>I04.</summary>
    private static void CheckCancelled(TransactionEvent[] history)
    {
        if (!history.Any(e => e is Cancelled)) return;

        Assert.DoesNotContain(history, e => e is RefundRequested or Remitted);
        Assert.All(BalanceOf(history).Accounts, a => Assert.Equal(0, a.Balance));
    }

    /// <summary>I07; and what is owed to the merchant is the payment less what was paid back.</summary>
    private static void CheckPostings(TransactionEvent[] history)
    {
        Assert.All(history, e => Assert.True(Postings.AreBalanced(Postings.Of(e))));
        var net = history.Sum(e => e switch
        {
            Completed c => c.Amount.MinorUnits,
            Cancelled c => -c.Amount.MinorUnits,
            RefundApproved r => -r.Amount.MinorUnits,
            RefundCancelled r => r.Amount.MinorUnits,
            _ => 0,
        });
        Assert.True(net >= 0);
        Assert.Equal(-net, BalanceOf(history)[Postings.MerchantPayable(Sample.Bakery), Currency.Eur].Balance);
    }

    private static TrialBalance BalanceOf(TransactionEvent[] history) => history.Aggregate(TrialBalance.Empty, (sum, e) => sum.Add(Postings.Of(e)));

    private static ExchangeId? QuestionOf(TransactionEvent e) => e switch
    {
        AuthorisationSent q => q.Exchange,
        CancellationRequested q => q.Exchange,
        RefundRequested q => q.Exchange,
        RefundCancellationRequested q => q.Exchange,
        _ => null,
    };

    private static ExchangeId? AnswerOf(TransactionEvent e) => e switch
    {
        Approved a => a.Exchange,
        Declined a => a.Exchange,
        Cancelled a => a.Exchange,
        CancellationRefused a => a.Exchange,
        RefundApproved a => a.Exchange,
        RefundDeclined a => a.Exchange,
        RefundCancelled a => a.Exchange,
        RefundCancellationRefused a => a.Exchange,
        _ => null,
    };

    private static void AssertSame(TransactionState replayed, TransactionState state)
    {
        Assert.Equal(WithoutRefunds(replayed), WithoutRefunds(state));
        Assert.Equal(RefundsOf(replayed), RefundsOf(state));
    }

    /// <summary>A dictionary compares by reference; all else in a state by value.</summary>
    private static TransactionState WithoutRefunds(TransactionState state) => state switch
    {
        TransactionState.Completed s => s with { Refunds = Empty },
        TransactionState.CancellationPending s => s with { Before = s.Before with { Refunds = Empty } },
        TransactionState.Cancelled s => s with { Before = s.Before with { Refunds = Empty } },
        _ => state,
    };

    private static ImmutableDictionary<RefundId, Refund> Empty { get; } =
        ImmutableDictionary<RefundId, Refund>.Empty;

    private static Refund[] RefundsOf(TransactionState state) =>
        Transaction.CompletionOf(state) is { } completed ? [.. completed.Refunds.Values.OrderBy(r => r.Id.Value)] : [];
}
