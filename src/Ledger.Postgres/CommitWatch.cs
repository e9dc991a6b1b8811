using System.Globalization;
using Ledger.EventLog;
using Npgsql;

namespace Ledger.Postgres;

/// <summary>
/// Learns of commits of other processes: told by the database at once, and by looking where a notification may have been lost. Runs on a task of its own from
/// <see cref="Start"/> until it is disposed.
/// </summary>
/// <param name="channel">On which the database tells of commits; the payload is the log's last position.</param>
/// <param name="readLastPosition">Asks for it.</param>
internal sealed class CommitWatch(NpgsqlDataSource source, string channel, Func<CancellationToken, Task<long>> readLastPosition, CommitSignal signal, PostgresOptions options) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;
    private int _isDisposed;

    public void Start() => _watching = Task.Run(WatchAsync);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>A lost connection is made anew as long as there is someone to tell; between two attempts as long a pause as between two looks.</summary>
    private async Task WatchAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (PostgresFaults.Translate(exception) is not null)
            {
                // Whoever appends or reads gets the error; those who wait, wait on.
                await Task.Delay(options.PollEvery, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
        connection.Notification += Told;
        await using (var listen = new NpgsqlCommand($"LISTEN {channel}", connection)) await listen.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
        while (true)
        {
            // Also at first: what came before it listened.
            signal.Advance(await readLastPosition(cancellation).ConfigureAwait(false));
            while (await connection.WaitAsync(options.PollEvery, cancellation).ConfigureAwait(false))
            {
                // It was told: nothing to look for.
            }
        }
    }

    private void Told(object? sender, NpgsqlNotificationEventArgs told)
    {
        if (long.TryParse(told.Payload, NumberStyles.None, CultureInfo.InvariantCulture, out var position)) signal.Advance(position);
    }
}
