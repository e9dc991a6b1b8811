using System.Diagnostics;
using Ledger.Domain.Calendars;
using Ledger.Domain.Transactions;
using static Ledger.Domain.Remittances.RemittanceCommand;
using static Ledger.Domain.Remittances.RemittanceEvent;
using static Ledger.Domain.Remittances.RemittanceState;

namespace Ledger.Domain.Remittances;

using Decision = Decision<RemittanceEvent, RemittanceRejection>;

/// <summary>One merchant's remise of one day, from midnight to its credit. Pure: no clock, no store, no logging.</summary>
public sealed class Remittance : IDecider<RemittanceState, RemittanceCommand, RemittanceEvent, RemittanceRejection>
{
    private Remittance() { }

    public static string Category => "remittance";

    public static RemittanceState Initial { get; } = new NotOpened();

    public static Decision Decide(RemittanceState state, RemittanceCommand command) => (state, command) switch
    {
        (NotOpened, OpenRemittance open) => DecideOpen(open),
        (NotOpened, _) => RemittanceRejection.NotOpened,

        (Open s, OpenRemittance open) =>
            s.Remittance == open.Remittance && s.Calendar == open.Calendar ? Decision.AlreadyDone : RemittanceRejection.AlreadyOpened,
        (Open s, AddLines add) => DecideAddLines(s, add),
        (Open s, CloseRemittance close) => DecideClose(s, close),
        (Open, CreditRemittance) => RemittanceRejection.NotClosed,

        (Closed s, OpenRemittance open) => s.Remittance == open.Remittance ? Decision.AlreadyDone : RemittanceRejection.AlreadyOpened,
        (Credited s, OpenRemittance open) => s.Remittance == open.Remittance ? Decision.AlreadyDone : RemittanceRejection.AlreadyOpened,
        (Closed or Credited, AddLines) => RemittanceRejection.AlreadyClosed,
        (Closed or Credited, CloseRemittance) => Decision.AlreadyDone,
        (Closed s, CreditRemittance credit) => DecideCredit(s, credit),
        (Credited, CreditRemittance) => Decision.AlreadyDone,

        _ => throw new UnreachableException($"{state.GetType().Name} x {command.GetType().Name}"),
    };

    public static RemittanceState Evolve(RemittanceState state, RemittanceEvent @event) => (state, @event) switch
    {
        (NotOpened, RemittanceOpened e) => new Open(e.Remittance, e.Calendar, [], Money.Zero(Currency.Eur), Money.Zero(Currency.Eur)),
        (Open s, LinesAdded e) => EvolveLines(s, e),
        (Open s, RemittanceClosed e) => EvolveClosed(s, e),
        (Closed s, RemittanceCredited e) when e.Debits == s.Debits && e.Credits == s.Credits && e.CreditDate == s.CreditDate =>
            new Credited(s.Remittance, s.LineCount, s.Debits, s.Credits, s.CreditDate),

        // A stored history that Decide could not have produced is corruption, not a request: stop.
        _ => throw new InvariantException($"{@event.GetType().Name} cannot follow {state.GetType().Name}"),
    };

    private static Decision DecideOpen(OpenRemittance command)
    {
        var day = command.Remittance.Day;
        if (ParisTime.DayOf(command.Now) <= day) return RemittanceRejection.DayNotOver;
        if (!BankCalendar.Covers(day)) return RemittanceRejection.DayOutOfRange;

        Invariant.Holds(Enum.IsDefined(command.Calendar));
        return new RemittanceOpened(command.Remittance, command.Calendar, command.Now);
    }

    private static Decision DecideAddLines(Open state, AddLines command)
    {
        if (command.Lines.Count is < 1 or > LinesPerEventMax) return RemittanceRejection.LineCountOutOfRange;
        if (!command.Lines.All(line => IsValid(line, state))) return RemittanceRejection.LineInvalid;

        ValueList<RemittanceLine> missing = [.. command.Lines.DistinctBy(KeyOf).Where(line => !state.Lines.Contains(KeyOf(line)))];
        return missing.Count == 0 ? Decision.AlreadyDone : new LinesAdded(missing, command.Now);
    }

    private static Decision DecideClose(Open state, CloseRemittance command)
    {
        if (state.Lines.IsEmpty) return RemittanceRejection.NoLines;

        var calendar = BankCalendar.For(state.Calendar);
        var creditDate = calendar.NextOpenDay(state.Remittance.Day);
        return new RemittanceClosed(state.Remittance, state.Lines.Count, state.Debits, state.Credits, creditDate, calendar.Version, command.Now);
    }

    /// <summary>The credit date is what was decided at the close; a newer calendar does not move it (E14).</summary>
    private static Decision DecideCredit(Closed state, CreditRemittance command)
    {
        if (ParisTime.DayOf(command.Now) < state.CreditDate) return RemittanceRejection.CreditDateNotReached;

        return new RemittanceCredited(state.Remittance, state.Debits, state.Credits, state.CreditDate, command.Now);
    }

    /// <summary>A payment is a debit of the card, a refund a credit of one; both dated on the remittance's day or, when late, before (I37).</summary>
    private static bool IsValid(RemittanceLine line, Open state) =>
        line.Amount.Currency == Currency.Eur
        && line.Amount.MinorUnits is >= Transaction.AmountMinCents and <= Transaction.AmountMaxCents
        && line.OperationDay <= state.Remittance.Day
        && line.Side == (line.Refund is null ? RemittanceSide.Debit : RemittanceSide.Credit);

    private static Open EvolveLines(Open state, LinesAdded @event)
    {
        var after = state;
        foreach (var line in @event.Lines)
        {
            Invariant.Holds(IsValid(line, state) && !after.Lines.Contains(KeyOf(line)));
            after = line.Side == RemittanceSide.Debit ? after with { Debits = after.Debits + line.Amount } : after with { Credits = after.Credits + line.Amount };
            after = after with { Lines = after.Lines.Add(KeyOf(line)) };
        }

        return after;
    }

    private static Closed EvolveClosed(Open state, RemittanceClosed @event)
    {
        Invariant.Holds(@event.Remittance == state.Remittance && @event.LineCount == state.Lines.Count);
        Invariant.Holds(@event.Debits == state.Debits && @event.Credits == state.Credits && @event.CreditDate > state.Remittance.Day);
        return new Closed(state.Remittance, @event.LineCount, @event.Debits, @event.Credits, @event.CreditDate);
    }

    private static (TransactionId Transaction, RefundId? Refund) KeyOf(RemittanceLine line) => (line.TransactionId, line.Refund);
}
