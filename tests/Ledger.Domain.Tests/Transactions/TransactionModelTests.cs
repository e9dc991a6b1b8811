using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Calendars;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Transactions;

/// <summary>Random lives of a transaction over several days, those of 23 and 25 hours among them; the oracle is asked after every step.</summary>
public class TransactionModelTests
{
    private const int LivesMax = 1_500;
    private const int StepsMax = 40;

    private static readonly LocalDate[] Days = [new(2026, 3, 28), new(2026, 3, 29), new(2026, 10, 24), new(2026, 10, 25), new(2026, 3, 10), new(2028, 2, 29)];

    private static readonly Instant[] Starts =
    [
        .. Days.Select(ParisTime.StartOf),
        .. Days.Select(d => ParisTime.StartOf(d) + Duration.FromMinutes(150)),
        .. Days.Select(d => ParisTime.EndOf(d) - Duration.FromMilliseconds(100)),
    ];

    private static readonly Gen<Step> Steps =
        from ask in Gen.Frequency([.. Enum.GetValues<Ask>().Select(a => (WeightOf(a), Gen.Constant(a)))])
        from wait in Gen.Frequency(
            (6, Gen.Constant(Wait.None)), (3, Gen.Constant(Wait.Tick)), (3, Gen.Constant(Wait.Second)), (2, Gen.Constant(Wait.Minutes)),
            (1, Gen.Constant(Wait.ToLastTickOfDay)), (2, Gen.Constant(Wait.ToMidnight)), (1, Gen.Constant(Wait.StepBack)), (1, Gen.Constant(Wait.Day)))
        from cents in Gen.OneOf(Gen.Choose(0, 50_00), Gen.Choose(0, 150_001), Gen.Constant(42_00))
        from pick in Gen.Choose(0, 1_000)
        from mistake in Gen.Frequency((5, Gen.Constant(0)), (5, Gen.Choose(0, 9)))
        select new Step(ask, wait, cents, pick, mistake);

    private static readonly Step[] Paying = [.. new[] { Ask.Request, Ask.Send, Ask.Approve, Ask.Complete }.Select(a => new Step(a, Wait.Second, 42_00, 0, 0))];

    private static readonly Step[] Refunding = [new(Ask.Refund, Wait.ToMidnight, 10_00, 0, 0), new(Ask.RefundApproved, Wait.Second, 0, 0, 0)];

    /// <summary>How far a life has come before it turns random.</summary>
    private static readonly Step[][] Beginnings =
    [
        [], Paying[..2], Paying[..3], Paying, Paying,
        [.. Paying[..2], new(Ask.Decline, Wait.Second, 0, 0, 0), new(Ask.Contradict, Wait.Second, 42_00, 0, 0)],
        [.. Paying, new(Ask.Cancel, Wait.None, 0, 0, 0)],
        [.. Paying, .. Refunding],
        [.. Paying, .. Refunding, new(Ask.CancelRefund, Wait.None, 0, 0, 0)],
    ];

    private static readonly Gen<Duration> Laters = Gen.OneOf(
        Gen.Choose(0, 4_000_000).Select(ms => Duration.FromMilliseconds(ms)),
        Gen.Choose(-2, 2).Select(ticks => Duration.FromHours(24) + Duration.FromTicks(ticks)),
        Gen.Choose(0, 60).Select(hours => Duration.FromHours(hours)));

    private static Arbitrary<(Instant Start, Step[] Steps)> Lives => Arb.From(
        from start in Gen.Elements(Starts)
        from beginning in Gen.Elements(Beginnings)
        from count in Gen.Choose(1, StepsMax)
        from steps in Gen.ArrayOf(Steps, count)
        select (start, (Step[])[.. beginning, .. steps]),
        static life => Enumerable.Range(0, life.Item2.Length).Select(i => (life.Item1, (Step[])[.. life.Item2[..i], .. life.Item2[(i + 1)..]])));

