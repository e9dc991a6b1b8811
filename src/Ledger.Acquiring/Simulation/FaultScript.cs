using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Transactions;
using NodaTime;

namespace Ledger.Acquiring.Simulation;

/// <summary>What goes wrong at a simulated host, and when. The first rule that fits a question is applied; none: all goes well.</summary>
/// <param name="Outages">While one lasts, no question leaves (<see cref="HostAnswer.NotSent"/>).</param>
public sealed record FaultScript(ImmutableArray<FaultRule> Rules, ImmutableArray<Outage> Outages)
{
    /// <summary>Nothing goes wrong.</summary>
    public static FaultScript None { get; } = new([], []);

    /// <summary>
    /// For a developer to play with: the cents of an authorisation's amount decide.
    /// <list type="table">
    /// <listheader><term>cents</term><description>what the host does</description></listheader>
    /// <item><term>,04 ,07 ,41 ,43</term><description>declines with that code: keep the card</description></item>
    /// <item><term>,05</term><description>declines with 05: do not honour</description></item>
    /// <item><term>,51</term><description>declines with 51: insufficient funds</description></item>
    /// <item><term>,54</term><description>declines with 54: expired card</description></item>
    /// <item><term>,55</term><description>declines with 55: wrong PIN</description></item>
    /// <item><term>,57 ,58</term><description>declines with that code: not permitted to the cardholder, to the terminal</description></item>
    /// <item><term>,61</term><description>declines with 61: over the card's limit</description></item>
    /// <item><term>,91 ,96</term><description>declines with that code: issuer unreachable, system malfunction</description></item>
    /// <item><term>,21</term><description>never gets the question (no answer; then « not found »)</description></item>
    /// <item><term>,22</term><description>approves, and the answer is lost</description></item>
    /// <item><term>,23</term><description>approves 1,00 EUR only</description></item>
    /// <item><term>,24</term><description>works on it until it was asked for the status three times, then approves</description></item>
    /// <item><term>,26</term><description>approves, and refuses the first three reversals</description></item>
    /// </list>
    /// </summary>
    public static FaultScript AmountsDecide { get; } = new(
        [
            .. new[] { "04", "05", "07", "41", "43", "51", "54", "55", "57", "58", "61", "91", "96" }
                .Select(static code => new FaultRule(HostOperation.Authorise, new FaultTrigger.CentsAre((code[0] - '0') * 10 + code[1] - '0'), new Fault.Decline(new ResponseCode(code)))),
            new FaultRule(HostOperation.Authorise, new FaultTrigger.CentsAre(21), new Fault.LostRequest()),
            new FaultRule(HostOperation.Authorise, new FaultTrigger.CentsAre(22), new Fault.LostAnswer()),
            new FaultRule(HostOperation.Authorise, new FaultTrigger.CentsAre(23), new Fault.PartialApproval(Money.Eur(100))),
            new FaultRule(HostOperation.Authorise, new FaultTrigger.CentsAre(24), new Fault.LateApproval(3)),
            new FaultRule(HostOperation.Reverse, new FaultTrigger.CentsAre(26), new Fault.NotAcknowledged(), TimesMax: 3),
        ],
        []);

    /// <summary>These rules before those of <paramref name="other"/>.</summary>
    public FaultScript Then(FaultScript other) => new([.. Rules, .. other.Rules], [.. Outages, .. other.Outages]);
}

/// <param name="Until">First instant at which it answers again.</param>
public readonly record struct Outage(Instant From, Instant Until)
{
    public bool Covers(Instant instant) => From <= instant && instant < Until;
}

/// <summary>One thing that goes wrong.</summary>
public sealed record FaultRule
{
    /// <param name="TimesMax">How often it hits one exchange; so a lost question gets through when it is sent often enough.</param>
    /// <exception cref="ArgumentException">Such a fault cannot happen to such a question.</exception>
    public FaultRule(HostOperation On, FaultTrigger When, Fault Then, int TimesMax = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(TimesMax, 1);
        if (!Then.CanHappenTo(On)) throw new ArgumentException($"{Then.GetType().Name} cannot happen to {On}.", nameof(Then));
        (this.On, this.When, this.Then, this.TimesMax) = (On, When, Then, TimesMax);
    }

