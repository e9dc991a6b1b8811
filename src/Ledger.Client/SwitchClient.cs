using System.Runtime.CompilerServices;
using Ledger.Contracts.V1;

namespace Ledger.Client;

/// <summary>
/// Feeds a ledger with what a payments switch records: commands in, outcomes out as they become known. Splits them into requests, one after another, so that
/// no command overtakes an earlier one of its terminal; repeats with the same ids what was refused for lack of room, or whose answer was lost. For more
/// than one request at a time use several calls, each with terminals of its own. Any thread.
/// </summary>
/// <param name="http">Its base address is the ledger's; its time-out bounds one request with its whole answer.</param>
/// <param name="token">From <c>ledger staff add … --role switch</c>.</param>
/// <param name="time">Measures the waits before repeats.</param>
public sealed class SwitchClient(HttpClient http, string token, SwitchClientOptions options, TimeProvider time)
{
    /// <summary>Bytes of one request's commands; half of what the server takes.</summary>
    public const int BodyLengthMax = 4 * 1024 * 1024;

    /// <summary>Sends them all. A request holds what is there when it leaves, up to its bounds: a slow source is not waited for.</summary>
    /// <returns>
    /// The outcome of each command once, none of them <see cref="SwitchResult.Unavailable"/>; in order, but for those that had to be repeated, which come after
    /// the others of their request. <see cref="SwitchOutcome.Line"/> counts within a request; go by the id.
    /// </returns>
    /// <exception cref="SwitchUnavailableException">Too many requests in a row brought no outcome.</exception>
    /// <exception cref="SwitchRefusedException">The token or the address is wrong, or client and server do not fit.</exception>
    public async IAsyncEnumerable<SwitchOutcome> SendAsync(IAsyncEnumerable<SwitchCommand> commands, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var source = new SwitchSource(commands.GetAsyncEnumerator(cancellation), options.CommandsPerRequestMax);
        IReadOnlyList<PendingSwitchCommand> repeated = [];
        for (var attempts = 0; ;)
        {
            var pending = await source.FillAsync(repeated).ConfigureAwait(false);
            if (pending.Count == 0) yield break;

            using var request = new SwitchRequest(http, token, pending, cancellation);
            var unfinished = new List<PendingSwitchCommand>();
            var answered = 0;
            for (; await request.NextAsync().ConfigureAwait(false) is { } outcome; answered++)
            {
                if (outcome.Result is SwitchResult.Unavailable) unfinished.Add(pending[answered]);
                else yield return outcome;
            }

            attempts = answered > unfinished.Count ? 0 : attempts + 1;
            unfinished.AddRange(pending.Skip(answered));
            repeated = unfinished;
            if (unfinished.Count == 0) continue;
            if (attempts >= options.AttemptsMax) throw new SwitchUnavailableException([.. unfinished.Select(static c => c.Command)], attempts, request.Lost);

            await Task.Delay(WaitOf(request, attempts), time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>As long as the server asks for; where it said nothing, 1 s and twice as long after each attempt in vain.</summary>
    private TimeSpan WaitOf(SwitchRequest request, int attempts)
    {
        const int doublingsMax = 10;
        var seconds = request.RetryAfterSeconds ?? 1 << Math.Min(attempts, doublingsMax);
        return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, options.RetryAfterSecondsMax));
    }
}
