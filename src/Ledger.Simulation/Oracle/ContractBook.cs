using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Simulation.Oracle;

/// <summary>Contracts and cards: from when to when a contract runs, and ends that are ends (I29, I30, I32).</summary>
internal sealed class ContractBook(Judge judge)
{
    private readonly Dictionary<MerchantId, (Instant From, Instant? Until)> _contracts = [];
    private readonly HashSet<StreamName> _opposed = [];

    public bool Covers(MerchantId merchant, Instant at) => _contracts.TryGetValue(merchant, out var terms) && terms.From <= at && !(at >= terms.Until);

    public void Take(StreamName stream, MerchantEvent @event)
    {
        var merchant = new MerchantId(stream.Id);
        var isEnded = _contracts.TryGetValue(merchant, out var terms) && terms.Until is not null;
        switch (@event)
        {
            case MerchantEvent.ContractAccepted e: _contracts[merchant] = (e.At, null); break;
            case MerchantEvent.ContractTerminated e when !isEnded: _contracts[merchant] = (terms.From, e.EffectiveAt); break;
            case MerchantEvent.ContractTerminated or MerchantEvent.PricesChanged or MerchantEvent.AcceptorChanged when isEnded:
                judge.Broken("I29", $"{merchant}: {@event.GetType().Name} after the contract was terminated");
                break;
        }
    }

    public void Take(StreamName stream, CardEvent @event)
    {
        if (@event is CardEvent.CardOpposed && !_opposed.Add(stream)) judge.Broken("I29", $"{stream} was opposed twice");
        if (@event is CardEvent.CardRenewed && !_opposed.Contains(stream)) judge.Broken("I29", $"{stream} was renewed and never opposed");
    }
}
