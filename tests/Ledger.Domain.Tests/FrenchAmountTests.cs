using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Testing;

namespace Ledger.Domain.Tests;

public class FrenchAmountTests
{
    private const string Narrow = "\u202F";
    private const string NoBreak = "\u00A0";

    private static readonly Gen<long> Cents = Gen.OneOf(
        Gen.Choose(0, 200_000).Select(static c => (long)c),
        ArbMap.Default.GeneratorFor<long>().Select(static c => c & long.MaxValue),
        Gen.Elements(0, 1, 9, 10, 99, 100, 999, 1_000, 99_999, 100_000, 99_999_999, 100_000_000, long.MaxValue - 1, long.MaxValue));

    [Theory]
    [InlineData(0, "0,00")]
    [InlineData(1, "0,01")]
    [InlineData(42_00, "42,00")]
    [InlineData(999_99, "999,99")]
    [InlineData(1_500_00, "1\u202F500,00")]
    [InlineData(1_234_567_89, "1\u202F234\u202F567,89")]
    [InlineData(long.MaxValue, "92\u202F233\u202F720\u202F368\u202F547\u202F758,07")]
    public void An_amount_is_printed_in_groups_of_three_with_a_comma(long cents, string expected)
    {
        Assert.Equal(expected, FrenchAmount.Print(Money.Eur(cents)));
        Assert.Equal(expected + NoBreak + "€", FrenchAmount.PrintWithSymbol(Money.Eur(cents)));
    }

    [Fact]
    public void Another_currency_is_not_printed_as_euros() =>
        Assert.Throws<ArgumentException>(() => FrenchAmount.Print(new Money(1, new Currency("USD"))));

    [Theory]
    [Rule("E53")]
    [Rule("E104")]
    [InlineData("1 500,00")]
    [InlineData("1\u00A0500,00")]
    [InlineData("1\u202F500,00")]
    [InlineData("1500,00")]
    [InlineData("1500")]
    [InlineData("1 500")]
    [InlineData("1 500,00 €")]
    [InlineData("1500,00€")]
    [InlineData("1500\u00A0€")]
    [InlineData("  1\u202F500,00\u00A0€ ")]
    public void Every_French_way_to_write_fifteen_hundred_is_read(string text)
    {
        Assert.True(FrenchAmount.TryParse(text, out var amount));
        Assert.Equal(Money.Eur(1_500_00), amount);
    }

    [Theory]
    [Rule("E53")]
    [InlineData("15 000", 15_000_00)]
    [InlineData("15\u00A0000", 15_000_00)]
    [InlineData("1500,01", 1_500_01)]
    [InlineData("0", 0)]
    [InlineData("0,50", 50)]
    [InlineData("1 234 567,89", 1_234_567_89)]
    [InlineData("92233720368547758,07", long.MaxValue)]
    public void Amounts_outside_the_payment_limits_are_still_read_as_what_they_say(string text, long cents)
    {
        Assert.True(FrenchAmount.TryParse(text, out var amount));
        Assert.Equal(Money.Eur(cents), amount);
    }

    [Theory]
    [Rule("E53")]
    [Rule("E104")]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("€")]
    [InlineData(",50")]
    [InlineData("12,")]
    [InlineData("12,5")]
    [InlineData("1500,001")]
    [InlineData("1500,0 ")]
    [InlineData("1500, 0")]
    [InlineData("1500,0 0")]
    [InlineData("1.500,00")]
    [InlineData("1500.00")]
    [InlineData("1,500.00")]
    [InlineData("1e3")]
    [InlineData("0x10")]
    [InlineData("-5")]
    [InlineData("+5")]
    [InlineData("\u22125")]
    [InlineData("5-")]
    [InlineData("15 00,00")]
    [InlineData("1 5000,00")]
    [InlineData("1500 000,00")]
    [InlineData("1 500000,00")]
    [InlineData("1  500,00")]
    [InlineData("1 500 ,00")]
    [InlineData("12 34")]
    [InlineData("0500")]
    [InlineData("0 500,00")]
    [InlineData("00")]
    [InlineData("1'500,00")]
    [InlineData("1\u2009500,00")]
    [InlineData("1\t500,00")]
    [InlineData("١٥٠٠")]
    [InlineData("１５００")]
    [InlineData("€ 1500")]
    [InlineData("1500 € €")]
    [InlineData("1500 EUR")]
    [InlineData("NaN")]
    [InlineData("∞")]
    [InlineData("92233720368547758,08")]
    [InlineData("922337203685477580700")]
    [InlineData("99999999999999999999999999999999999999999999999999")]
    public void Anything_else_is_refused_and_never_guessed(string? text)
    {
        Assert.False(FrenchAmount.TryParse(text, out var amount));
        Assert.Equal(default, amount);
    }

    [Fact]
    [Rule("I10")]
    public void Parsing_what_was_printed_gives_the_same_cents() =>
        Prop.ForAll(Cents.ToArbitrary(), static cents =>
        {
            var money = Money.Eur(cents);
            return FrenchAmount.TryParse(FrenchAmount.Print(money), out var plain) && plain == money
                && FrenchAmount.TryParse(FrenchAmount.PrintWithSymbol(money), out var marked) && marked == money
                && FrenchAmount.TryParse(FrenchAmount.Print(money).Replace(Narrow, NoBreak, StringComparison.Ordinal), out var pasted) && pasted == money
                && FrenchAmount.TryParse(FrenchAmount.Print(money).Replace(Narrow, "", StringComparison.Ordinal), out var bare) && bare == money;
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("E104")]
    public void Any_text_is_either_refused_or_prints_back_to_its_own_digits() =>
        Prop.ForAll(Gen.Elements("0123456789, \u00A0\u202F€.-e+".ToCharArray()).ArrayOf().Select(static c => new string(c)).ToArbitrary(), static text =>
        {
            if (!FrenchAmount.TryParse(text, out var amount)) return true;

            var typed = string.Concat(text.Where(char.IsAsciiDigit)) + (text.Contains(',', StringComparison.Ordinal) ? "" : "00");
            return string.Concat(FrenchAmount.Print(amount).Where(char.IsAsciiDigit)).TrimStart('0') == typed.TrimStart('0');
        }).QuickCheckThrowOnFailure();

    [Theory]
    [Rule("E104")]
    [InlineData("fr-FR")]
    [InlineData("en-US")]
    [InlineData("de-CH")]
    [InlineData("tr-TR")]
    [InlineData("ar-SA")]
    [InlineData("hi-IN")]
    public void The_machine_s_culture_changes_nothing(string culture)
    {
        var printed = "";
        var read = default(Money);
        var thread = new Thread(() =>
        {
            printed = FrenchAmount.PrintWithSymbol(Money.Eur(1_234_567_89)) + Money.Eur(1_234);
            FrenchAmount.TryParse("1 234 567,89", out read);
        })
        { CurrentCulture = CultureInfo.GetCultureInfo(culture), CurrentUICulture = CultureInfo.GetCultureInfo(culture) };
        thread.Start();
        thread.Join();

        Assert.Equal("1\u202F234\u202F567,89\u00A0€1234 EUR cents", printed);
        Assert.Equal(Money.Eur(1_234_567_89), read);
    }
}
