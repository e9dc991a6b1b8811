using System.Globalization;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Tests.Transactions;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Tests.Transactions.Sample;

namespace Ledger.Domain.Tests.Tickets;

public class TicketTests
{
    private static readonly Acceptor Acceptor = new("BOULANGERIE DEMO", "75009 PARIS", "1234567", "30003", "12345678200010");

    private static readonly string[] ClientLines =
    [
        "CARTE BANCAIRE",
        "A0000000421010",
        "CB",
        "LE 10/03/26 A 14:05:09",
        "BOULANGERIE DEMO",
        "75009 PARIS",
        "1234567",
        "30003",
        "12345678200010",
        "############1234",
        "A1B2C3D4E5F60718",
        "001 000042 10 C @",
        "No AUTO : 123456",
        "MONTANT = 42,00 EUR",
        "DEBIT",
        "TICKET CLIENT",
        "A CONSERVER",
    ];

    private static TicketContent? Make(
        Story story, TicketKind kind = TicketKind.Payment, RefundId? refund = null, TicketCopy copy = TicketCopy.Client, bool isDuplicate = false) =>
        Ticket.Of(story.State, kind, refund, copy, Acceptor, terminalNumber: 1, isDuplicate);

    [Fact]
    [Rule("R063"), Rule("R048")]
    public void The_client_s_ticket_has_the_lines_of_a_French_card_ticket() => Assert.Equal(ClientLines, Make(Story.Completed)!.Lines);

    [Fact]
    [Rule("R066"), Rule("R048")]
    public void The_merchant_s_ticket_adds_what_the_guarantee_rests_on_and_no_more_of_the_card()
    {
        var lines = Make(Story.Completed, copy: TicketCopy.Merchant)!.Lines;

        Assert.Equal(["CODE CONFIDENTIEL", "TICKET COMMERCANT"], lines.Except(ClientLines));
        Assert.Equal(["TICKET CLIENT"], ClientLines.Except(lines));
        Assert.True(lines.Items.IndexOf("CODE CONFIDENTIEL") < lines.Items.IndexOf("MONTANT = 42,00 EUR"));
    }

    [Fact]
    [Rule("I45"), Rule("R065"), Rule("R066")]
    public void A_reissued_ticket_is_the_original_and_DUPLICATA()
    {
        var stories = new (Story Story, TicketKind Kind, RefundId? Refund)[]
        {
            (Story.Completed, TicketKind.Payment, null),
            (Story.Cancelled, TicketKind.Cancellation, null),
            (Story.Reversed, TicketKind.Abandonment, null),
            (Refunded, TicketKind.Refund, FirstRefund),
            (RefundAnnulled, TicketKind.Cancellation, FirstRefund),
        };
        foreach (var (story, kind, refund) in stories)
        {
            foreach (var copy in Enum.GetValues<TicketCopy>())
            {
                var original = Make(story, kind, refund, copy)!;
                var reissued = Make(story.Given(new TransactionCommand.ReissueTicket(kind, refund, copy, Channel.WebSpace, Start)), kind, refund, copy, true)!;

                Assert.Equal([.. original.Lines, "DUPLICATA"], reissued.Lines);
                Assert.Equal(original with { IsDuplicate = true }, reissued);
            }
        }
    }

    [Fact]
    [Rule("R064")]
    public void Each_operation_has_its_own_ticket_with_its_own_time_and_number()
    {
        var cancelled = Make(Story.Cancelled, TicketKind.Cancellation)!;
        Assert.Contains("ANNULATION", cancelled.Lines);
        Assert.Contains("LE 10/03/26 A 15:00:00", cancelled.Lines);
        Assert.Null(cancelled.Cryptogram);

        var refund = Make(Refunded, TicketKind.Refund, FirstRefund)!;
        string[] expected = ["CREDIT", "LE 11/03/26 A 09:00:00", "MONTANT = 10,00 EUR", "No AUTO : 654321", "001 000043 11 C @"];
        Assert.Equal(expected.Order(), refund.Lines.Intersect(expected).Order());

        var annulled = Make(RefundAnnulled, TicketKind.Cancellation, FirstRefund)!;
        expected = ["ANNULATION", "LE 11/03/26 A 10:00:00", "MONTANT = 10,00 EUR"];
        Assert.Equal(expected.Order(), annulled.Lines.Intersect(expected).Order());
    }

