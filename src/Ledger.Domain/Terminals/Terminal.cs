using System.Diagnostics;
using Ledger.Domain.Calendars;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Terminals.TerminalCommand;
using static Ledger.Domain.Terminals.TerminalEvent;
using static Ledger.Domain.Terminals.TerminalState;

namespace Ledger.Domain.Terminals;

using Decision = Decision<TerminalEvent, TerminalRejection>;

/// <summary>One terminal, from the bank's stock to its permanent block. Pure: no clock, no store, no logging.</summary>
public sealed class Terminal : IDecider<TerminalState, TerminalCommand, TerminalEvent, TerminalRejection>
{
    /// <summary>A found terminal may be unblocked for so long (R120).</summary>
    public const int UnblockMonths = 3;

    /// <summary>The warranty on the hardware (R117), in calendar months.</summary>
    public const int WarrantyMonths = 12;

    private const int ModelLengthMax = 40;
    private const int TerminalNumberMax = 999;

    private Terminal() { }

    public static string Category => "terminal";

    public static TerminalState Initial { get; } = new Unregistered();

    public static Decision Decide(TerminalState state, TerminalCommand command) => (state, command) switch
    {
        (Unregistered, Register register) => DecideRegister(register),
        (Unregistered, _) => TerminalRejection.NotRegistered,
        (_, Register register) => FactsOf(register) == state.Facts ? Decision.AlreadyDone : TerminalRejection.AlreadyRegistered,

        (_, Activate activate) => DecideActivate(state, activate),
        (_, Block block) => DecideBlock(state, block),
        (_, Unblock unblock) => DecideUnblock(state, unblock),
        (_, BlockForGood block) => DecideBlockForGood(state, block),

        (_, StartTransaction start) => DecideStart(state, start),
        (_, SetTransactionAside aside) => DecideSetAside(state.Work, aside),
        (_, FinishTransaction finish) => DecideFinish(state.Work, finish),
        (_, TakeNumber take) => DecideTakeNumber(state, take),

        _ => throw new UnreachableException($"{state.GetType().Name} x {command.GetType().Name}"),
    };

    public static TerminalState Evolve(TerminalState state, TerminalEvent @event) => (state, @event) switch
    {
        (Unregistered, TerminalRegistered e) => new Registered(new TerminalFacts(e.Serial, e.Model, e.Country, e.TerminalNumber)),

        (Registered s, TerminalActivated e) => new Active(s.Facts, new TerminalBinding(e.MerchantId, e.Device), TerminalWork.None),
        (Active s, TerminalActivated e) when e.MerchantId == s.Binding.MerchantId => s with { Binding = new TerminalBinding(e.MerchantId, e.Device) },

        (Registered s, TerminalBlocked e) => new Blocked(s.Facts, null, TerminalWork.None, e.UnblockableUntil),
        (Active s, TerminalBlocked e) => new Blocked(s.Facts, s.Binding, s.Work, e.UnblockableUntil),
        (Blocked { Binding: null } s, TerminalUnblocked) => new Registered(s.Facts),
        (Blocked { Binding: { } binding } s, TerminalUnblocked) => new Active(s.Facts, binding, s.Work),
        (Blocked s, TerminalBlockedForGood) => new BlockedForGood(s.Facts, s.Binding, s.Work),

        (Active s, TransactionStarted e) => s with { Work = s.Work.After(e) },
        (Active s, NumberTaken e) => s with { Work = s.Work.After(e) },

        (Active s, TransactionSetAside e) => s with { Work = s.Work.After(e) },
        (Blocked s, TransactionSetAside e) => s with { Work = s.Work.After(e) },
        (BlockedForGood s, TransactionSetAside e) => s with { Work = s.Work.After(e) },

        (Active s, TransactionFinished e) => s with { Work = s.Work.After(e) },
        (Blocked s, TransactionFinished e) => s with { Work = s.Work.After(e) },
        (BlockedForGood s, TransactionFinished e) => s with { Work = s.Work.After(e) },

        // A stored history that Decide could not have produced is corruption, not a request: stop.
        _ => throw new InvariantException($"{@event.GetType().Name} cannot follow {state.GetType().Name}"),
    };

