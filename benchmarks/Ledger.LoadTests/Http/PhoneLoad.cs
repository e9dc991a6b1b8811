using System.Diagnostics;
using System.Threading.Channels;
using Ledger.LoadTests.Engines;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Http;

/// <summary>Payments over HTTP, by phones that each have a connection and play one payment at a time.</summary>
internal sealed class PhoneLoad : IDisposable
{
    private readonly IReadOnlyList<Phone> _phones;

    private PhoneLoad(IReadOnlyList<Phone> phones) => _phones = phones;

    public static async Task<PhoneLoad> ConnectAsync(Uri server, IReadOnlyList<string> tokens, CancellationToken cancellation) =>
        new(await Task.WhenAll(tokens.Select((token, index) => Phone.ConnectAsync(server, token, index + 1, cancellation))));

    /// <summary>Closed loop: each phone begins the next payment when its last one has ended.</summary>
    /// <returns>The whole payments, then each step.</returns>
    public async Task<IReadOnlyList<LoadResult>> ClosedAsync(long payments, Action<long>? advance, CancellationToken cancellation)
    {
        var left = payments;
        var startedAt = Stopwatch.GetTimestamp();
        var tallies = await Task.WhenAll(_phones.Select(phone => Task.Run(() => PlayAsync(phone), cancellation)));
        return [.. Enumerable.Range(0, tallies[0].Length).Select(part => LoadResult.Of(startedAt, tallies.Select(of => of[part]), ClosedLoop.SampleInterval))];

        async Task<Tally[]> PlayAsync(Phone phone)
        {
            var own = NewTallies(startedAt);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await PayAsync(phone, own, Stopwatch.GetTimestamp(), cancellation);
                advance?.Invoke(1);
            }

            return own;
        }
    }

    /// <summary>Open loop: payments are due by the clock; one that finds no free phone waits for one, and its latency counts from when it was due.</summary>
    public async Task<IReadOnlyList<LoadResult>> OpenAsync(OpenLoad load, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var due = Channel.CreateBounded<long>(OpenLoop.OutstandingMax);
        var unsent = Task.Factory.StartNew(() => Send(load, startedAt, due.Writer), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var tallies = await Task.WhenAll(_phones.Select(phone => Task.Run(() => PlayAsync(phone), cancellation)));
        tallies[0][0].Unsent = await unsent;
        return [.. Enumerable.Range(0, tallies[0].Length).Select(part => LoadResult.Of(startedAt, tallies.Select(of => of[part]), ClosedLoop.SampleInterval))];

        async Task<Tally[]> PlayAsync(Phone phone)
        {
            var own = NewTallies(startedAt);
            await foreach (var dueAt in due.Reader.ReadAllAsync(cancellation)) await PayAsync(phone, own, dueAt, cancellation);
            return own;
        }
    }

    public void Dispose()
    {
        foreach (var phone in _phones) phone.Dispose();
    }

    /// <summary>The answers' bytes of one payment, step by step.</summary>
    public async Task<IReadOnlyList<byte[]>> RecordAnswersAsync(CancellationToken cancellation)
    {
        var answers = new List<byte[]>();
        await _phones[0].PayAsync((_, _, body) => answers.Add(body.ToArray()), cancellation);
        return answers;
    }

    private static Tally[] NewTallies(long startedAt) => [.. Enumerable.Range(0, Phone.Steps.Count + 1).Select(_ => new Tally(startedAt, ClosedLoop.SampleInterval))];

    private static async ValueTask PayAsync(Phone phone, Tally[] tallies, long dueAt, CancellationToken cancellation)
    {
        tallies[0].Offered++;
        var isDone = await phone.PayAsync((step, sentAt, _) => tallies[step + 1].Accept(sentAt, Stopwatch.GetTimestamp()), cancellation);
        if (isDone) tallies[0].Accept(dueAt, Stopwatch.GetTimestamp());
        else tallies[0].Refused++;
    }

    private static long Send(OpenLoad load, long startedAt, ChannelWriter<long> due)
    {
        var pacer = new Pacer(new Arrivals(load.RateAt, load.Spacing, load.Seconds, load.Seed), new SystemLoadClock(), startedAt);
        var unsent = 0L;
        try
        {
            while (pacer.WaitNext(static () => { }, out var dueAt))
            {
                if (!due.TryWrite(dueAt)) unsent++;
            }
        }
        finally
        {
            due.Complete();
        }

        return unsent;
    }
}
