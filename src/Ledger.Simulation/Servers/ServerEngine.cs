using Ledger.Engine;
using Ledger.EventLog;
using Ledger.Simulation.Scheduling;

namespace Ledger.Simulation.Servers;

/// <summary>
/// The engine as the rest of its server sees it: what is awaited is completed by the schedule, on its thread, once a step of the engine has
/// brought the answer. Of a killed server nothing is completed any more. Every answer is shown to <see cref="OnAnswered"/> first.
/// </summary>
internal sealed class ServerEngine(LedgerEngine inner, Schedule schedule) : ILedgerEngine
{
    private readonly List<Call> _open = [];
    private readonly List<Call> _finished = [];
    private bool _isDead;

    /// <summary>There is something to do for the engine's parts.</summary>
    public Action OnPosted { get; set; } = static () => { };

    public Action<EngineCommand, CommandReply> OnAnswered { get; set; } = static (_, _) => { };

    public Action<EngineCommand, Exception> OnFailed { get; set; } = static (_, _) => { };

    public Action<EngineCommand> OnAsked { get; set; } = static _ => { };

    public ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
    {
        OnAsked(command);
        return OpenAsync(new CommandCall(this, command, inner.ExecuteAsync(command, CancellationToken.None)), cancellation);
    }

    public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class
        => OpenAsync(new Call<StreamState<TState>>(inner.ReadAsync<TState>(stream, CancellationToken.None)), cancellation);

    public ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class
        => inner.ReadAtAsync<TState>(stream, version, cancellation);

    /// <summary>Completes what the engine has answered. Called after each of its steps.</summary>
    public void Collect()
    {
        var kept = 0;
        for (var index = 0; index < _open.Count; index++)
        {
            var call = _open[index];
            if (call.HasAnswer) _finished.Add(call);
            else _open[kept++] = call;
        }

        if (kept == _open.Count) return;
        _open.RemoveRange(kept, _open.Count - kept);
        Call[] finished = [.. _finished];
        _finished.Clear();
        foreach (var call in finished)
        {
            if (!_isDead) call.Finish();
        }
    }

    /// <summary>Its process is killed: nobody waits any more.</summary>
    public void Die()
    {
        _isDead = true;
        _open.Clear();
    }

    private ValueTask<T> OpenAsync<T>(Call<T> call, CancellationToken cancellation)
    {
        schedule.ThrowUnlessHere();
        _open.Add(call);
        if (cancellation.CanBeCanceled) call.CancelWith(cancellation);
        OnPosted();
        return new(call.Task);
    }

    private abstract class Call
    {
        public abstract bool HasAnswer { get; }

        public abstract void Finish();
    }

    private class Call<T>(ValueTask<T> inner) : Call
    {
        // Its continuations run where it is completed.
        private readonly TaskCompletionSource<T> _answer = new();
        private CancellationTokenRegistration _cancelling;

        public Task<T> Task => _answer.Task;

        public override bool HasAnswer => inner.IsCompleted;

        public void CancelWith(CancellationToken cancellation) =>
            _cancelling = cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource<T>)state!).TrySetCanceled(token), _answer);

        public override void Finish()
        {
            _cancelling.Dispose();
            T value;
            try
            {
                value = inner.GetAwaiter().GetResult();
            }
            catch (Exception exception)
            {
                // The request's edge: whatever it is, who waits gets it.
                Failed(exception);
                _answer.TrySetException(exception);
                return;
            }

            Answered(value);
            _answer.TrySetResult(value);
        }

        protected virtual void Answered(T value) { }

        protected virtual void Failed(Exception exception) { }
    }

    private sealed class CommandCall(ServerEngine owner, EngineCommand command, ValueTask<CommandReply> inner) : Call<CommandReply>(inner)
    {
        protected override void Answered(CommandReply value) => owner.OnAnswered(command, value);

        protected override void Failed(Exception exception) => owner.OnFailed(command, exception);
    }
}
