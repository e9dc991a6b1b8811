using System.Net;
using System.Net.Sockets;

namespace Ledger.Cluster.EventStoreDb.Tests;

/// <summary>A way to the server on which answers can be lost: questions always arrive.</summary>
internal sealed class AnswerThief : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<TcpClient> _open = [];
    private readonly int _to;
    private readonly Task _accepting;
    private volatile bool _steals;

    /// <param name="to">The server's port on loopback.</param>
    public AnswerThief(int to)
    {
        _to = to;
        _listener.Start();
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>From now on nothing comes back.</summary>
    public void Steal() => _steals = true;

    /// <summary>Cuts all connections; new ones work both ways.</summary>
    public void CutAndHeal()
    {
        _steals = false;
        lock (_open)
        {
            foreach (var client in _open) client.Dispose();
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        CutAndHeal();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var near = await _listener.AcceptTcpClientAsync(_stopping.Token);
            var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, _to, _stopping.Token);
            lock (_open) _open.AddRange([near, far]);
            _ = PumpAsync(near, far, isAnswer: false);
            _ = PumpAsync(far, near, isAnswer: true);
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, bool isAnswer)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            var (source, sink) = (from.GetStream(), to.GetStream());
            while (await source.ReadAsync(buffer) is > 0 and var count)
            {
                if (!isAnswer || !_steals) await sink.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut.
        }
        finally
        {
            to.Dispose();
        }
    }
}