    /// <summary>
    /// Last Paris day of the warranty. It runs from the first activation: the ledger hears of no hand-over, and by then the merchant surely has the
    /// terminal; another phone does not begin it anew. Clamped to the month's end, as the block's term is.
    /// </summary>
    public static LocalDate WarrantyUntil(Instant firstActivatedAt) => ParisTime.DayOf(firstActivatedAt).PlusMonths(WarrantyMonths);

    /// <summary>Why a terminal can be neither activated (R099) nor paid with (R021) over its link: NotLinked, SerialDiffers (E54); null when it can.</summary>
    /// <param name="serial">The terminal that is meant: as the merchant typed it, or the device's own.</param>
    /// <param name="linked">As the connected terminal announced it; null when none is connected.</param>
    public static TerminalRejection? LinkRefusal(TerminalSerial serial, TerminalSerial? linked)
    {
        if (linked is null) return TerminalRejection.NotLinked;
        return linked == serial ? null : TerminalRejection.SerialDiffers;
    }

    private static Decision DecideRegister(Register command)
    {
        if (!TerminalSerial.IsValid(command.Serial.Value)) return TerminalRejection.FactsInvalid;
        if (!PlainText.IsValid(command.Model, ModelLengthMax)) return TerminalRejection.FactsInvalid;
        if (!Enum.IsDefined(command.Country)) return TerminalRejection.FactsInvalid;
        if (command.TerminalNumber is < 1 or > TerminalNumberMax) return TerminalRejection.FactsInvalid;

        return new TerminalRegistered(command.Serial, command.Model, command.Country, command.TerminalNumber, command.Now);
    }

    /// <summary>What is under way on another device goes on there; only new starts need the new one (E92).</summary>
    private static Decision DecideActivate(TerminalState state, Activate command)
    {
        if (LinkRefusal(state.Facts!.Serial, command.LinkedSerial) is { } unlinked) return unlinked;
        if (BlockOf(state) is { } blocked) return blocked;
        var wanted = new TerminalBinding(command.Contract.MerchantId, command.Device);
        if (state.Binding == wanted) return Decision.AlreadyDone;
        if (state.Binding is { } bound && bound.MerchantId != wanted.MerchantId) return TerminalRejection.MerchantDiffers;
        if (!command.Contract.Covers(command.Now)) return TerminalRejection.ContractNotEffective;

        return new TerminalActivated(state.Facts!.Serial, wanted.MerchantId, wanted.Device, command.Now);
    }

    private static Decision DecideBlock(TerminalState state, Block command)
    {
        if (!Enum.IsDefined(command.Reason)) return TerminalRejection.FactsInvalid;
        if (command.Channel != Channel.Assistance) return TerminalRejection.ChannelNotAllowed;
        if (BlockOf(state) is not null) return Decision.AlreadyDone;

        // PlusMonths clamps to the month's end: blocked on 30 November, unblockable until 28 or 29 February (E18).
        var until = ParisTime.DayOf(command.Now).PlusMonths(UnblockMonths);
        return new TerminalBlocked(state.Facts!.Serial, command.Reason, command.Channel, until, command.Now);
    }

    private static Decision DecideUnblock(TerminalState state, Unblock command)
    {
        // Too late is for ever, also while the process has not made the block final yet (I25).
        if (state is BlockedForGood || (state is Blocked late && IsOver(late, command.Now))) return TerminalRejection.BlockedForGood;
        if (command.Channel != Channel.Assistance) return TerminalRejection.ChannelNotAllowed;
        if (state is not Blocked blocked) return Decision.AlreadyDone;

        return new TerminalUnblocked(blocked.Facts.Serial, command.Channel, command.Now);
    }

