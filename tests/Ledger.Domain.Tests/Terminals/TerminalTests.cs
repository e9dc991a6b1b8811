using System.Collections.Immutable;
using Ledger.Domain.Calendars;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using NodaTime.Text;
using static Ledger.Domain.Terminals.TerminalCommand;
using static Ledger.Domain.Terminals.TerminalEvent;
using static Ledger.Domain.Tests.Merchants.ContractSamples;
using static Ledger.Domain.Tests.Terminals.TerminalStory;

namespace Ledger.Domain.Tests.Terminals;

public class TerminalTests
{
    [Fact]
    [Rule("R008")]
    public void Hardware_that_the_bank_did_not_supply_does_nothing()
    {
        Refuses(TerminalRejection.NotRegistered, Given(), new Activate(Terms, Phone, Serial, Noon));
        Refuses(TerminalRejection.NotRegistered, Given(), Start(1, 1));
        Refuses(TerminalRejection.NotRegistered, Given(), BlockIt);
    }

    [Fact]
    [Rule("R008")]
    public void Registering_puts_it_on_the_list_once()
    {
        Gives(Given(), RegisterIt, IsRegistered);
        Gives(Given(IsRegistered), RegisterIt with { Now = Noon + Duration.FromDays(1) });
        Gives(Given(IsRegistered, IsActivated), RegisterIt);
        Refuses(TerminalRejection.AlreadyRegistered, Given(IsRegistered), RegisterIt with { TerminalNumber = 2 });
    }

    [Theory]
    [Rule("R033")]
    [InlineData("", AcceptanceCountry.France, 1)]
    [InlineData("two\nlines", AcceptanceCountry.France, 1)]
    [InlineData("PAX D150", (AcceptanceCountry)474, 1)]
    [InlineData("PAX D150", AcceptanceCountry.Monaco, 0)]
    [InlineData("PAX D150", AcceptanceCountry.Monaco, 1000)]
    public void Facts_out_of_range_are_not_registered(string model, AcceptanceCountry country, int number) =>
        Refuses(TerminalRejection.FactsInvalid, Given(), new Register(Serial, model, country, number, Noon));

    [Fact]
    [Rule("R098")]
    public void Activation_binds_merchant_and_device()
    {
        Gives(Given(IsRegistered), new Activate(Terms, Phone, Serial, Noon), IsActivated);
        Gives(Given(IsRegistered, IsActivated), new Activate(Terms, Phone, Serial, Noon));
        Refuses(TerminalRejection.MerchantDiffers, Given(IsRegistered, IsActivated), new Activate(Terms with { MerchantId = Taxi }, Phone, Serial, Noon));
        Refuses(TerminalRejection.NotActivated, Given(IsRegistered), Start(1, 1));
    }

    [Fact]
    [Rule("R099")]
    public void Without_a_connected_terminal_nothing_is_activated()
    {
        Refuses(TerminalRejection.NotLinked, Given(IsRegistered), new Activate(Terms, Phone, null, Noon));
        Refuses(TerminalRejection.NotLinked, Given(IsRegistered, IsActivated), new Activate(Terms, Phone, null, Noon));
        Refuses(TerminalRejection.NotLinked, Given(IsRegistered, IsBlocked), new Activate(Terms, Phone, null, Noon));
    }

    [Fact]
    [Rule("E54")]
    public void A_terminal_that_announces_another_serial_than_its_label_is_not_activated()
    {
        Refuses(TerminalRejection.SerialDiffers, Given(IsRegistered), new Activate(Terms, Phone, new TerminalSerial("T9999999"), Noon));
        Refuses(TerminalRejection.SerialDiffers, Given(IsRegistered, IsActivated), new Activate(Terms, Tablet, new TerminalSerial("T9999999"), Noon));
    }

    [Fact]
    [Rule("R021")]
    public void Without_its_connected_terminal_no_payment_is_started()
    {
        Refuses(TerminalRejection.NotLinked, Given(IsRegistered, IsActivated), Start(1, 1) with { LinkedSerial = null });
        Refuses(TerminalRejection.SerialDiffers, Given(IsRegistered, IsActivated), Start(1, 1) with { LinkedSerial = new TerminalSerial("T9999999") });
        Refuses(TerminalRejection.NotLinked, Given(IsRegistered, IsActivated, IsStarted), Start(2, 2) with { LinkedSerial = null });
        Refuses(TerminalRejection.NotLinked, Given(IsRegistered, IsActivated, IsBlocked), Start(1, 1) with { LinkedSerial = null });

        // What was started goes on, and may be asked again, when the link is lost meanwhile.
        Gives(Given(IsRegistered, IsActivated, IsStarted), Start(1, 1) with { LinkedSerial = null });
        Gives(Given(IsRegistered, IsActivated, IsStarted), new FinishTransaction(Tx(1), true, Noon), IsPaid);
    }

