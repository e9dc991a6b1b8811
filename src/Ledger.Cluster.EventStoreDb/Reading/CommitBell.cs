using EventStore.Client;
using Ledger.Cluster.EventStoreDb.Indexing;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb.Reading;

/// <summary>
/// Hears of others' commits by a subscription and takes them into the index. Runs on a task of its own from <see cref="Start"/> until it is disposed. A lost
/// subscription goes on from the last event that is known, so nothing is missed.
/// </summary>
/// <param name="appending">Held while this process appends: its own commit needs no reading.</param>
internal sealed class CommitBell(LedgerStream stream, LogIndex index, CatchUp catchUp, SemaphoreSlim appending, EventStoreDbOptions options) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _listening = Task.CompletedTask;

    public void Start() => _listening = Task.Run(ListenAsync);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await using var subscription = stream.Subscribe(index.End.Revision, _stopping.Token);
                await foreach (var message in subscription.Messages.ConfigureAwait(false)) await HearAsync(message).ConfigureAwait(false);
            }
            catch (Exception exception) when (_stopping.IsCancellationRequested || IsForOthers(exception))
            {
                // Whoever appends or reads gets the error; those who wait, wait on.
            }

            stream.Suspect();
            await Task.Delay(options.ReconnectAfter, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task HearAsync(StreamMessage message)
    {
        if (message is not StreamMessage.Event(var resolved) || resolved.Event.EventNumber.ToInt64() <= index.End.Revision) return;

        await appending.WaitAsync(_stopping.Token).ConfigureAwait(false);
        appending.Release();
        if (resolved.Event.EventNumber.ToInt64() > index.End.Revision) await catchUp.RunAsync(_stopping.Token).ConfigureAwait(false);
    }

    private static bool IsForOthers(Exception exception) =>
        exception is EventLogUnavailableException or EventLogCorruptException or EventLogFencedException or EventLogRefusedException || EventStoreDbFaults.Translate(exception) is not null;
}