    private static Decision DecideBlockForGood(TerminalState state, BlockForGood command)
    {
        if (state is BlockedForGood) return Decision.AlreadyDone;
        if (state is not Blocked blocked) return TerminalRejection.NotBlocked;
        if (!IsOver(blocked, command.Now)) return TerminalRejection.StillUnblockable;

        return new TerminalBlockedForGood(blocked.Facts.Serial, command.Now);
    }

    private static Decision DecideStart(TerminalState state, StartTransaction command)
    {
        // Whether the repeat asks for the same sale is for the transaction's own stream to say.
        if (state.Work.Knows(command.TransactionId)) return Decision.AlreadyDone;
        if (LinkRefusal(state.Facts!.Serial, command.LinkedSerial) is { } unlinked) return unlinked;
        if (UseOf(state, command.Contract, command.Device, command.Now) is { } refused) return refused;

        var work = state.Work;
        if (work.SetAside.ContainsValue(command.SaleId)) return TerminalRejection.PreviousOutcomeUnknown;
        if (work.RecentlyPaid.Contains(command.SaleId)) return TerminalRejection.SaleAlreadyPaid;
        if (work.SetAside.Count >= TerminalWork.SetAsideMax) return TerminalRejection.TooManySetAside;

        return new TransactionStarted(command.TransactionId, command.SaleId, command.Device, work.NextNumber, command.Now);
    }

    private static Decision DecideTakeNumber(TerminalState state, TakeNumber command)
    {
        if (state.Work.LastTaken?.OperationId == command.OperationId) return Decision.AlreadyDone;
        if (UseOf(state, command.Contract, command.Device, command.Now) is { } refused) return refused;

        return new NumberTaken(command.OperationId, state.Work.NextNumber, command.Now);
    }

    /// <summary>Allowed in every state that can have work: a block never changes what is under way (I31, E85).</summary>
    private static Decision DecideSetAside(TerminalWork work, SetTransactionAside command)
    {
        if (work.SetAside.ContainsKey(command.TransactionId)) return Decision.AlreadyDone;
        if (work.LastFinished?.TransactionId == command.TransactionId) return Decision.AlreadyDone;
        if (work.Open is not { } open || open.TransactionId != command.TransactionId) return TerminalRejection.TransactionNotOpen;

        return new TransactionSetAside(open.TransactionId, open.SaleId, command.Now);
    }

    /// <summary>Allowed in every state that can have work, like setting aside.</summary>
    private static Decision DecideFinish(TerminalWork work, FinishTransaction command)
    {
        if (work.LastFinished == new FinishedTransaction(command.TransactionId, command.Paid)) return Decision.AlreadyDone;
        if (work.SaleOf(command.TransactionId) is not { } sale) return TerminalRejection.TransactionNotOpen;

        return new TransactionFinished(command.TransactionId, sale, command.Paid, command.Now);
    }

    /// <summary>Why nothing new may begin on this terminal, in order of precedence (I30); null when it may.</summary>
    private static TerminalRejection? UseOf(TerminalState state, ContractTerms contract, DeviceId device, Instant now)
    {
        if (BlockOf(state) is { } blocked) return blocked;
        if (state.Binding is not { } binding) return TerminalRejection.NotActivated;
        if (contract.MerchantId != binding.MerchantId) return TerminalRejection.MerchantDiffers;
        if (device != binding.Device) return TerminalRejection.DeviceDiffers;
        if (!contract.Covers(now)) return TerminalRejection.ContractNotEffective;
        if (state.Work.Open is not null) return TerminalRejection.Busy;
        return null;
    }

    private static TerminalRejection? BlockOf(TerminalState state) => state switch
    {
        BlockedForGood => TerminalRejection.BlockedForGood,
        Blocked => TerminalRejection.Blocked,
        _ => null,
    };

    private static TerminalFacts FactsOf(Register command) => new(command.Serial, command.Model, command.Country, command.TerminalNumber);

    private static bool IsOver(Blocked state, Instant now) => ParisTime.DayOf(now) > state.UnblockableUntil;
}