    [Theory]
    [InlineData("2026-03-10T09:00:00Z", "2027-03-10")]
    [InlineData("2026-12-31T23:30:00Z", "2028-01-01")]
    [InlineData("2028-02-29T12:00:00Z", "2029-02-28")]
    [Rule("R117")]
    public void The_warranty_ends_twelve_calendar_months_after_the_Paris_day_of_the_first_activation(string activatedAt, string until) =>
        Assert.Equal(LocalDatePattern.Iso.Parse(until).Value, Terminal.WarrantyUntil(InstantPattern.General.Parse(activatedAt).Value));

    [Fact]
    [Rule("I26")]
    [Rule("I30")]
    public void A_contract_that_does_not_run_activates_and_starts_nothing()
    {
        var notYet = Terms with { EffectiveFrom = null };
        var over = Terms with { EffectiveUntil = Noon };

        Refuses(TerminalRejection.ContractNotEffective, Given(IsRegistered), new Activate(notYet, Phone, Serial, Noon));
        Refuses(TerminalRejection.ContractNotEffective, Given(IsRegistered, IsActivated), Start(1, 1) with { Contract = notYet });
        Refuses(TerminalRejection.ContractNotEffective, Given(IsRegistered, IsActivated), Start(1, 1) with { Contract = over });
        Refuses(TerminalRejection.ContractNotEffective, Given(IsRegistered, IsActivated), Take(1) with { Contract = over });
    }

    [Fact]
    [Rule("E17")]
    public void The_last_instant_of_a_terminated_contract_still_takes_payments() =>
        Gives(Given(IsRegistered, IsActivated), Start(1, 1) with { Contract = Terms with { EffectiveUntil = Noon + Duration.Epsilon } }, IsStarted);

    [Fact]
    [Rule("R100")]
    [Rule("E92")]
    public void Another_device_takes_over_for_new_starts_and_the_open_transaction_ends_where_it_is()
    {
        var changed = new TerminalActivated(Serial, Bakery, Tablet, Noon);

        Gives(Given(IsRegistered, IsActivated, IsStarted), new Activate(Terms, Tablet, Serial, Noon), changed);
        Gives(Given(IsRegistered, IsActivated, IsStarted, changed), new FinishTransaction(Tx(1), true, Noon), IsPaid);
        Refuses(TerminalRejection.DeviceDiffers, Given(IsRegistered, IsActivated, IsStarted, IsPaid, changed), Start(2, 2));
        Refuses(TerminalRejection.DeviceDiffers, Given(IsRegistered, IsActivated, changed), Take(1));
        Gives(
            Given(IsRegistered, IsActivated, IsStarted, IsPaid, changed),
            Start(2, 2) with { Device = Tablet },
            new TransactionStarted(Tx(2), Sale(2), Tablet, 2, Noon));
    }

    [Fact]
    [Rule("I12")]
    [Rule("E31")]
    public void A_second_start_finds_the_terminal_busy()
    {
        Gives(Given(IsRegistered, IsActivated), Start(1, 1), IsStarted);
        Refuses(TerminalRejection.Busy, Given(IsRegistered, IsActivated, IsStarted), Start(2, 2));
        Refuses(TerminalRejection.Busy, Given(IsRegistered, IsActivated, IsStarted), Take(1));
    }

    [Fact]
    [Rule("E20")]
    public void The_same_start_again_changes_nothing_whatever_became_of_it()
    {
        Gives(Given(IsRegistered, IsActivated, IsStarted), Start(1, 1));
        Gives(Given(IsRegistered, IsActivated, IsStarted, IsSetAside), Start(1, 1));
        Gives(Given(IsRegistered, IsActivated, IsStarted, IsPaid), Start(1, 1));
        Gives(Given(IsRegistered, IsActivated, IsStarted, IsBlocked), Start(1, 1));
    }

