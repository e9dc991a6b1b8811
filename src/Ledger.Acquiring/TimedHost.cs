using Ledger.Domain;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring;

/// <summary>
/// Bounds every question in time, whatever the host's adapter does: past its limit an answer is <see cref="HostAnswer.NoAnswer"/>, a reversal
/// <see cref="ReversalAnswer.NotAcknowledged"/>. Safe for any number of callers.
/// </summary>
/// <param name="timers">The composition root's; a test's own stands still until told otherwise.</param>
public sealed class TimedHost(IAuthorisationHost inner, HostTimeouts timeouts, TimeProvider timers) : IAuthorisationHost
{
    private static readonly HostAnswer _late = new HostAnswer.NoAnswer(UnknownReason.AnswerTimedOut);

    public ValueTask<HostAnswer> AuthoriseAsync(AuthorisationQuestion question, CancellationToken cancellation) =>
        WithinAsync(timeouts.Authorise, _late, token => inner.AuthoriseAsync(question, token), cancellation);

    public ValueTask<HostAnswer> StatusAsync(ExchangeId exchange, CancellationToken cancellation) =>
        WithinAsync(timeouts.Status, _late, token => inner.StatusAsync(exchange, token), cancellation);

    public ValueTask<ReversalAnswer> ReverseAsync(ExchangeId original, Money amount, CancellationToken cancellation) =>
        WithinAsync(timeouts.Reverse, new ReversalAnswer.NotAcknowledged(), token => inner.ReverseAsync(original, amount, token), cancellation);

    public ValueTask<HostAnswer> CancelAsync(ExchangeId exchange, ExchangeId original, Money amount, CancellationToken cancellation) =>
        WithinAsync(timeouts.Cancel, _late, token => inner.CancelAsync(exchange, original, amount, token), cancellation);

    public ValueTask<HostAnswer> RefundAsync(RefundQuestion question, CancellationToken cancellation) =>
        WithinAsync(timeouts.Refund, _late, token => inner.RefundAsync(question, token), cancellation);

    private async ValueTask<T> WithinAsync<T>(Duration limit, T late, Func<CancellationToken, ValueTask<T>> ask, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(limit.ToTimeSpan(), timers);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            // WaitAsync as well: an adapter that does not look at its token is bounded all the same.
            return await ask(either.Token).AsTask().WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return late;
        }
    }
}

/// <summary>How long an answer is waited for. R038: a payment takes about 60 seconds in all.</summary>
public sealed record HostTimeouts(Duration Authorise, Duration Status, Duration Reverse, Duration Cancel, Duration Refund)
{
    /// <summary>30 s where a client waits with a card; 5 s where the follow-up asks again anyway.</summary>
    public static HostTimeouts Default { get; } = new(
        Authorise: Duration.FromSeconds(30),
        Status: Duration.FromSeconds(5),
        Reverse: Duration.FromSeconds(5),
        Cancel: Duration.FromSeconds(30),
        Refund: Duration.FromSeconds(30));
}