    [Fact]
    [Rule("I01"), Rule("I02"), Rule("I03"), Rule("I04"), Rule("I05"), Rule("I07"), Rule("I09"), Rule("I13"), Rule("I16"), Rule("I18"), Rule("I20")]
    [Rule("I21"), Rule("I22"), Rule("I29"), Rule("I34"), Rule("I35"), Rule("I36"), Rule("I37")]
    public void Every_invariant_holds_after_every_step_of_every_life()
    {
        HashSet<Type> seen = [];
        Prop.ForAll(Lives, life =>
        {
            var random = new RandomLife(life.Start);
            foreach (var step in life.Steps)
            {
                if (random.Take(step)) Oracle.Check(random.Story);
            }

            seen.UnionWith(random.Seen);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(LivesMax));

        // Lives that never get anywhere would hold everything.
        var cases = typeof(TransactionEvent).GetNestedTypes(BindingFlags.Public).Where(t => t.IsSubclassOf(typeof(TransactionEvent)));
        Assert.Empty(cases.Except(seen));
    }

    /// <summary>The strict partition of time: before midnight cancel, from midnight on refund, of 23-hour and 25-hour days too.</summary>
    [Fact]
    [Rule("I21"), Rule("I22"), Rule("R070"), Rule("R071")]
    public void At_every_instant_exactly_one_of_cancel_and_refund_is_in_time() =>
        Prop.ForAll(Gen.Elements(Starts).ToArbitrary(), Laters.ToArbitrary(), (paid, later) =>
        {
            var story = Story.New.Given(Request(at: paid), Send(), Approve(), Complete());
            var midnight = ParisTime.EndOf(ParisTime.DayOf(paid + later));
            foreach (var now in new[] { paid + later, midnight - Duration.Epsilon, midnight })
            {
                var isSameDay = ParisTime.DayOf(now) == ParisTime.DayOf(paid);
                Assert.Equal(isSameDay ? null : TransactionRejection.DayIsOver, story.When(Cancel(now)).Rejection);
                Assert.Equal(isSameDay ? TransactionRejection.DayNotOver : null, story.When(Refund(at: now)).Rejection);
            }
        }).QuickCheckThrowOnFailure();

    /// <summary>Every order of every answer, repeats included, to the end: 9 commands; those that change nothing lead to no other history.</summary>
    [Fact]
    [Rule("I13"), Rule("I16"), Rule("E25"), Rule("E28"), Rule("E29")]
    public void No_order_of_answers_breaks_the_outcome()
    {
        TransactionCommand[] commands =
            [Approve(), Approve(Money.Eur(20_00)), Decline(), NoAnswer(), NotFound(), Abort(), Reversed(), Reversed(found: false), Complete()];

        Assert.InRange(Explore(Story.Asked, commands, depth: 8), 30, 1_000);
    }

    /// <summary>Every order of cancel, refund and remittance and of what the host says to them: 16 commands, up to 7 accepted ones in a row.</summary>
    [Fact]
    [Rule("I03"), Rule("I04"), Rule("I09"), Rule("I21"), Rule("I36"), Rule("E65"), Rule("E69"), Rule("E70"), Rule("E80")]
    public void No_order_of_cancel_refund_and_remittance_breaks_the_money()
    {
        var midnight = ParisTime.EndOf(Day);
        TransactionCommand[] commands =
        [
            Cancel(midnight - Duration.Epsilon), Cancel() with { Exchange = OtherCancellation, Channel = Channel.WebSpace, PresentedCard = null },
            Cancelled(), CancellationRefused(), Remit(at: midnight), Remit(new(Bakery, Day.PlusDays(1)), At(Day.PlusDays(2), 0)),
            Refund(amount: Money.Eur(30_00)), Refund(SecondRefund, Money.Eur(12_00)), Refund(new RefundId(Id(13)), Money.Eur(1)),
            RefundApproved(), RefundDeclined(), RefundNoAnswer(), RefundApproved(SecondRefund),
            CancelRefund() with { Exchange = OtherCancellation, Amount = Money.Eur(30_00) }, RefundCancelled() with { Exchange = OtherCancellation },
            RemitRefund(),
        ];

        Assert.InRange(Explore(Story.Completed, commands, depth: 7), 4_000, 100_000);
    }

    private static int WeightOf(Ask ask) => ask is Ask.Refund or Ask.RefundApproved or Ask.Cancel or Ask.CancelRefund ? 2 : 1;

    /// <returns>How many histories were seen.</returns>
    private static int Explore(Story story, TransactionCommand[] commands, int depth)
    {
        Oracle.Check(story);
        if (depth == 0) return 1;

        var seen = 1;
        foreach (var command in commands)
        {
            var decision = story.When(command);
            if (!decision.Events.IsEmpty) seen += Explore(story.Apply(decision), commands, depth - 1);
        }

        return seen;
    }
}