    [Fact]
    [Rule("E42")]
    public void A_reversed_approval_has_an_abandonment_ticket_once_the_host_has_undone_it()
    {
        Assert.Null(Make(Story.Reversing, TicketKind.Abandonment));
        var ticket = Make(Story.Reversed, TicketKind.Abandonment)!;

        Assert.Contains("ABANDON", ticket.Lines);
        Assert.DoesNotContain("DEBIT", ticket.Lines);
    }

    [Fact]
    [Rule("R027"), Rule("I33")]
    public void There_is_no_ticket_before_the_operation_has_happened()
    {
        foreach (var story in new[] { Story.New, Story.Open, Story.Asked, Story.InDoubt, Story.Approved, Story.Declined, Story.Aborted })
            foreach (var kind in Enum.GetValues<TicketKind>())
                Assert.Null(Make(story, kind));

        Assert.Null(Make(Story.Cancelling, TicketKind.Cancellation));
        Assert.Null(Make(Story.Completed.Given(Refund()), TicketKind.Refund, FirstRefund));
        Assert.Null(Make(Refunded, TicketKind.Refund, SecondRefund));
        Assert.Null(Make(Refunded, TicketKind.Refund, null));
    }

    [Fact]
    [Rule("E49")]
    public void A_stripe_s_ticket_says_S_and_signature_and_has_no_cryptogram()
    {
        var foreign = OriginalCard with { EntryMode = EntryMode.Fallback, Region = CardRegion.Elsewhere };
        var signature = new CardConfirmation(null, null, CardholderVerification.SignatureOnScreen);
        var lines = Make(Story.Open.Given(Send(foreign), Approve(), Complete(signature)), copy: TicketCopy.Merchant)!.Lines;

        Assert.Contains("001 000042 10 S @", lines);
        Assert.Contains("REPLI PISTE", lines);
        Assert.Contains("SIGNATURE", lines);
        Assert.DoesNotContain("A1B2C3D4E5F60718", lines);
    }

    [Fact]
    [Rule("E04")]
    public void The_repeated_hour_prints_the_same_and_differs_in_the_offset()
    {
        var first = Make(Paid(Instant.FromUtc(2026, 10, 25, 0, 30)))!;
        var second = Make(Paid(Instant.FromUtc(2026, 10, 25, 1, 30)))!;

        Assert.Equal("LE 25/10/26 A 02:30:00", first.Lines[3]);
        Assert.Equal(first.Lines[3], second.Lines[3]);
        Assert.Equal((Offset.FromHours(2), Offset.FromHours(1)), (first.LocalTime.Offset, second.LocalTime.Offset));
    }

    [Fact]
    [Rule("E05"), Rule("E01")]
    public void The_printed_day_is_the_business_day_and_the_skipped_hour_is_never_printed()
    {
        Assert.Equal("LE 29/03/26 A 03:00:00", Make(Paid(Instant.FromUtc(2026, 3, 29, 1, 0)))!.Lines[3]);
        Assert.Equal("LE 10/03/26 A 23:59:59", Make(Paid(At(Day, 23, 59, 59).Plus(Duration.FromMilliseconds(900))))!.Lines[3]);
    }

    [Theory]
    [InlineData("fr-FR"), InlineData("tr-TR"), InlineData("ar-SA"), InlineData("th-TH")]
    [Rule("I20")]
    public void The_ticket_does_not_depend_on_the_machine_s_culture(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            Assert.Equal(ClientLines, Make(Story.Completed)!.Lines);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(0), InlineData(1000)]
    public void A_terminal_number_outside_three_digits_is_refused(int number) => Assert.Throws<ArgumentOutOfRangeException>(
        () => Ticket.Of(Story.Completed.State, TicketKind.Payment, null, TicketCopy.Client, Acceptor, number, false));

    private static Story Refunded => Story.Completed.Given(Refund(), RefundApproved());

    private static Story RefundAnnulled => Refunded.Given(CancelRefund(), RefundCancelled());

    private static Story Paid(Instant at) => Story.New.Given(Request(at: at), Send(), Approve(), Complete());
}