    [Fact]
    [Rule("I15")]
    [Rule("R044")]
    public void A_sale_without_an_outcome_is_not_tried_again_but_another_sale_is_made()
    {
        var state = Given(IsRegistered, IsActivated, IsStarted, IsSetAside);

        Refuses(TerminalRejection.PreviousOutcomeUnknown, state, Start(2, 1));
        Gives(state, Start(2, 2), new TransactionStarted(Tx(2), Sale(2), Phone, 2, Noon));
    }

    [Fact]
    [Rule("R044")]
    public void A_sale_that_failed_is_tried_again_and_one_that_was_paid_is_not()
    {
        Gives(Given(IsRegistered, IsActivated, IsStarted, IsPaid with { Paid = false }), Start(2, 1), new TransactionStarted(Tx(2), Sale(1), Phone, 2, Noon));
        Refuses(TerminalRejection.SaleAlreadyPaid, Given(IsRegistered, IsActivated, IsStarted, IsPaid), Start(2, 1));
    }

    [Fact]
    [Rule("I15")]
    public void A_sale_whose_payment_became_known_late_is_refused_even_after_others_were_paid()
    {
        var state = Given(
            IsRegistered,
            IsActivated,
            IsStarted,
            IsSetAside,
            new TransactionStarted(Tx(2), Sale(2), Phone, 2, Noon),
            IsPaid,
            new TransactionFinished(Tx(2), Sale(2), true, Noon));

        Refuses(TerminalRejection.SaleAlreadyPaid, state, Start(3, 1));
    }

    [Fact]
    public void The_sixteenth_sale_without_an_outcome_stops_new_ones()
    {
        var state = Given(IsRegistered, IsActivated);
        for (var n = 1; n <= TerminalWork.SetAsideMax; n++)
        {
            state = Terminal.Decide(state, Start(n, n)).Events.Aggregate(state, Terminal.Evolve);
            state = Terminal.Decide(state, new SetTransactionAside(Tx(n), Noon)).Events.Aggregate(state, Terminal.Evolve);
        }

        Refuses(TerminalRejection.TooManySetAside, state, Start(17, 17));
        Refuses(TerminalRejection.PreviousOutcomeUnknown, state, Start(17, 16));
        var oneLess = Terminal.Decide(state, new FinishTransaction(Tx(7), false, Noon)).Events.Aggregate(state, Terminal.Evolve);
        Gives(oneLess, Start(17, 17), new TransactionStarted(Tx(17), Sale(17), Phone, 17, Noon));
    }

    [Fact]
    public void The_sixty_fifth_paid_sale_makes_it_forget_the_first()
    {
        var state = Given(IsRegistered, IsActivated);
        for (var n = 1; n <= TerminalWork.RecentlyPaidMax + 1; n++)
        {
            state = Terminal.Decide(state, Start(n, n)).Events.Aggregate(state, Terminal.Evolve);
            state = Terminal.Decide(state, new FinishTransaction(Tx(n), true, Noon)).Events.Aggregate(state, Terminal.Evolve);
        }

        Assert.Equal(TerminalWork.RecentlyPaidMax, state.Work.RecentlyPaid.Count);
        Refuses(TerminalRejection.SaleAlreadyPaid, state, Start(100, 2));
        Assert.Null(Terminal.Decide(state, Start(100, 1)).Rejection);
    }

    [Fact]
    [Rule("E30")]
    public void Numbers_run_from_1_to_999999_and_begin_again()
    {
        var state = Given(IsRegistered, IsActivated, IsStarted, IsPaid);
        var last = (TerminalState.Active)state;
        var almost = last with { Work = last.Work with { LastNumber = 999_998 } };

        Gives(state, Start(2, 2), new TransactionStarted(Tx(2), Sale(2), Phone, 2, Noon));
        Gives(almost, Start(2, 2), new TransactionStarted(Tx(2), Sale(2), Phone, 999_999, Noon));
        Gives(almost with { Work = almost.Work with { LastNumber = 999_999 } }, Take(1), new NumberTaken(Take(1).OperationId, 1, Noon));
    }

    [Fact]
    public void A_refund_takes_one_number_however_often_it_asks()
    {
        var taken = new NumberTaken(Take(1).OperationId, 1, Noon);

        Gives(Given(IsRegistered, IsActivated), Take(1), taken);
        Gives(Given(IsRegistered, IsActivated, taken), Take(1));
        Gives(Given(IsRegistered, IsActivated, taken), Take(2), new NumberTaken(Take(2).OperationId, 2, Noon));
        Gives(Given(IsRegistered, IsActivated, taken), Start(1, 1), IsStarted with { Number = 2 });
    }

