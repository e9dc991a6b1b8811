using Ledger.Contracts.V1;
using NodaTime;

namespace Ledger.Host.Demo;

/// <summary>How one sale of the demo goes.</summary>
internal enum SaleCourse
{
    Paid = 1,

    /// <summary>The issuer says no; the client tries another card.</summary>
    Declined = 2,

    /// <summary>The PIN is not typed in time; nothing was sent, and it works the second time.</summary>
    PinTimedOut = 3,

    /// <summary>The card is torn out after the approval: reversed; it works the second time.</summary>
    CardTornOut = 4,

    /// <summary>The host approved and its answer was lost; the follow-up finds out, and the card is still there.</summary>
    AnswerLost = 5,

    /// <summary>The same, and the client has left: reversed.</summary>
    AnswerLostAndLeft = 6,

    /// <summary>The question never reached the host; the follow-up finds out, and the client pays with another card.</summary>
    QuestionLost = 7,

    /// <summary>The host approved less than asked: reversed, shown as refused; another card pays.</summary>
    PartlyApproved = 8,
}

/// <param name="At">Local time on the trading day.</param>
/// <param name="Terminal">Index in <see cref="DemoMerchants.Terminals"/>.</param>
/// <param name="OtherCard">The card that is tried next where the first came to nothing.</param>
/// <param name="CancelledLater">The merchant cancels it a few minutes after.</param>
internal sealed record PlannedSale(int Number, LocalTime At, int Terminal, long Cents, CardInput Card, CardInput OtherCard, SaleCourse Course, TicketChoice Ticket, bool CancelledLater);

/// <summary>The trading day as planned: the same for the same seed and count.</summary>
internal sealed class TradingPlan
{
    public const int SaleCountDefault = 240;

    /// <summary>So that every course of <see cref="SaleCourse"/> is met, and some paid ones are left to refund.</summary>
    public const int SaleCountMin = 40;

    /// <summary>Keeps a demo within minutes.</summary>
    public const int SaleCountMax = 5_000;

    private const int CardCount = 64;

    /// <summary>From this sale on, each course is met once.</summary>
    private const int FirstPlanned = 5;

    private static readonly LocalTime Opening = new(7, 30);
    private static readonly int OpenSeconds = (int)Period.Between(Opening, new LocalTime(21, 0), PeriodUnits.Seconds).Seconds;

    private TradingPlan(IReadOnlyList<PlannedSale> sales) => Sales = sales;

    /// <summary>In order of time.</summary>
    public IReadOnlyList<PlannedSale> Sales { get; }

    public static TradingPlan Make(ulong seed, int saleCount)
    {
        var chance = new SeededChance(seed);
        var cards = Enumerable.Range(0, CardCount).Select(_ => DemoCards.Draw(chance)).ToArray();
        var times = Enumerable.Range(0, saleCount).Select(_ => chance.Between(0, OpenSeconds)).Order().ToArray();
        return new TradingPlan([.. times.Select((seconds, index) => MakeSale(chance, cards, index + 1, Opening.PlusSeconds(seconds)))]);
    }

    private static PlannedSale MakeSale(SeededChance chance, CardInput[] cards, int number, LocalTime at)
    {
        var terminal = chance.Pick<int>([0, 0, 0, 1, 1, 2]);
        var cents = DemoCards.OrdinaryAmount(terminal == 2 ? chance.Between(800, 9_500) : chance.Between(120, 4_800));
        var course = DrawCourse(chance, number);
        var ticket = chance.Pick<TicketChoice>([TicketChoice.Paper, TicketChoice.Paper, TicketChoice.Sms, TicketChoice.Email]);
        var (card, other) = (DemoCards.For(course, chance) ?? chance.Pick<CardInput>(cards), chance.Pick<CardInput>(cards));
        return new PlannedSale(number, at, terminal, cents, card, other, course, ticket, IsCancelled(chance, number, course));
    }

    /// <summary>The first sale that is paid by plan, then about one in twenty.</summary>
    private static bool IsCancelled(SeededChance chance, int number, SaleCourse course)
    {
        var drawn = chance.Between(1, 20);
        return course is SaleCourse.Paid && (number == FirstPlanned || drawn == 1);
    }

    /// <summary>Early sales show each course once, so that a short demo has them all; then about one in eight goes wrong somehow.</summary>
    private static SaleCourse DrawCourse(SeededChance chance, int number)
    {
        var drawn = chance.Between(1, 100);
        if (number is >= FirstPlanned and <= FirstPlanned + 7) return (SaleCourse)(number - FirstPlanned + 1);

        return drawn switch
        {
            <= 5 => SaleCourse.Declined,
            <= 7 => SaleCourse.PinTimedOut,
            <= 9 => SaleCourse.CardTornOut,
            10 => SaleCourse.AnswerLost,
            11 => SaleCourse.AnswerLostAndLeft,
            12 => SaleCourse.QuestionLost,
            13 => SaleCourse.PartlyApproved,
            _ => SaleCourse.Paid,
        };
    }
}
