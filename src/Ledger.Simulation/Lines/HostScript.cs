using Ledger.Acquiring.Simulation;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Simulation.Scheduling;
using NodaTime;

namespace Ledger.Simulation.Lines;

/// <summary>
/// What goes wrong at the acquirer's host. Each fault hits one exchange a few times at most, so that asking long enough settles everything. The
/// host never contradicts itself here: a host that does needs a person (E28).
/// </summary>
internal static class HostScript
{
    private const int SharePerThousandMin = 10;
    private const int SharePerThousandMax = 90;

    public static FaultScript Draw(Chance chance)
    {
        var often = chance.Between(SharePerThousandMin, SharePerThousandMax);
        return new FaultScript(
            [
                Rule(HostOperation.Authorise, often, new Fault.Decline(new ResponseCode("51"))),
                Rule(HostOperation.Authorise, often / 3, new Fault.Unreachable()),
                Rule(HostOperation.Authorise, often / 2, new Fault.LostRequest()),
                Rule(HostOperation.Authorise, often, new Fault.LostAnswer()),
                Rule(HostOperation.Authorise, often, new Fault.SlowAnswer(Duration.FromSeconds(28))),
                Rule(HostOperation.Authorise, often, new Fault.LateApproval(3)),
                Rule(HostOperation.Authorise, often / 2, new Fault.LateArrival(Duration.FromSeconds(15))),
                Rule(HostOperation.Authorise, often / 2, new Fault.PartialApproval(Money.Eur(1))),
                Rule(HostOperation.Status, often, new Fault.InProgress(), 3),
                Rule(HostOperation.Status, often, new Fault.LostAnswer(), 3),
                Rule(HostOperation.Reverse, often, new Fault.NotAcknowledged(), 4),
                Rule(HostOperation.Reverse, often, new Fault.LostAnswer(), 4),
                Rule(HostOperation.Cancel, often, new Fault.Decline(new ResponseCode("57"))),
                Rule(HostOperation.Cancel, often, new Fault.LostRequest(), 2),
                Rule(HostOperation.Cancel, often, new Fault.LostAnswer(), 2),
                Rule(HostOperation.Refund, often, new Fault.Decline(new ResponseCode("62"))),
                Rule(HostOperation.Refund, often, new Fault.LostRequest(), 2),
                Rule(HostOperation.Refund, often, new Fault.LostAnswer(), 2),
            ],
            []);
    }

    private static FaultRule Rule(HostOperation on, int perThousand, Fault fault, int timesMax = 1) => new(on, new FaultTrigger.Chance(perThousand), fault, timesMax);
}
