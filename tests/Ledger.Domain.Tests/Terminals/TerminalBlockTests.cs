using Ledger.Domain.Calendars;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Terminals.TerminalCommand;
using static Ledger.Domain.Terminals.TerminalEvent;
using static Ledger.Domain.Tests.Merchants.ContractSamples;
using static Ledger.Domain.Tests.Terminals.TerminalStory;

namespace Ledger.Domain.Tests.Terminals;

public class TerminalBlockTests
{
    [Fact]
    [Rule("R119")]
    [Rule("I46")]
    public void Only_assistance_blocks_and_unblocks()
    {
        Gives(Given(IsRegistered, IsActivated), BlockIt, IsBlocked);
        Gives(Given(IsRegistered, IsActivated, IsBlocked), new Unblock(Channel.Assistance, Noon), new TerminalUnblocked(Serial, Channel.Assistance, Noon));
        foreach (var channel in Enum.GetValues<Channel>().Where(c => c != Channel.Assistance))
        {
            Refuses(TerminalRejection.ChannelNotAllowed, Given(IsRegistered, IsActivated), BlockIt with { Channel = channel });
            Refuses(TerminalRejection.ChannelNotAllowed, Given(IsRegistered, IsActivated, IsBlocked), new Unblock(channel, Noon));
        }
    }

    [Fact]
    public void A_block_needs_a_known_reason() => Refuses(TerminalRejection.FactsInvalid, Given(IsRegistered), BlockIt with { Reason = 0 });

    [Fact]
    [Rule("R119")]
    [Rule("E87")]
    public void A_blocked_terminal_starts_nothing_and_is_not_activated_again()
    {
        var state = Given(IsRegistered, IsActivated, IsBlocked);

        Refuses(TerminalRejection.Blocked, state, Start(1, 1));
        Refuses(TerminalRejection.Blocked, state, Take(1));
        Refuses(TerminalRejection.Blocked, state, new Activate(Terms, Phone, Serial, Noon));
        Refuses(TerminalRejection.Blocked, state, new Activate(Terms, Tablet, Serial, Noon));
    }

    [Fact]
    [Rule("I31")]
    [Rule("E85")]
    public void What_was_under_way_ends_although_the_terminal_was_blocked()
    {
        var blocked = Given(IsRegistered, IsActivated, IsStarted, IsBlocked);
        var forGood = Given(IsRegistered, IsActivated, IsStarted, IsBlocked, new TerminalBlockedForGood(Serial, Noon));

        foreach (var state in new[] { blocked, forGood })
        {
            Gives(state, new FinishTransaction(Tx(1), true, Noon), IsPaid);
            Gives(state, new SetTransactionAside(Tx(1), Noon), IsSetAside);
            Gives(Terminal.Evolve(state, IsSetAside), new FinishTransaction(Tx(1), true, Noon), IsPaid);
            Gives(Terminal.Evolve(state, IsPaid), new FinishTransaction(Tx(1), true, Noon));
        }
    }

    [Fact]
    [Rule("R120")]
    public void An_unblocked_terminal_is_what_it_was_before()
    {
        var unblocked = new TerminalUnblocked(Serial, Channel.Assistance, Noon);

        Assert.Equal(Given(IsRegistered), Given(IsRegistered, IsBlocked, unblocked));
        Assert.Equal(Given(IsRegistered, IsActivated, IsStarted), Given(IsRegistered, IsActivated, IsStarted, IsBlocked, unblocked));
    }

    [Fact]
    [Rule("E86")]
    public void Blocking_twice_and_unblocking_twice_are_one_and_nothing_undoes_a_final_block()
    {
        var blocked = Given(IsRegistered, IsActivated, IsBlocked);
        var forGood = Given(IsRegistered, IsActivated, IsBlocked, new TerminalBlockedForGood(Serial, Noon));

        Gives(blocked, BlockIt with { Reason = BlockReason.Lost, Now = Noon + Duration.FromDays(30) });
        Gives(Given(IsRegistered, IsActivated), new Unblock(Channel.Assistance, Noon));
        Gives(forGood, BlockIt);
        Gives(forGood, new BlockForGood(Noon));
        Refuses(TerminalRejection.BlockedForGood, forGood, new Unblock(Channel.Assistance, Noon));
        Refuses(TerminalRejection.BlockedForGood, forGood, new Activate(Terms, Phone, Serial, Noon));
        Refuses(TerminalRejection.BlockedForGood, forGood, Start(1, 1));
    }

    /// <summary>Blocked on 30 November: the three months are clamped to the end of February.</summary>
    [Theory]
    [Rule("R120")]
    [Rule("R121")]
    [Rule("I25")]
    [Rule("E18")]
    [InlineData(2026, "2027-02-28")]
    [InlineData(2027, "2028-02-29")]
    public void A_terminal_blocked_at_the_end_of_November_comes_back_until_the_end_of_February(int year, string lastDay)
    {
        var last = NodaTime.Text.LocalDatePattern.Iso.Parse(lastDay).Value;
        var blockedAt = ParisTime.EndOf(new LocalDate(year, 11, 30)) - Duration.Epsilon;
        var block = Assert.IsType<TerminalBlocked>(Assert.Single(Terminal.Decide(Given(IsRegistered), BlockIt with { Now = blockedAt }).Events));
        var state = Given(IsRegistered, block);
        var inTime = ParisTime.EndOf(last) - Duration.FromMinutes(30);
        var tooLate = ParisTime.EndOf(last);

        Assert.Equal(last, block.UnblockableUntil);
        Gives(state, new Unblock(Channel.Assistance, inTime), new TerminalUnblocked(Serial, Channel.Assistance, inTime));
        Refuses(TerminalRejection.StillUnblockable, state, new BlockForGood(inTime));
        Refuses(TerminalRejection.BlockedForGood, state, new Unblock(Channel.Assistance, tooLate));
        Gives(state, new BlockForGood(tooLate), new TerminalBlockedForGood(Serial, tooLate));
    }

    [Fact]
    [Rule("R121")]
    public void A_terminal_that_is_not_blocked_is_not_blocked_for_good()
    {
        Refuses(TerminalRejection.NotBlocked, Given(IsRegistered), new BlockForGood(Noon));
        Refuses(TerminalRejection.NotBlocked, Given(IsRegistered, IsActivated), new BlockForGood(Noon));
    }
}
