using System.Text.Json;
using Ledger.Contracts.V1;

namespace Ledger.Client;

/// <summary>Cuts a stream of commands into requests. Used by one caller.</summary>
internal sealed class SwitchSource(IAsyncEnumerator<SwitchCommand> commands, int countMax) : IAsyncDisposable
{
    private ValueTask<bool>? _next;
    private PendingSwitchCommand? _taken;
    private bool _isOver;

    /// <param name="repeated">What goes first, in order.</param>
    /// <returns>Empty when there is nothing more.</returns>
    public async ValueTask<IReadOnlyList<PendingSwitchCommand>> FillAsync(IReadOnlyList<PendingSwitchCommand> repeated)
    {
        var filled = new List<PendingSwitchCommand>(repeated);
        var length = filled.Sum(static c => c.Line.Length + 1);
        while (filled.Count < countMax && await TakeAsync(mayWait: filled.Count == 0).ConfigureAwait(false) is { } command)
        {
            if (filled.Count > 0 && length + command.Line.Length + 1 > SwitchClient.BodyLengthMax) break;

            _taken = null;
            filled.Add(command);
            length += command.Line.Length + 1;
        }

        return filled;
    }

    public async ValueTask DisposeAsync()
    {
        // A source that is asked for its next must not be disposed before it has answered.
        if (_next is { } next) await next.ConfigureAwait(false);
        await commands.DisposeAsync().ConfigureAwait(false);
    }

    /// <returns>The next command, which stays the next until it is put into a request; null when there is none now.</returns>
    private async ValueTask<PendingSwitchCommand?> TakeAsync(bool mayWait)
    {
        if (_taken is not null) return _taken;
        if (_isOver) return null;

        var next = _next ?? commands.MoveNextAsync().Preserve();
        if (!next.IsCompleted && !mayWait)
        {
            _next = next;
            return null;
        }

        _next = null;
        if (!await next.ConfigureAwait(false))
        {
            _isOver = true;
            return null;
        }

        var command = commands.Current;
        return _taken = new PendingSwitchCommand(command, JsonSerializer.SerializeToUtf8Bytes(command, LedgerJson.Client));
    }
}
