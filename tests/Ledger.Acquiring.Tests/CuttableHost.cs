using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.Tests;

/// <summary>
/// Stands for the network and the server around a host: counts questions, and where a test says so the server « dies » before a question left or
/// after the host worked on it: the desk's call ends there, and nothing after it happens.
/// </summary>
internal sealed class CuttableHost(IAuthorisationHost inner) : IAuthorisationHost
{
    /// <summary>Asked before each question; what it says happens.</summary>
    public Func<HostOperation, Cut> CutAt { get; set; } = static _ => Cut.None;

    /// <summary>Keeps one answer back, after the host worked on it.</summary>
    public Held? Hold { get; set; }

    public Dictionary<HostOperation, int> Asked { get; } = [];

    public ValueTask<HostAnswer> AuthoriseAsync(AuthorisationQuestion question, CancellationToken cancellation) =>
        AskAsync(HostOperation.Authorise, () => inner.AuthoriseAsync(question, cancellation));

    public ValueTask<HostAnswer> StatusAsync(ExchangeId exchange, CancellationToken cancellation) => AskAsync(HostOperation.Status, () => inner.StatusAsync(exchange, cancellation));

    public ValueTask<ReversalAnswer> ReverseAsync(ExchangeId original, Money amount, CancellationToken cancellation) =>
        AskAsync(HostOperation.Reverse, () => inner.ReverseAsync(original, amount, cancellation));

    public ValueTask<HostAnswer> CancelAsync(ExchangeId exchange, ExchangeId original, Money amount, CancellationToken cancellation) =>
        AskAsync(HostOperation.Cancel, () => inner.CancelAsync(exchange, original, amount, cancellation));

    public ValueTask<HostAnswer> RefundAsync(RefundQuestion question, CancellationToken cancellation) => AskAsync(HostOperation.Refund, () => inner.RefundAsync(question, cancellation));

    public int CountOf(HostOperation operation)
    {
        lock (Asked) return Asked.GetValueOrDefault(operation);
    }

    private async ValueTask<T> AskAsync<T>(HostOperation operation, Func<ValueTask<T>> ask)
    {
        lock (Asked) Asked[operation] = Asked.GetValueOrDefault(operation) + 1;
        var cut = CutAt(operation);
        if (cut is Cut.BeforeTheQuestion) throw new ServerDiedException();

        var answer = await ask();
        if (cut is Cut.BeforeTheAnswer) throw new ServerDiedException();
        if (Hold is { } hold && hold.Operation == operation) await hold.KeepAsync();
        return answer;
    }
}

/// <summary>One answer that is kept back until a test lets it go.</summary>
internal sealed class Held(HostOperation operation)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HostOperation Operation { get; } = operation;

    /// <summary>The host has worked on it.</summary>
    public Task Reached => _reached.Task;

    public void Release() => _released.SetResult();

    public Task KeepAsync()
    {
        _reached.TrySetResult();
        return _released.Task;
    }
}

internal enum Cut
{
    None = 1,
    BeforeTheQuestion = 2,
    BeforeTheAnswer = 3,
}

internal sealed class ServerDiedException() : Exception("The server died here.");
