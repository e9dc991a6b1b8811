using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Ledger.Api.Auth;
using Ledger.Api.Payments;
using Ledger.Api.Reading;
using Ledger.Contracts.V1;
using Ledger.Domain.Calendars;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Projections;
using Ledger.Projections.Revenue;
using Microsoft.Extensions.Options;
using NodaTime;

namespace Ledger.Api.Live;

/// <summary>What one connection is sent: changes of its merchant's transactions and of today's revenue, a heartbeat in silence, and « reset » after too long an absence.</summary>
internal sealed class LiveSession(LiveFeed feed, StateReader states, IReadModels models, IClock clock, IOptions<LedgerApiOptions> options)
{
    private const int ItemsPerTurnMax = 256;
    private static readonly TimeSpan Reconnect = TimeSpan.FromSeconds(2);

    /// <param name="after">Position that the caller has seen; null to begin now.</param>
    public async IAsyncEnumerable<SseItem<string>> RunAsync(DeviceCaller device, long? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var position = after ?? feed.Position;
        yield return Item("heartbeat", "{}", position);
        // A device that was replaced or whose terminal was taken away hears no more.
        while (await IsBoundAsync(device, cancellation))
        {
            var slice = feed.Read(device.Merchant, position, ItemsPerTurnMax);
            if (!slice.IsComplete) yield return Item("reset", Json(new LiveReset(slice.Position)), slice.Position);
            foreach (var item in slice.Items.GroupBy(static i => i.Transaction).Select(static g => g.Last()).OrderBy(static i => i.Position))
            {
                if (await TransactionAsync(device, item, cancellation) is { } changed) yield return changed;
            }

            if (slice.Items.Any(static i => i.MovesMoney) && await RevenueAsync(device, slice.Position, cancellation) is { } revenue) yield return revenue;
            position = slice.Position;
            if (!await ChangesAsync(position, cancellation)) yield return Item("heartbeat", "{}", position);
        }
    }

    private async ValueTask<bool> IsBoundAsync(DeviceCaller device, CancellationToken cancellation)
    {
        var terminal = await states.TerminalAsync(device.Terminal, cancellation);
        return feed.StoppedBecause is null && terminal.Binding is { } binding && binding.Device == device.Device && binding.MerchantId == device.Merchant;
    }

    private async ValueTask<SseItem<string>?> TransactionAsync(DeviceCaller device, LiveItem item, CancellationToken cancellation)
    {
        if (await states.TransactionAsync(item.Transaction, device.Merchant, cancellation) is not { } transaction) return null;

        var facts = Transaction.FactsOf(transaction.State)!;
        var changed = new LiveTransaction(
            facts.TransactionId.ToString(),
            transaction.Version,
            Wire.Of(transaction.State.StatusOf()),
            Wire.Of(facts.Amount),
            Wire.Of(facts.BusinessDay),
            facts.Number,
            facts.Terminal.Value);
        return Item("transaction", Json(changed), item.Position);
    }

    private async ValueTask<SseItem<string>?> RevenueAsync(DeviceCaller device, long position, CancellationToken cancellation)
    {
        var today = ParisTime.DayOf(clock.GetCurrentInstant());
        var answer = await models.Revenue.QueryAsync(new RevenueQuery(device.Merchant, Projections.Revenue.RevenuePeriod.Day, today, today, position), cancellation);
        // A view that is late is no reason to hold up the transactions: the next change brings it.
        if (answer is not Answer<IReadOnlyList<Projections.Revenue.RevenueRow>>.Reflected { Value: [var row, ..] } reflected) return null;
        return Item("revenue", Json(new LiveRevenue(ReadViews.Of(row), reflected.Position)), position);
    }

    /// <returns>False when nothing changed for a heartbeat's time.</returns>
    private async ValueTask<bool> ChangesAsync(long position, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(TimeSpan.FromSeconds(options.Value.LiveHeartbeatSeconds));
        try
        {
            await feed.WaitAsync(position, silence.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    private static SseItem<string> Item(string type, string data, long position) =>
        new(data, type) { EventId = position.ToString(CultureInfo.InvariantCulture), ReconnectionInterval = Reconnect };

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, LedgerJson.Server);
}
