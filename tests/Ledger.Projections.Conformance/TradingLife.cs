using System.Collections.Immutable;
using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;

namespace Ledger.Projections.Conformance;

/// <summary>
/// A random trading life, decided by the real deciders: two merchants, three terminals, payments with every outcome, cancellations, refunds,
/// tickets, midnights with remittances and credits, days of 23 and 25 hours. A seed gives the same life again. An append that fails without effect leaves it as it
/// was before that append.
/// </summary>
public sealed class TradingLife
{
    private static readonly PriceList Prices = new(
        new LocalDate(2020, 1, 1), 99_000, 200, 0,
        [.. from brand in Enum.GetValues<CardBrand>() select new Rate(brand, CardCategory.ConsumerDebit, CardRegion.France, 2000, 500, 10_000, 100)]);

    private readonly Random _random;
    private readonly LogWriter _writer;
    private readonly Dictionary<TransactionId, TransactionState> _transactions = [];
    private readonly Dictionary<TerminalSerial, TerminalState> _terminals = [];
    private readonly Dictionary<RemittanceId, RemittanceState> _remittances = [];
    private readonly Dictionary<TerminalSerial, MerchantId> _owners = [];
    private int _ids;

    public TradingLife(int seed, IEventLog log, LocalDate firstDay)
    {
        (_random, _writer, Now) = (new Random(seed), new LogWriter(log), Sample.At(firstDay, 8));
        foreach (var (serial, merchant) in new[] { ("T0000001", Sample.Bakery), ("T0000002", Sample.Bakery), ("T0000003", Sample.Florist) })
        {
            var terminal = new TerminalSerial(serial);
            _owners[terminal] = merchant;
            Tell(terminal, new TerminalCommand.Register(terminal, "Reader 1", AcceptanceCountry.France, 1 + _owners.Count, Now));
            Tell(terminal, new TerminalCommand.Activate(ContractOf(merchant), Sample.Device, terminal, Now));
        }
    }

    public Instant Now { get; private set; }

    public LocalDate Today => ParisTime.DayOf(Now);

    public LogWriter Writer => _writer;

    public IReadOnlyDictionary<TransactionId, TransactionState> Transactions => _transactions;

    public IReadOnlyDictionary<TerminalSerial, TerminalState> Terminals => _terminals;

    public static ContractTerms ContractOf(MerchantId merchant) =>
        new(merchant, 1, Instant.FromUtc(2020, 1, 1, 0, 0), null, true, [CardBrand.Cb, CardBrand.Visa, CardBrand.Mastercard], Prices);

    /// <summary>Lives on for so many steps; each appends a few events, or none when the rules say no.</summary>
    public TradingLife Live(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            Now += Duration.FromSeconds(_random.Next(1, 3_000));
            switch (_random.Next(20))
            {
                case < 8: Pay(); break;
                case < 11: Cancel(); break;
                case < 14: Refund(); break;
                case < 16: CancelRefund(); break;
                case < 17: Ticket(); break;
                case < 18: Block(); break;
                default: Midnight(); break;
            }
        }

