using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Host.Audit;
using Ledger.Testing;
using NodaTime;

namespace Ledger.EndToEnd.Tests;

/// <summary>What the verifier asks of remittances beyond their chains: a log whose hashes were all made again must still add up.</summary>
public sealed class LedgerCheckTests
{
    private static readonly Instant At = Instant.FromUtc(2026, 11, 23, 0, 0);
    private static readonly RemittanceId Id = new(new MerchantId("boulangerie-demo"), new LocalDate(2026, 11, 22));

    [Fact]
    [Rule("I36")]
    [Rule("I06")]
    public void A_remittance_that_is_the_sum_of_its_lines_is_sound()
    {
        var check = new LedgerCheck();

        Assert.Null(Verdict(check, 2, 4_200, 1_000));
        Assert.Equal(1, check.Remittances);
    }

    [Theory]
    [InlineData(3, 4_200, 1_000)]
    [InlineData(2, 4_201, 1_000)]
    [InlineData(2, 4_200, 999)]
    [Rule("I36")]
    public void A_remittance_with_other_totals_than_its_lines_is_named(int lines, long debits, long credits) =>
        Assert.Contains("sums of its lines", Verdict(new LedgerCheck(), lines, debits, credits), StringComparison.Ordinal);

    private static string? Verdict(LedgerCheck check, int lines, long debits, long credits)
    {
        Assert.Null(check.Check(Recorded(), new RemittanceEvent.RemittanceOpened(Id, CalendarName.FranceAndT2, At)));
        Assert.Null(check.Check(Recorded(), new RemittanceEvent.LinesAdded([Line(RemittanceSide.Debit, 4_200), Line(RemittanceSide.Credit, 1_000)], At)));
        return check.Check(Recorded(), new RemittanceEvent.RemittanceClosed(Id, lines, Money.Eur(debits), Money.Eur(credits), Id.Day.PlusDays(1), "1", At));
    }

    private static RemittanceLine Line(RemittanceSide side, long cents) => new(new TransactionId(Guid.NewGuid()), null, side, Money.Eur(cents), Id.Day);

    private static RecordedEvent Recorded() => new(1, new StreamName("remittance", Id.ToString()), 1, "remittance-closed.1", At, Guid.Empty, default, default);
}
