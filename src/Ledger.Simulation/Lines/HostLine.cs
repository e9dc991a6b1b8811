using Ledger.Acquiring;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Simulation.Scheduling;
using NodaTime;

namespace Ledger.Simulation.Lines;

/// <summary>
/// One server's line to the acquirer's host. Questions and answers take their time and may be doubled; a question that left arrives, also when
/// the server that asked is dead by then.
/// </summary>
internal sealed class HostLine(World world, HomeContext home) : IAuthorisationHost
{
    private static readonly Duration TravelMin = Duration.FromMilliseconds(15);
    private static readonly Duration TravelUsualMax = Duration.FromMilliseconds(400);

    /// <summary>Longest way of a question, in one direction.</summary>
    public static readonly Duration TravelMax = Duration.FromSeconds(12);

    public ValueTask<HostAnswer> AuthoriseAsync(AuthorisationQuestion question, CancellationToken cancellation) =>
        AskAsync(() => world.Host.AuthoriseAsync(question, CancellationToken.None));

    public ValueTask<HostAnswer> StatusAsync(ExchangeId exchange, CancellationToken cancellation) => AskAsync(() => world.Host.StatusAsync(exchange, CancellationToken.None));

    public ValueTask<ReversalAnswer> ReverseAsync(ExchangeId original, Money amount, CancellationToken cancellation)
    {
        world.Oracle.ReversalAsked(original, amount);
        return AskAsync(() => world.Host.ReverseAsync(original, amount, CancellationToken.None));
    }

    public ValueTask<HostAnswer> CancelAsync(ExchangeId exchange, ExchangeId original, Money amount, CancellationToken cancellation) =>
        AskAsync(() => world.Host.CancelAsync(exchange, original, amount, CancellationToken.None));

    public ValueTask<HostAnswer> RefundAsync(RefundQuestion question, CancellationToken cancellation) => AskAsync(() => world.Host.RefundAsync(question, CancellationToken.None));

    /// <summary>The caller stops waiting by itself (TimedHost).</summary>
    private ValueTask<T> AskAsync<T>(Func<ValueTask<T>> ask)
    {
        var answer = new TaskCompletionSource<T>();
        Send(ask, answer);
        return new(answer.Task);
    }

    private void Send<T>(Func<ValueTask<T>> ask, TaskCompletionSource<T>? answer)
    {
        world.QuestionsUnderWay++;
        world.Schedule.After(DrawTravel(), () => _ = ArriveAsync(ask, answer));
    }

    private async Task ArriveAsync<T>(Func<ValueTask<T>> ask, TaskCompletionSource<T>? answer)
    {
        var said = await ask().ConfigureAwait(false);
        world.QuestionsUnderWay--;
        if (answer is null) return;

        // What was not sent, or never arrived, is not doubled either: then it could arrive long after it was asked.
        if (said is not (HostAnswer.NotSent or HostAnswer.NoAnswer) && world.IsBad && world.Chance.OneIn(30))
        {
            world.Counts.DoubledMessages++;
            Send(ask, null);
        }

        if (said is HostAnswer.NoAnswer or ReversalAnswer.NotAcknowledged) world.Counts.LostMessages++;
        world.Schedule.After(DrawTravel(), () =>
        {
            if (!home.IsDead) answer.TrySetResult(said);
        });
    }

    private Duration DrawTravel() => world.IsBad && world.Chance.OneIn(60) ? world.Chance.Between(TravelUsualMax, TravelMax) : world.Chance.Between(TravelMin, TravelUsualMax);
}