        return this;
    }

    /// <summary>Goes over midnight, remits what may be remitted, credits what is due.</summary>
    public void Midnight()
    {
        var day = Today;
        Now = ParisTime.EndOf(day) + Duration.FromSeconds(_random.Next(300));
        foreach (var merchant in _owners.Values.Distinct()) Remit(new RemittanceId(merchant, day));
        foreach (var id in _remittances.Keys.ToArray()) Tell(id, new RemittanceCommand.CreditRemittance(Now));
    }

    /// <summary>Appends one approved payment, for tests that need movement.</summary>
    public void Pay()
    {
        var serial = Pick(_terminals.Keys);
        var id = TransactionId.Create(Now, Bytes(8), serial);
        var sale = new SaleId(NextId());
        var contract = ContractOf(_owners[serial]);
        var start = new TerminalCommand.StartTransaction(id, sale, contract, Sample.Device, serial, Now);
        if (Terminal.Decide(_terminals[serial], start) is not { Rejection: null, Events: [TerminalEvent.TransactionStarted started] }) return;

        Tell(serial, start);
        var ticket = Pick([TicketChoice.Paper, TicketChoice.Sms]);
        Tell(id, new Request(id, sale, contract, serial, Sample.Device, started.Number, Money.Eur(_random.Next(1, 150_001)), ticket, ticket == TicketChoice.Paper ? null : new ContactRef(NextId()), Now));
        Present(id, contract);
        Settle(serial, id);
    }

    private void Present(TransactionId id, ContractTerms contract)
    {
        var exchange = new ExchangeId(NextId());
        if (Chance(50)) Tell(id, new ReportProgress(CardStage.CardRead, Now));
        if (Chance(50)) Tell(id, new ReportProgress(CardStage.AwaitingPin, Now));
        if (Chance(8)) Tell(id, new Abort(AbortReason.CardRemovedEarly, Now));
        Tell(id, new SendAuthorisation(Sample.CardOf(_random.Next(5)), exchange, contract, false, Now));
        if (Chance(10)) Tell(id, new RecordNoAnswer(exchange, UnknownReason.AnswerTimedOut, Now));
        if (Chance(8)) Tell(id, new RecordDecline(exchange, new ResponseCode("51"), Now));
        if (Chance(3)) Tell(id, new RecordNotFound(exchange, Now));
        if (Chance(90)) Tell(id, new RecordApproval(exchange, Transaction.FactsOf(_transactions[id])!.Amount, new AuthorisationCode("A1B2C3"), ResponseCode.Ok, Now));
        if (Chance(6)) Tell(id, new Abort(AbortReason.CancelledByClient, Now));
        if (Chance(50)) Tell(id, new RecordReversed(exchange, true, Now));
        Tell(id, new Complete(Sample.Confirmation, contract, Now));
    }

    private void Settle(TerminalSerial serial, TransactionId id)
    {
        var state = _transactions[id];
        if (state.StatusOf() is TransactionStatus.Completed or TransactionStatus.Declined or TransactionStatus.Aborted or TransactionStatus.Reversed)
        {
            Tell(serial, new TerminalCommand.FinishTransaction(id, state.StatusOf() == TransactionStatus.Completed, Now));
        }
        else if (Chance(80))
        {
            Tell(serial, new TerminalCommand.SetTransactionAside(id, Now));
        }
    }

    private void Cancel()
    {
        if (PickMoney() is not var (id, money)) return;
        var exchange = new ExchangeId(NextId());
        Tell(id, new RequestCancellation(exchange, money.Facts.Amount, PresentedOf(money), Proof(), ContractOf(money.Facts.MerchantId), TicketChoice.Paper, null, Channel.MobileApp, Now));
        var pending = _transactions[id] is TransactionState.CancellationPending open ? open.Exchange : exchange;
        if (Chance(60)) Tell(id, new RecordCancelled(pending, Now));
        else if (Chance(70)) Tell(id, new RecordCancellationRefused(pending, new ResponseCode("05"), Now));
    }

    private void Refund()
    {
        if (PickMoney() is not var (id, money) || money.Refundable.IsZero) return;
        var (refund, exchange) = (new RefundId(NextId()), new ExchangeId(NextId()));
        var amount = Chance(30) ? money.Refundable : Money.Eur(_random.NextInt64(1, money.Refundable.MinorUnits + 1));
        Tell(id, new RequestRefund(refund, exchange, amount, PresentedOf(money), Proof(), ContractOf(money.Facts.MerchantId), money.Facts.Terminal, 1 + _random.Next(999), TicketChoice.Paper, null, Channel.MobileApp, Now));
        if (Chance(15)) Tell(id, new RecordRefundNoAnswer(refund, exchange, UnknownReason.ConnectionLost, Now));
        if (Chance(75)) Tell(id, new RecordRefundApproved(refund, exchange, null, Now));
        else if (Chance(60)) Tell(id, new RecordRefundDeclined(refund, exchange, new ResponseCode("05"), Now));
    }

    private void CancelRefund()
    {
        foreach (var (id, state) in _transactions.ToArray())
        {
            if (state is not TransactionState.Completed money || !Chance(30)) continue;
            foreach (var refund in money.Refunds.Values.Where(static r => r.Status is RefundStatus.Approved or RefundStatus.CancellationPending).ToArray())
            {
                var exchange = refund.Cancellation ?? new ExchangeId(NextId());
                Tell(id, new RequestRefundCancellation(refund.Id, exchange, refund.Amount, PresentedOf(money), Proof(), ContractOf(money.Facts.MerchantId), TicketChoice.Paper, null, Channel.MobileApp, Now));
                if (Chance(60)) Tell(id, new RecordRefundCancelled(refund.Id, exchange, Now));
                else if (Chance(60)) Tell(id, new RecordRefundCancellationRefused(refund.Id, exchange, new ResponseCode("05"), Now));
            }
        }
    }

    private void Ticket()
    {
        if (_transactions.Count == 0) return;
        var id = Pick(_transactions.Keys);
        RefundId? refund = Transaction.CompletionOf(_transactions[id])?.Refunds.Keys.Order(Comparer<RefundId>.Create(static (a, b) => a.Value.CompareTo(b.Value))).Cast<RefundId?>().FirstOrDefault();
        foreach (var kind in Enum.GetValues<TicketKind>())
        {
            foreach (var of in new[] { null, refund }.Distinct())
            {
                Tell(id, new RecordTicketSent(kind, of, TicketChoice.Sms, "m1", Now));
                if (Chance(20)) Tell(id, new RecordTicketFailed(kind, of, TicketFailure.CarrierFailed, Now));
                if (Chance(20)) Tell(id, new ReissueTicket(kind, of, TicketCopy.Client, Channel.WebSpace, Now));
            }
        }
    }

    private void Block()
    {
        var serial = Pick(_terminals.Keys);
        Tell(serial, Chance(50) ? new TerminalCommand.Block(BlockReason.Lost, Channel.Assistance, Now) : new TerminalCommand.Unblock(Channel.Assistance, Now));
        Tell(serial, new TerminalCommand.Unblock(Channel.Assistance, Now));
    }

    private void Remit(RemittanceId remittance)
    {
        var lines = ImmutableArray.CreateBuilder<RemittanceLine>();
        foreach (var (id, state) in _transactions.Where(t => Transaction.FactsOf(t.Value)!.MerchantId == remittance.MerchantId).ToArray())
        {
            if (Tell(id, new Remit(remittance, Now))) lines.Add(new RemittanceLine(id, null, RemittanceSide.Debit, Transaction.FactsOf(state)!.Amount, Transaction.FactsOf(state)!.BusinessDay));
            foreach (var refund in Transaction.CompletionOf(_transactions[id])?.Refunds.Values.OrderBy(static r => r.Id.Value).ToArray() ?? [])
            {
                if (Tell(id, new RemitRefund(refund.Id, remittance, Now))) lines.Add(new RemittanceLine(id, refund.Id, RemittanceSide.Credit, refund.Amount, refund.BusinessDay));
            }
        }

        if (lines.Count == 0) return;
        Tell(remittance, new RemittanceCommand.OpenRemittance(remittance, CalendarName.FranceAndT2, Now));
        foreach (var chunk in lines.Chunk(3)) Tell(remittance, new RemittanceCommand.AddLines([.. chunk], Now));
        if (Chance(90)) Tell(remittance, new RemittanceCommand.CloseRemittance(Now));
    }

    /// <returns>Whether events followed.</returns>
    private bool Tell(TransactionId id, TransactionCommand command)
    {
        var state = _transactions.GetValueOrDefault(id, Transaction.Initial);
        var decision = Transaction.Decide(state, command);
        if (decision.Events.IsEmpty) return false;

        _writer.Append(Sample.StreamOf(id), [.. decision.Events]);
        _transactions[id] = decision.Events.Aggregate(state, Transaction.Evolve);
        return true;
    }

    private void Tell(TerminalSerial serial, TerminalCommand command)
    {
        var state = _terminals.GetValueOrDefault(serial, Terminal.Initial);
        var decision = Terminal.Decide(state, command);
        if (!decision.Events.IsEmpty) _writer.Append(Sample.StreamOf(serial), [.. decision.Events]);
        _terminals[serial] = decision.Events.Aggregate(state, Terminal.Evolve);
    }

    private void Tell(RemittanceId id, RemittanceCommand command)
    {
        var state = _remittances.GetValueOrDefault(id, Remittance.Initial);
        var decision = Remittance.Decide(state, command);
        if (!decision.Events.IsEmpty) _writer.Append(Sample.StreamOf(id), [.. decision.Events]);
        _remittances[id] = decision.Events.Aggregate(state, Remittance.Evolve);
    }

    private (TransactionId Id, TransactionState.Completed Money)? PickMoney()
    {
        var all = _transactions.Where(static t => Transaction.CompletionOf(t.Value) is not null).TakeLast(12).ToArray();
        if (all.Length == 0) return null;
        var picked = all[_random.Next(all.Length)];
        return (picked.Key, Transaction.CompletionOf(picked.Value)!);
    }

    private SecurityCodeProof Proof()
    {
        var command = NextId();
        return new SecurityCodeProof(command, command, Now);
    }

    private static PresentedCard PresentedOf(TransactionState.Completed money) => new(money.Card.Token, money.Card.Brand, null);

    private Guid NextId() => new(_random.Next(), 1, 1, BitConverter.GetBytes((long)++_ids));

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(IEnumerable<T> from)
    {
        var all = from.ToArray();
        return all[_random.Next(all.Length)];
    }
}
