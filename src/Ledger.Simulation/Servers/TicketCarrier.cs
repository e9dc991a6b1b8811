using System.Globalization;
using Ledger.Engine.Tickets;

namespace Ledger.Simulation.Servers;

/// <summary>Takes tickets to clients; not always.</summary>
internal sealed class TicketCarrier(World world) : ITicketSender
{
    public ValueTask<TicketDelivery> SendAsync(TicketMessage message, CancellationToken cancellation) =>
        world.IsBad && world.Chance.OneIn(8)
            ? new(new TicketDelivery.Failed("The carrier does not answer."))
            : new(new TicketDelivery.Sent(message.Id.ToString("N", CultureInfo.InvariantCulture)));
}
