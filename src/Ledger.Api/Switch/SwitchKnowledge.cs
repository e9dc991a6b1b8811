using System.Collections.Concurrent;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Engine;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Api.Switch;

/// <summary>
/// What other streams know. Contracts and terminals' devices are read once per request: the domain decides on the transaction and its terminal as they are,
/// and refuses a device that is not bound any more. One instance serves one request; at most a few entries per command.
/// </summary>
internal sealed class SwitchKnowledge(SwitchIntake intake, IClock clock)
{
    private readonly ConcurrentDictionary<MerchantId, Lazy<Task<StreamState<MerchantState>?>>> _merchants = new();
    private readonly ConcurrentDictionary<TerminalSerial, Lazy<Task<StreamState<TerminalState>?>>> _terminals = new();

    public Instant Now => clock.GetCurrentInstant();

    /// <returns>Null when the engine has no room.</returns>
    public ValueTask<MerchantState?> MerchantAsync(MerchantId id) => OnceAsync(_merchants, id, id.Stream);

    /// <inheritdoc cref="MerchantAsync"/>
    public ValueTask<TerminalState?> TerminalAsync(TerminalSerial serial) => OnceAsync(_terminals, serial, serial.Stream);

    /// <summary>Read anew each time: an opposition takes effect at once (R186).</summary>
    /// <inheritdoc cref="MerchantAsync"/>
    public async ValueTask<CardState?> CardAsync(CardToken token) => (await intake.ReadAsync<CardState>(token.Stream))?.State;

    private async ValueTask<TState?> OnceAsync<TId, TState>(ConcurrentDictionary<TId, Lazy<Task<StreamState<TState>?>>> known, TId id, StreamName stream)
        where TId : struct
        where TState : class =>
        (await known.GetOrAdd(id, _ => new Lazy<Task<StreamState<TState>?>>(() => intake.ReadAsync<TState>(stream).AsTask())).Value)?.State;
}
