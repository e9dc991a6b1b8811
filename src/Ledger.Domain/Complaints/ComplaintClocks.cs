using Ledger.Domain.Calendars;
using NodaTime;

namespace Ledger.Domain.Complaints;

/// <summary>A last day, counted twice, because what a « jour ouvrable » is depends on who counts (domain.md 4.6): both are shown, the earlier counts.</summary>
/// <param name="On">The last day in time: Monday to Saturday counted, and the two months' backstop.</param>
/// <param name="OnWeekdays">The same with Monday to Friday counted; never earlier.</param>
public sealed record ComplaintDeadline(LocalDate On, LocalDate OnWeekdays)
{
    public static ComplaintDeadline Earlier(ComplaintDeadline a, ComplaintDeadline b) => new(LocalDate.Min(a.On, b.On), LocalDate.Min(a.OnWeekdays, b.OnWeekdays));
}

/// <summary>By when the bank must do what. Stored with the edition of the calendar that gave them, like a credit date (E14).</summary>
/// <param name="Acknowledge">Null while nothing is in writing: that clock starts with a written complaint.</param>
/// <param name="Answer">Unless a holding reply gives reasons and another date.</param>
/// <param name="FinalAnswer">The latest date that a holding reply may give.</param>
public sealed record ComplaintDeadlines(ComplaintDeadline? Acknowledge, ComplaintDeadline Answer, ComplaintDeadline FinalAnswer, string CalendarVersion);

/// <summary>The clocks of domain.md 4.6. A complaint about card acceptance is one about a payment service: its short clocks apply, the general one is the backstop.</summary>
public static class ComplaintClocks
{
    /// <summary>« jours ouvrables » from the day that a written complaint was sent: ACPR recommendation 2022-R-01.</summary>
    public const int AcknowledgeDays = 10;

    /// <summary>« jours ouvrables » from receipt: Code monétaire et financier, art. L133-45.</summary>
    public const int AnswerDays = 15;

    /// <summary>« jours ouvrables » from receipt where a holding reply gave reasons: the same article.</summary>
    public const int FinalAnswerDays = 35;

    /// <summary>From the day it was sent, whatever it is about: ACPR recommendations 2022-R-01 and 2024-R-02.</summary>
    public const int AnswerMonths = 2;

    // Closed at most as often as any of the policies says; another would only make a deadline later.
    private static BankCalendar Calendar => BankCalendar.For(CalendarName.France);

    /// <summary>Whether both days and every deadline that follows from them lie within the calendars' years, and the sending is not absurdly old.</summary>
    public static bool Cover(LocalDate sentOn, LocalDate receivedOn) =>
        BankCalendar.Covers(sentOn) && receivedOn.Year < BankCalendar.LastYear;

    /// <param name="sentOn">See <see cref="ComplaintFacts"/>.</param>
    /// <param name="isWritten">Whether the acknowledgement's clock runs.</param>
    /// <exception cref="ArgumentOutOfRangeException">Not <see cref="Cover"/>ed.</exception>
    public static ComplaintDeadlines Of(LocalDate sentOn, LocalDate receivedOn, bool isWritten)
    {
        var backstop = sentOn.PlusMonths(AnswerMonths);
        return new ComplaintDeadlines(
            isWritten ? After(sentOn, AcknowledgeDays) : null,
            ComplaintDeadline.Earlier(After(receivedOn, AnswerDays), new(backstop, backstop)),
            ComplaintDeadline.Earlier(After(receivedOn, FinalAnswerDays), new(backstop, backstop)),
            Calendar.Version);
    }

    private static ComplaintDeadline After(LocalDate start, int days) =>
        new(Calendar.PlusWorkingDays(start, days, withSaturdays: true), Calendar.PlusWorkingDays(start, days, withSaturdays: false));
}
