using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Calendars;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Terminals.TerminalCommand;
using static Ledger.Domain.Terminals.TerminalEvent;
using static Ledger.Domain.Tests.Merchants.ContractSamples;

namespace Ledger.Domain.Tests.Terminals;

/// <summary>Random days in a terminal's life, held against a model that is written another way, and against what the histories must never show.</summary>
public class TerminalModelTests
{
    private const int StepsMax = 120;
    private static readonly TerminalSerial Serial = new("D150A00001");

    /// <summary>Each number is one command: its kind, its transaction, its sale, its device and how many days later it comes.</summary>
    private static Arbitrary<List<int>> Lives => Gen.Choose(0, int.MaxValue).ListOf(StepsMax).Select(static l => l.ToList()).ToArbitrary();

    [Fact]
    [Rule("I12")]
    [Rule("I15")]
    [Rule("I25")]
    [Rule("I30")]
    public void The_terminal_answers_as_the_model_does() =>
        Prop.ForAll(Lives, static life =>
        {
            var (state, model) = (Terminal.Initial, new Model());
            foreach (var command in Commands(life))
            {
                var decision = Terminal.Decide(state, command);
                var expected = model.Answer(command);
                var actual = decision.Rejection is { } rejection ? rejection.ToString() : decision.Events.IsEmpty ? "already" : "done";
                Assert.Equal(expected, actual);
                state = decision.Events.Aggregate(state, Terminal.Evolve);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("I12")]
    [Rule("I15")]
    [Rule("I29")]
    public void No_history_shows_two_open_transactions_a_sale_tried_in_doubt_or_life_after_the_final_block() =>
        Prop.ForAll(Lives, static life =>
        {
            TransactionStarted? open = null;
            var (final, number) = (false, 0);
            var inDoubt = new Dictionary<TransactionId, SaleId>();
            foreach (var @event in History(life))
            {
                Assert.False(final && @event is not (TransactionSetAside or TransactionFinished));
                switch (@event)
                {
                    case TransactionStarted e:
                        Assert.Null(open);
                        Assert.DoesNotContain(e.SaleId, inDoubt.Values);
                        Assert.Equal(++number, e.Number);
                        open = e;
                        break;
                    case TransactionSetAside e:
                        Assert.Equal(open?.TransactionId, e.TransactionId);
                        (inDoubt[e.TransactionId], open) = (e.SaleId, null);
                        break;
                    case TransactionFinished e:
                        Assert.True(inDoubt.Remove(e.TransactionId) || open?.TransactionId == e.TransactionId);
                        if (open?.TransactionId == e.TransactionId) open = null;
                        break;
                    case NumberTaken e:
                        Assert.Null(open);
                        Assert.Equal(++number, e.Number);
                        break;
                    case TerminalBlockedForGood:
                        final = true;
                        break;
                    default:
                        break;
                }
            }
        }).QuickCheckThrowOnFailure();

    /// <summary>Metamorphic: the same end of what is under way, whether or not the terminal was blocked, for good or not, right before.</summary>
    [Fact]
    [Rule("I31")]
    [Rule("E85")]
    public void A_block_changes_no_outcome_of_what_is_under_way() =>
        Prop.ForAll(Lives, static life =>
        {
            var state = Terminal.Initial;
            foreach (var command in Commands(life))
            {
                state = Terminal.Decide(state, command).Events.Aggregate(state, Terminal.Evolve);
                if (state is not TerminalState.Active) continue;

                var blocked = Run(state, new Block(BlockReason.Stolen, Channel.Assistance, Noon));
                var forGood = Run(blocked, new BlockForGood(Noon + Duration.FromDays(100)));
                foreach (var end in Enumerable.Range(0, 6).SelectMany(n => Ends(Tx(n))))
                {
                    var expected = Terminal.Decide(state, end);
                    Assert.Equal((expected.Rejection, expected.Events.SingleOrDefault()), (Terminal.Decide(blocked, end).Rejection, Terminal.Decide(blocked, end).Events.SingleOrDefault()));
                    Assert.Equal((expected.Rejection, expected.Events.SingleOrDefault()), (Terminal.Decide(forGood, end).Rejection, Terminal.Decide(forGood, end).Events.SingleOrDefault()));
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("I20")]
    public void Replaying_the_history_gives_the_same_state() =>
        Prop.ForAll(Lives, static life =>
        {
            var state = Commands(life).Aggregate(Terminal.Initial, Run);
            var replayed = History(life).Aggregate(Terminal.Initial, Terminal.Evolve);
            Assert.Equal(Describe(state), Describe(replayed));
        }).QuickCheckThrowOnFailure();

    /// <summary>Blocked at any instant of the century: unblockable to the end of the same day three months later, or of that month's last day; never after.</summary>
    [Fact]
    [Rule("I25")]
    [Rule("R120")]
    [Rule("R121")]
    public void A_block_can_be_undone_until_three_calendar_months_later_and_never_after() =>
        Prop.ForAll(Gen.Choose(0, 36_000 * 24).Select(h => Instant.FromUtc(2000, 1, 1, 0, 0) + Duration.FromHours(h)).ToArbitrary(), Gen.Choose(-200, 200).ToArbitrary(), static (at, hours) =>
        {
            var state = Run(Run(Terminal.Initial, new Register(Serial, "PAX D150", AcceptanceCountry.France, 1, at)), new Block(BlockReason.Lost, Channel.Assistance, at));
            var day = ParisTime.DayOf(at);
            var (year, month) = (day.Year + (day.Month + 2) / 12, (day.Month + 2) % 12 + 1);
            var last = new LocalDate(year, month, Math.Min(day.Day, CalendarSystem.Iso.GetDaysInMonth(year, month)));
            var asked = ParisTime.EndOf(last) + Duration.FromHours(hours);
            var unblock = Terminal.Decide(state, new Unblock(Channel.Assistance, asked));
            var final = Terminal.Decide(state, new BlockForGood(asked));
            return hours < 0
                ? unblock.Rejection is null && final.Rejection == TerminalRejection.StillUnblockable
                : unblock.Rejection == TerminalRejection.BlockedForGood && final.Rejection is null;
        }).QuickCheckThrowOnFailure();

    private static TransactionId Tx(int n) => new(new Guid(n, 1, 0, new byte[8]));

    private static SaleId Sale(int n) => new(new Guid(n, 2, 0, new byte[8]));

    private static DeviceId Device(int n) => new(new Guid(n, 3, 0, new byte[8]));

    private static TerminalState Run(TerminalState state, TerminalCommand command) => Terminal.Decide(state, command).Events.Aggregate(state, Terminal.Evolve);

    private static IEnumerable<TerminalCommand> Ends(TransactionId id) =>
        [new FinishTransaction(id, true, Noon), new FinishTransaction(id, false, Noon), new SetTransactionAside(id, Noon)];

    private static List<TerminalEvent> History(List<int> life)
    {
        var (state, history) = (Terminal.Initial, new List<TerminalEvent>());
        foreach (var command in Commands(life))
        {
            var events = Terminal.Decide(state, command).Events;
            history.AddRange(events);
            state = events.Aggregate(state, Terminal.Evolve);
        }

        return history;
    }

    /// <summary>The terminal itself is asked which starts it took, only to aim at them: otherwise most commands would miss.</summary>
    private static IEnumerable<TerminalCommand> Commands(List<int> life)
    {
        var state = Terminal.Initial;
        var (now, starts) = (Noon, new List<int> { 0 });
        foreach (var command in new TerminalCommand[] { new Register(Serial, "PAX D150", AcceptanceCountry.France, 1, now), new Activate(Terms, Device(0), Serial, now) })
        {
            state = Run(state, command);
            yield return command;
        }

        for (var step = 0; step < life.Count; step++)
        {
            var n = life[step];
            if (n % 97 < 3) now += Duration.FromDays(n % 97 * 40);
            var command = Command(n, step, starts[Math.Max(0, starts.Count - 1 - n / 32 % 3)], now);
            state = Run(state, command);
            if (state.Work.Open?.TransactionId == Tx(step)) starts.Add(step);
            yield return command;
        }
    }

    /// <summary>Transactions are new ones mostly or one of the last three, sales are few: so that tries meet what is open, in doubt and paid.</summary>
    private static TerminalCommand Command(int n, int step, int recent, Instant now)
    {
        var (sale, device) = (n / 256 % 24, n / 8192 % 16 == 0 ? 1 : 0);
        return (n % 32) switch
        {
            < 12 => new StartTransaction(Tx(n / 131072 % 8 == 0 ? recent : step), Sale(sale), n / 1048576 % 32 == 0 ? Terms with { EffectiveUntil = now } : Terms, Device(device), Linked(n / 33554432 % 32), now),
            < 17 => new FinishTransaction(Tx(recent), n / 131072 % 4 == 0, now),
            < 22 => new SetTransactionAside(Tx(recent), now),
            < 24 => new TakeNumber(Sale(sale).Value, Terms, Device(device), now),
            < 26 => new Activate(n / 131072 % 8 == 0 ? Terms with { MerchantId = Taxi } : Terms, Device(device), Linked(n / 1048576 % 16), now),
            26 => new Block(BlockReason.Lost, n / 131072 % 2 == 0 ? Channel.Assistance : Channel.MobileApp, now),
            < 31 => new Unblock(n / 131072 % 4 == 0 ? Channel.Bank : Channel.Assistance, now),
            _ => new BlockForGood(now),
        };
    }

    /// <summary>What the random lives must have met, or they prove little.</summary>
    [Fact]
    public void The_random_lives_meet_every_answer_but_those_that_have_a_test_of_their_own()
    {
        var random = new Random(20261122);
        var met = new HashSet<TerminalRejection>();
        for (var n = 0; n < 200; n++)
        {
            var state = Terminal.Initial;
            foreach (var command in Commands([.. Enumerable.Range(0, StepsMax).Select(_ => random.Next())]))
            {
                var decision = Terminal.Decide(state, command);
                if (decision.Rejection is { } rejection) met.Add(rejection);
                state = decision.Events.Aggregate(state, Terminal.Evolve);
            }
        }

        TerminalRejection[] elsewhere =
        [
            TerminalRejection.NotRegistered, TerminalRejection.AlreadyRegistered, TerminalRejection.FactsInvalid, TerminalRejection.NotActivated, TerminalRejection.TooManySetAside,
        ];
        Assert.Empty(Enum.GetValues<TerminalRejection>().Except(elsewhere).Except(met));
    }

    private static TerminalSerial? Linked(int choice) => choice switch
    {
        1 => null,
        2 => new TerminalSerial("T9999999"),
        _ => Serial,
    };

    private static string Describe(TerminalState state) =>
        $"{state.GetType().Name} {state.Facts} {state.Binding} {(state as TerminalState.Blocked)?.UnblockableUntil} {state.Work.LastNumber} {state.Work.Open} "
        + $"{string.Join(',', state.Work.SetAside.OrderBy(p => p.Key.Value))} {state.Work.RecentlyPaid} {state.Work.LastFinished} {state.Work.LastTaken}";

    /// <summary>The rules again, told as one mutable register.</summary>
    private sealed class Model
    {
        private readonly Dictionary<TransactionId, string> _status = [];
        private readonly Dictionary<TransactionId, SaleId> _sales = [];
        private readonly List<SaleId> _paid = [];
        private TransactionId? _lastFinished;
        private Guid? _lastTaken;
        private DeviceId? _device;
        private LocalDate? _blockedOn;
        private bool _registered;
        private bool _final;

        private bool IsOpen => _status.ContainsValue("open");

        public string Answer(TerminalCommand command) => command switch
        {
            Register => Once(ref _registered),
            Activate c => AnswerActivate(c),
            Block c => c.Channel != Channel.Assistance ? "ChannelNotAllowed" : _final || _blockedOn is not null ? "already" : Done(() => _blockedOn = ParisTime.DayOf(c.Now)),
            Unblock c => AnswerUnblock(c),
            BlockForGood c => _final ? "already" : _blockedOn is null ? "NotBlocked" : !IsLate(c.Now) ? "StillUnblockable" : Done(() => _final = true),
            StartTransaction c => AnswerStart(c),
            TakeNumber c => c.OperationId == _lastTaken ? "already" : Use(c.Contract, c.Device, c.Now) ?? Done(() => _lastTaken = c.OperationId),
            SetTransactionAside c => AnswerAside(c.TransactionId),
            FinishTransaction c => AnswerFinish(c),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };

        private string AnswerActivate(Activate c)
        {
            if (Unlinked(c.LinkedSerial) is { } unlinked) return unlinked;
            if (Blocked() is { } blocked) return blocked;
            if (c.Contract.MerchantId != Bakery) return "MerchantDiffers";
            return _device == c.Device ? "already" : Done(() => _device = c.Device);
        }

        private string AnswerUnblock(Unblock c)
        {
            if (_final || (_blockedOn is not null && IsLate(c.Now))) return "BlockedForGood";
            if (c.Channel != Channel.Assistance) return "ChannelNotAllowed";
            return _blockedOn is null ? "already" : Done(() => _blockedOn = null);
        }

        private string AnswerStart(StartTransaction c)
        {
            if (StatusOf(c.TransactionId) is "open" or "aside" || _lastFinished == c.TransactionId) return "already";
            if (Unlinked(c.LinkedSerial) is { } unlinked) return unlinked;
            if (Use(c.Contract, c.Device, c.Now) is { } refused) return refused;
            if (_status.Any(s => s.Value == "aside" && _sales[s.Key] == c.SaleId)) return "PreviousOutcomeUnknown";
            if (_paid.TakeLast(64).Contains(c.SaleId)) return "SaleAlreadyPaid";
            if (_status.Values.Count(s => s == "aside") == 16) return "TooManySetAside";
            return Done(() => (_status[c.TransactionId], _sales[c.TransactionId]) = ("open", c.SaleId));
        }

        private string AnswerAside(TransactionId id) => StatusOf(id) switch
        {
            "open" => Done(() => _status[id] = "aside"),
            "aside" => "already",
            _ => _lastFinished == id ? "already" : "TransactionNotOpen",
        };

        private string AnswerFinish(FinishTransaction c)
        {
            var wanted = c.Paid ? "paid" : "failed";
            if (StatusOf(c.TransactionId) is not ("open" or "aside"))
                return _lastFinished == c.TransactionId && StatusOf(c.TransactionId) == wanted ? "already" : "TransactionNotOpen";

            if (c.Paid) _paid.Add(_sales[c.TransactionId]);
            _lastFinished = c.TransactionId;
            return Done(() => _status[c.TransactionId] = wanted);
        }

        private string? Use(Domain.Merchants.ContractTerms contract, DeviceId device, Instant now) =>
            Blocked() ?? (_device != device ? "DeviceDiffers" : !contract.Covers(now) ? "ContractNotEffective" : IsOpen ? "Busy" : null);

        private static string? Unlinked(TerminalSerial? linked) => linked is null ? "NotLinked" : linked != Serial ? "SerialDiffers" : null;

        private string? Blocked() => _final ? "BlockedForGood" : _blockedOn is not null ? "Blocked" : null;

        private bool IsLate(Instant now) => ParisTime.DayOf(now) > _blockedOn!.Value.PlusMonths(3);

        private string? StatusOf(TransactionId id) => _status.GetValueOrDefault(id);

        private static string Done(Action change)
        {
            change();
            return "done";
        }

        private static string Once(ref bool done)
        {
            var before = done;
            done = true;
            return before ? "already" : "done";
        }
    }
}
