using Ledger.Testing;

namespace Ledger.Domain.Tests;

public class PlainTextTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("Boulangerie Démo, 75009 Paris")]
    [InlineData("01 23 45 67 89")]
    [InlineData("1A 123 456 7890 1")]
    public void One_line_of_text_is_taken(string text) => Assert.True(PlainText.IsValid(text, 40));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" a")]
    [InlineData("a ")]
    [InlineData("a\u00A0")]
    [InlineData("a\nb")]
    [InlineData("a\u0000b")]
    [InlineData("12345678901")]
    public void Blanks_at_the_ends_control_characters_and_long_texts_are_refused(string? text) => Assert.False(PlainText.IsValid(text, 10));

    [Theory]
    [Rule("I40")]
    [Rule("R048")]
    [InlineData(13, "{0}")]
    [InlineData(16, "{0}")]
    [InlineData(16, "card {0} of the client")]
    [InlineData(16, "00{0}7")]
    [InlineData(19, "{0}")]
    [InlineData(19, "99999999999{0}999")]
    public void What_could_be_a_card_number_is_refused_however_it_is_written(int length, string format)
    {
        var number = InventedCard.Number(length);
        var grouped = string.Join(' ', number.Chunk(4).Select(c => new string(c)));

        foreach (var written in new[] { number, grouped, grouped.Replace(' ', '-'), grouped.Replace(' ', '\u202F') })
        {
            Assert.True(PlainText.CouldHoldCardNumber(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, written)));
            Assert.False(PlainText.IsValid(string.Format(System.Globalization.CultureInfo.InvariantCulture, format, written), 100));
        }
    }

    [Theory]
    [InlineData(12)]
    [InlineData(20)]
    public void Numbers_of_other_lengths_are_no_card_numbers(int length) => Assert.False(PlainText.CouldHoldCardNumber(new string('1', length - 1) + "a" + new string('2', 5)));

    [Theory]
    [Rule("I45")]
    [InlineData("12345678200010", true)]
    [InlineData("12345678200011", false)]
    [InlineData("0", true)]
    [InlineData("", false)]
    [InlineData("18a", false)]
    [InlineData("١٨", false)]
    public void The_check_digit_is_weighed_from_the_right(string digits, bool valid) => Assert.Equal(valid, Luhn.IsValid(digits));
}
