using Ledger.Domain.Calendars;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine.Processes;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Engine.Tests.Processes;

public class TerminalBlockProcessTests
{
    private static readonly Instant Blocked = Shop.At(new LocalDate(2026, 11, 30), 18);
    private static readonly Instant LastMoment = ParisTime.EndOf(new LocalDate(2027, 2, 28)) - Duration.FromMinutes(30);
    private static readonly Instant Over = ParisTime.EndOf(new LocalDate(2027, 2, 28));

    private static async Task<(Shop Shop, Night Night)> BlockAsync()
    {
        var shop = new Shop();
        await shop.OpenAsync();
        shop.Clock.Now = Blocked;
        await Shop.Accepted(shop.Do(Shop.Serial.Stream, new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, Blocked)));
        return (shop, new Night(shop, static engine => new TerminalBlockProcess(engine)));
    }

    [Fact]
    [Rule("R121"), Rule("E18")]
    public async Task A_block_becomes_final_on_the_day_after_the_last_one_to_lift_it()
    {
        var (shop, night) = await BlockAsync();
        await using var _ = shop;

        await night.RunAsync(LastMoment);
        Assert.IsType<TerminalState.Blocked>(await shop.StateAsync<TerminalState>(Shop.Serial.Stream));

        await night.RunAsync(Over);
        Assert.IsType<TerminalState.BlockedForGood>(await shop.StateAsync<TerminalState>(Shop.Serial.Stream));
        Assert.Equal("BlockedForGood", (await shop.Do(Shop.Serial.Stream, new TerminalCommand.Unblock(Channel.Assistance, Over))).Rejection?.Name);
        Assert.Empty(night.Store.Scan("terminal-block", "", 10));
    }

    [Fact]
    [Rule("E18")]
    public async Task A_terminal_found_half_an_hour_before_stays_in_use()
    {
        var (shop, night) = await BlockAsync();
        await using var _ = shop;

        await Shop.Accepted(shop.Do(Shop.Serial.Stream, new TerminalCommand.Unblock(Channel.Assistance, LastMoment)));
        await night.RunAsync(Over);

        Assert.IsType<TerminalState.Active>(await shop.StateAsync<TerminalState>(Shop.Serial.Stream));
        Assert.Null(night.Store.NextDue("terminal-block"));
    }

    [Fact]
    public async Task A_second_block_counts_from_itself()
    {
        var (shop, night) = await BlockAsync();
        await using var _ = shop;
        await night.RunAsync(Blocked);
        await Shop.Accepted(shop.Do(Shop.Serial.Stream, new TerminalCommand.Unblock(Channel.Assistance, LastMoment)));
        await Shop.Accepted(shop.Do(Shop.Serial.Stream, new TerminalCommand.Block(BlockReason.Stolen, Channel.Assistance, LastMoment)));

        await night.RunAsync(Over);

        Assert.IsType<TerminalState.Blocked>(await shop.StateAsync<TerminalState>(Shop.Serial.Stream));
        Assert.Equal(ParisTime.EndOf(new LocalDate(2027, 5, 28)), night.Store.NextDue("terminal-block"));
    }
}
