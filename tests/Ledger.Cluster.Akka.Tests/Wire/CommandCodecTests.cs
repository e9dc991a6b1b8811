using System.Text;
using Ledger.Cluster.Akka.Wire;
using Ledger.Domain.Cards;
using Ledger.Domain.Complaints;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;

namespace Ledger.Cluster.Akka.Tests.Wire;

public sealed class CommandCodecTests
{
    private const int SeedCount = 32;

    private static readonly Type[] Roots = [typeof(TransactionCommand), typeof(TerminalCommand), typeof(MerchantCommand), typeof(RemittanceCommand), typeof(CardCommand), typeof(ComplaintCommand)];

    public static TheoryData<Type> Classes => [.. CommandTypes.Classes];

    [Fact]
    public void Every_command_of_every_decider_crosses_and_whatever_builds_one()
    {
        var commands = Roots.SelectMany(static root => root.GetNestedTypes().Where(root.IsAssignableFrom))
            .Concat(typeof(IBuiltCommand).Assembly.GetTypes().Where(static type => type.IsClass && type.IsAssignableTo(typeof(IBuiltCommand))));

        Assert.Equal(commands.OrderBy(static type => type.FullName, StringComparer.Ordinal), CommandTypes.Classes.OrderBy(static type => type.FullName, StringComparer.Ordinal));
    }

    [Fact]
    public void A_name_has_a_number_and_no_class_in_it()
    {
        Assert.All(CommandTypes.Classes, static type => Assert.Matches("^[a-z]+(-[a-z]+)+[.][1-9][0-9]*$", CommandTypes.FindName(type)));
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_command_arrives_as_it_was_sent_with_every_member(Type type)
    {
        for (var seed = 0; seed < SeedCount; seed++)
        {
            var command = new Arbitrary(new Random(seed)).Make(type);
            var (name, body) = CommandCodec.Encode(command);

            Assert.Equal(command, CommandCodec.Decode(name, body));
        }
    }

    [Theory]
    [MemberData(nameof(Classes))]
    public void A_command_without_one_of_its_members_or_cut_short_is_refused(Type type)
    {
        var (name, body) = CommandCodec.Encode(new Arbitrary(new Random(1)).Make(type));

        for (var length = 0; length < body.Length; length++) Assert.Throws<WireException>(() => CommandCodec.Decode(name, body.AsSpan(0, length)));
        Assert.Throws<WireException>(() => CommandCodec.Decode(name, "{}"u8));
        Assert.Throws<WireException>(() => CommandCodec.Decode(name, "null"u8));
    }

    [Fact]
    public void What_cannot_be_read_says_which_command_and_where()
    {
        var (name, body) = CommandCodec.Encode(new TerminalCommand.BlockForGood(Shop.At(Shop.Day, 12)));
        var bad = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("2026", "day", StringComparison.Ordinal));

        var error = Assert.Throws<WireException>(() => CommandCodec.Decode(name, bad));

        Assert.Contains("terminal-block-for-good.1", error.Message, StringComparison.Ordinal);
        Assert.Contains("$.now", error.Message, StringComparison.Ordinal);
        Assert.Contains("terminal-fly.1", Assert.Throws<WireException>(() => CommandCodec.Decode("terminal-fly.1", body)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_and_a_class_that_is_no_command_do_not_cross()
    {
        Assert.False(CommandCodec.Knows(new CommandPart(Shop.Serial.Stream, static _ => new object()).Content));
        Assert.False(CommandCodec.Knows(new object()));
        Assert.Throws<WireException>(() => CommandCodec.Encode(null));
        Assert.Throws<WireException>(() => CommandCodec.Encode(new object()));
    }
}