    public HostOperation On { get; }

    public FaultTrigger When { get; }

    public Fault Then { get; }

    public int TimesMax { get; }
}

public enum HostOperation
{
    Authorise = 1,
    Status = 2,
    Reverse = 3,
    Cancel = 4,
    Refund = 5,
}

/// <summary>When a rule applies. A status query, a reversal and a cancellation are known by the amount and card of what they are about.</summary>
public abstract record FaultTrigger
{
    private FaultTrigger() { }

    public sealed record Always : FaultTrigger;

    public sealed record AmountIs(Money Amount) : FaultTrigger;

    /// <param name="Cents">0 to 99: the amount's last two digits.</param>
    public sealed record CentsAre(int Cents) : FaultTrigger;

    public sealed record CardIs(CardToken Card) : FaultTrigger;

    /// <param name="Number">From 1: the how manieth question of that kind since the host started.</param>
    public sealed record Nth(long Number) : FaultTrigger;

    /// <summary>By chance, drawn from the seed, the exchange and how often it was asked: the same run meets the same faults, in whatever order.</summary>
    /// <param name="PerThousand">0 to 1000.</param>
    public sealed record Chance(int PerThousand) : FaultTrigger;
}

/// <summary>What goes wrong.</summary>
public abstract record Fault
{
    private Fault() { }

    internal virtual bool CanHappenTo(HostOperation operation) => true;

    /// <summary>It says no: to an authorisation, a cancellation or a refund.</summary>
    public sealed record Decline(ResponseCode Response) : Fault
    {
        internal override bool CanHappenTo(HostOperation operation) => operation is HostOperation.Authorise or HostOperation.Cancel or HostOperation.Refund;
    }

    /// <summary>The question is lost on its way: no answer, no effect.</summary>
    public sealed record LostRequest : Fault;

    /// <summary>The answer is lost on its way: no answer, but the effect.</summary>
    public sealed record LostAnswer : Fault;

    /// <summary>No connection: surely not sent.</summary>
    public sealed record Unreachable : Fault;

    /// <summary>The answer takes so long; the caller may have given up by then.</summary>
    public sealed record SlowAnswer(Duration By) : Fault;

    /// <summary>No answer; still being worked on until its status was asked so often or its reversal arrived, and only then approved.</summary>
    public sealed record LateApproval(int StatusQueries) : Fault
    {
        internal override bool CanHappenTo(HostOperation operation) => operation is HostOperation.Authorise;
    }

    /// <summary>
    /// The network keeps the question for so long: no answer, « not found » until then, and then the host approves what nobody waits for. Times
    /// beyond <see cref="FollowUp.FollowUpOptions.AnswerTimeout"/> do not happen on a real line, where the connection is closed by then.
    /// </summary>
    public sealed record LateArrival(Duration By) : Fault
    {
        internal override bool CanHappenTo(HostOperation operation) => operation is HostOperation.Authorise;
    }

    /// <summary>It approves another amount than asked (E29).</summary>
    public sealed record PartialApproval(Money Amount) : Fault
    {
        internal override bool CanHappenTo(HostOperation operation) => operation is HostOperation.Authorise;
    }

    /// <summary>« Still working on it ».</summary>
    public sealed record InProgress : Fault
    {
        internal override bool CanHappenTo(HostOperation operation) => operation is HostOperation.Status;
    }

    /// <summary>The host contradicts what it answered before (E28): it now says no.</summary>
    public sealed record OtherAnswer(ResponseCode Response) : Fault
    {
        internal override bool CanHappenTo(HostOperation operation) => operation is HostOperation.Status;
    }

    /// <summary>A reversal is refused (96), without effect (E26).</summary>
    public sealed record NotAcknowledged : Fault
    {
        internal override bool CanHappenTo(HostOperation operation) => operation is HostOperation.Reverse;
    }
}
