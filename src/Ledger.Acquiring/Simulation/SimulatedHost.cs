using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring.Simulation;

/// <summary>
/// An acquirer's host with books of its own and a script of faults. Deterministic: the same seed, script and questions give the same answers,
/// in whatever order they come. Every exchange has one effect, however often it is asked. Safe for any number of callers.
/// </summary>
public sealed class SimulatedHost : IAuthorisationHost, IDisposable
{
    private readonly Lock _lock = new();
    private readonly IClock _clock;
    private readonly Func<Duration, CancellationToken, ValueTask> _delay;
    private readonly FaultScript _script;
    private readonly FaultPicker _faults;
    private readonly HostJournal? _journal;
    private readonly HostBooks _books;
    private readonly PriorityQueue<AuthorisationQuestion, Instant> _onTheWay = new();

    /// <param name="clock">Says when an outage is.</param>
    /// <param name="delay">Waits for a slow answer; ends early, by an exception or not, when it is cancelled.</param>
    /// <param name="booksPath">Where its books survive the process; null keeps them in memory.</param>
    /// <exception cref="IOException">Another process has the books open.</exception>
    /// <exception cref="InvalidDataException">The file is not a simulated host's.</exception>
    public SimulatedHost(IClock clock, Func<Duration, CancellationToken, ValueTask> delay, FaultScript script, long seed, string? booksPath)
    {
        (_clock, _delay, _script) = (clock, delay, script);
        _faults = new FaultPicker(script, seed);
        _books = new HostBooks(null);
        if (booksPath is not null) _journal = HostJournal.Open(booksPath, out _books);
    }

    /// <summary>A snapshot of its books.</summary>
    public ImmutableArray<HostEntry> Entries
    {
        get
        {
            lock (_lock)
            {
                TakeArrivals(_clock.GetCurrentInstant());
                return [.. _books.Entries];
            }
        }
    }

    /// <summary>What it holds of a merchant; zeros for an unknown one.</summary>
    public HostTotals TotalsOf(MerchantId merchant) => HostTotals.Of(merchant, Entries);

    /// <summary>Compares the ledger's transactions with its books.</summary>
    public Reconciliation Reconcile(IEnumerable<TransactionState> transactions) => Reconciliation.Of(transactions, Entries);

    public void Dispose() => _journal?.Dispose();

    public ValueTask<HostAnswer> AuthoriseAsync(AuthorisationQuestion question, CancellationToken cancellation) =>
        AnswerAsync(HostOperation.Authorise, question.Exchange, new QuestionFacts(question.Amount, question.Card.Token), fault => Authorise(question, fault), cancellation);

    public ValueTask<HostAnswer> StatusAsync(ExchangeId exchange, CancellationToken cancellation) =>
        AnswerAsync(HostOperation.Status, exchange, null, fault => fault switch
        {
            Fault.InProgress => new HostAnswer.InProgress(),
            Fault.OtherAnswer other => new HostAnswer.Declined(other.Response),
            _ => _books.Status(exchange),
        }, cancellation);

    public ValueTask<HostAnswer> CancelAsync(ExchangeId exchange, ExchangeId original, Money amount, CancellationToken cancellation) =>
        AnswerAsync(HostOperation.Cancel, exchange, FactsOf(original), fault => _books.Cancel(exchange, original, amount, fault), cancellation);

    public ValueTask<HostAnswer> RefundAsync(RefundQuestion question, CancellationToken cancellation) =>
        AnswerAsync(HostOperation.Refund, question.Exchange, new QuestionFacts(question.Amount, question.Card), fault => _books.Refund(question, fault), cancellation);

    public ValueTask<ReversalAnswer> ReverseAsync(ExchangeId original, Money amount, CancellationToken cancellation) =>
        ExchangeAsync<ReversalAnswer>(
            HostOperation.Reverse,
            original,
            null,
            fault => fault is Fault.NotAcknowledged ? new ReversalAnswer.NotAcknowledged() : _books.Reverse(original, amount),
            static _ => new ReversalAnswer.NotAcknowledged(),
            cancellation);

    private ValueTask<HostAnswer> AnswerAsync(HostOperation operation, ExchangeId exchange, QuestionFacts? facts, Func<Fault?, HostAnswer> decide, CancellationToken cancellation) =>
        ExchangeAsync(operation, exchange, facts, decide, static wasSent => wasSent ? new HostAnswer.NoAnswer(UnknownReason.AnswerTimedOut) : new HostAnswer.NotSent(), cancellation);

    private async ValueTask<T> ExchangeAsync<T>(
        HostOperation operation, ExchangeId exchange, QuestionFacts? facts, Func<Fault?, T> decide, Func<bool, T> nothing, CancellationToken cancellation)
    {
        var now = _clock.GetCurrentInstant();
        if (_script.Outages.Any(outage => outage.Covers(now))) return nothing(false);

        var fault = _faults.Pick(operation, exchange, facts ?? FactsOf(exchange));
        if (fault is Fault.Unreachable) return nothing(false);
        if (fault is Fault.LostRequest) return nothing(true);

        T answer;
        lock (_lock)
        {
            TakeArrivals(now);
            answer = decide(fault);
        }

        if (fault is Fault.LostAnswer or Fault.LateApproval or Fault.LateArrival) return nothing(true);
        if (fault is Fault.SlowAnswer slow && !await WaitAsync(slow.By, cancellation)) return nothing(true);
        return answer;
    }

    private HostAnswer Authorise(AuthorisationQuestion question, Fault? fault)
    {
        if (fault is not Fault.LateArrival late) return _books.Authorise(question, fault);

        _onTheWay.Enqueue(question, _clock.GetCurrentInstant() + late.By);
        return new HostAnswer.NotFound();
    }

    private void TakeArrivals(Instant now)
    {
        while (_onTheWay.TryPeek(out var question, out var at) && at <= now)
        {
            _onTheWay.Dequeue();
            _books.Authorise(question, null);
        }
    }

    private async ValueTask<bool> WaitAsync(Duration duration, CancellationToken cancellation)
    {
        try
        {
            await _delay(duration, cancellation);
            return !cancellation.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private QuestionFacts? FactsOf(ExchangeId exchange)
    {
        lock (_lock) return _books.Find(exchange)?.Facts;
    }
}
