using Ledger.Host.Demo;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using Ledger.Testing;
using NodaTime;

namespace Ledger.EndToEnd.Tests;

/// <summary>The demo's parts: the same for the same seed, on a clock that never goes back.</summary>
public sealed class DemoPartsTests
{
    private static readonly Instant Start = Instant.FromUtc(2026, 11, 19, 6, 0);

    [Fact]
    public void The_same_seed_plans_the_same_day() => Assert.Equal(TradingPlan.Make(7, 100).Sales, TradingPlan.Make(7, 100).Sales);

    [Fact]
    public void Another_seed_plans_another_day() => Assert.NotEqual(TradingPlan.Make(7, 100).Sales, TradingPlan.Make(8, 100).Sales);

    [Fact]
    public void The_shortest_plan_has_every_course_in_order_of_time()
    {
        var sales = TradingPlan.Make(1, TradingPlan.SaleCountMin).Sales;

        Assert.Equal(Enum.GetValues<SaleCourse>(), sales.Select(static sale => sale.Course).Distinct().Order());
        Assert.Equal(sales.OrderBy(static sale => sale.At), sales);
        Assert.Contains(sales, static sale => sale.CancelledLater);
    }

    [Fact]
    [Rule("E08")]
    public void The_demos_clock_never_goes_back()
    {
        var real = new ManualClock(Start - Duration.FromDays(1));
        var clock = new DemoClock(Start, real);
        clock.MoveTo(Start - Duration.FromHours(1));
        Assert.Equal(Start, clock.GetCurrentInstant());

        clock.LetGo();
        real.Advance(Duration.FromMinutes(1));

        Assert.Equal(Start + Duration.FromMinutes(1), clock.GetCurrentInstant());
    }

    [Fact]
    public void Let_go_it_shows_real_time_where_that_is_later()
    {
        var real = new ManualClock(Start + Duration.FromDays(3));
        var clock = new DemoClock(Start, real);
        clock.LetGo();

        Assert.Equal(real.Now, clock.GetCurrentInstant());
    }

    [Theory]
    [InlineData("2026-11-22T12:00:00Z", "2026-11-19", "2026-11-20")]
    [InlineData("2026-12-28T12:00:00Z", "2026-12-23", "2026-12-24")]
    [InlineData("2026-12-29T12:00:00Z", "2026-12-24", "2026-12-28")]
    [Rule("R090")]
    public void By_default_it_plays_the_last_open_day_whose_credit_date_is_past(string now, string trading, string credit)
    {
        var day = DemoDay.Choose(null, CommonOptions.Instant(now)!.Value);

        Assert.Equal((CommonOptions.Day(trading), CommonOptions.Day(credit)), (day.Trading, day.Credit));
    }

    [Fact]
    public void Progress_says_rate_and_time_left() =>
        Assert.Equal("verifying: 12000 of 48000 events, 25 %, 6000 a second, 6 s left", ProgressLine.Describe("verifying", "events", 12_000, 48_000, TimeSpan.FromSeconds(2)));

    [Theory]
    [InlineData("SHARDS", "0")]
    [InlineData("SHARDS", "many")]
    [InlineData("URLS", "ftp://x")]
    [InlineData("LOG_FORMAT", "xml")]
    [InlineData("DOCS", "perhaps")]
    [InlineData("SMTP_HOST", "mail.example.org")]
    public void A_setting_out_of_range_names_its_key(string key, string value) =>
        Assert.Contains(key, Assert.Throws<UsageException>(() => ServerSettings.Read([new(key, value)])).Message, StringComparison.Ordinal);

    [Fact]
    public void Tickets_go_by_mail_when_a_mail_server_is_set()
    {
        var settings = ServerSettings.Read([new("SMTP_HOST", "mail.example.org"), new("SMTP_FROM", "tickets@example.org"), new("SMTP_PORT", "25"), new("SMTP_TLS", "false")]);

        Assert.Equal(("mail.example.org", 25, "tickets@example.org", false), (settings.Smtp!.Host, settings.Smtp.Port, settings.Smtp.From, settings.Smtp.UsesTls));
        Assert.Null(ServerSettings.Read([]).Smtp);
    }
}