    [Fact]
    public void A_transaction_that_it_does_not_work_on_is_not_finished_nor_set_aside()
    {
        foreach (var state in new[] { Given(IsRegistered), Given(IsRegistered, IsActivated), Given(IsRegistered, IsActivated, IsStarted) })
        {
            Refuses(TerminalRejection.TransactionNotOpen, state, new FinishTransaction(Tx(9), true, Noon));
            Refuses(TerminalRejection.TransactionNotOpen, state, new SetTransactionAside(Tx(9), Noon));
        }
    }

    [Fact]
    public void An_outcome_said_twice_is_one_and_another_outcome_is_refused()
    {
        var state = Given(IsRegistered, IsActivated, IsStarted, IsPaid);

        Gives(state, new FinishTransaction(Tx(1), true, Noon));
        Gives(state, new SetTransactionAside(Tx(1), Noon));
        Gives(Given(IsRegistered, IsActivated, IsStarted, IsSetAside), new SetTransactionAside(Tx(1), Noon));
        Refuses(TerminalRejection.TransactionNotOpen, state, new FinishTransaction(Tx(1), false, Noon));
    }

    [Fact]
    public void A_history_that_no_decision_makes_stops_the_reader()
    {
        Assert.Throws<InvariantException>(() => Given(IsActivated));
        Assert.Throws<InvariantException>(() => Given(IsRegistered, IsRegistered));
        Assert.Throws<InvariantException>(() => Given(IsRegistered, IsActivated, IsStarted, IsStarted with { TransactionId = Tx(2), Number = 2 }));
        Assert.Throws<InvariantException>(() => Given(IsRegistered, IsActivated, IsStarted with { Number = 2 }));
        Assert.Throws<InvariantException>(() => Given(IsRegistered, IsActivated, IsPaid));
        Assert.Throws<InvariantException>(() => Given(IsRegistered, IsActivated, IsBlocked, IsStarted));
        Assert.Throws<InvariantException>(() => Given(IsRegistered, IsActivated, IsActivated with { MerchantId = Taxi }));
    }

    [Fact]
    public void Decide_answers_every_state_and_command()
    {
        var forGood = new TerminalBlockedForGood(Serial, Noon);
        ImmutableArray<TerminalState> states =
        [
            Given(),
            Given(IsRegistered),
            Given(IsRegistered, IsBlocked),
            Given(IsRegistered, IsActivated),
            Given(IsRegistered, IsActivated, IsStarted),
            Given(IsRegistered, IsActivated, IsStarted, IsSetAside),
            Given(IsRegistered, IsActivated, IsStarted, IsPaid),
            Given(IsRegistered, IsActivated, IsStarted, IsBlocked),
            Given(IsRegistered, IsActivated, IsStarted, IsSetAside, IsBlocked),
            Given(IsRegistered, IsActivated, IsStarted, IsBlocked, forGood),
            Given(IsRegistered, IsActivated, IsStarted, IsSetAside, IsBlocked, forGood),
            Given(IsRegistered, IsActivated, IsStarted, IsPaid, IsBlocked, forGood),
        ];
        var late = Noon + Duration.FromDays(200);
        TerminalCommand[] commands =
        [
            RegisterIt, RegisterIt with { Model = "" }, new Activate(Terms, Phone, Serial, Noon), new Activate(Terms, Tablet, Serial, Noon), new Activate(Terms with { MerchantId = Taxi }, Phone, Serial, Noon),
            new Activate(Terms, Phone, null, Noon), new Activate(Terms, Phone, new TerminalSerial("T9999999"), Noon),
            BlockIt, BlockIt with { Channel = Channel.WebSpace }, new Unblock(Channel.Assistance, Noon), new Unblock(Channel.Assistance, late), new Unblock(Channel.Bank, Noon),
            new BlockForGood(Noon), new BlockForGood(late), Start(1, 1), Start(2, 1), Start(2, 2), Start(2, 2) with { LinkedSerial = null }, new SetTransactionAside(Tx(1), Noon), new SetTransactionAside(Tx(2), Noon),
            new FinishTransaction(Tx(1), true, Noon), new FinishTransaction(Tx(1), false, Noon), new FinishTransaction(Tx(2), true, Noon), Take(1), Take(2) with { Device = Tablet },
        ];

        Cases.AllAnswered<Terminal, TerminalState, TerminalCommand, TerminalEvent, TerminalRejection>(states, commands);
    }
}
