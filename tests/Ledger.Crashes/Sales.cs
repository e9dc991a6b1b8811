using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;

namespace Ledger.Crashes;

/// <summary>One command of a caller.</summary>
/// <param name="Receivable">What the acquirer owes more, in minor units, once it is accepted.</param>
internal sealed record Step(EngineCommand Command, long Receivable);

/// <summary>
/// What one caller does in one life of the process: an invented merchant's sales on a terminal of their own, with declines, torn cards, lost answers,
/// cancellations, refunds, and commands that are refused. The same seed, life and caller give the same commands, so that any process can repeat them.
/// </summary>
internal sealed class Sales
{
    private static readonly MerchantId Merchant = new("boulangerie-1");
    private static readonly DeviceId Device = new(new Guid(900, 7, 0, new byte[8]));
    private static readonly AuthorisationCode Code = new("123456");
    private static readonly CardConfirmation Confirmation = new("A1B2C3D4E5F60718", 42, CardholderVerification.Pin);
    private static readonly Card Card = new(
        new CardToken("tok_original"), new LastFour("1234"), CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB", null);

    private static readonly PriceList Prices = new(
        new LocalDate(2026, 1, 1), 99_000, 200, 0, [new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500)]);

    private static readonly ContractTerms Terms = new(Merchant, 1, At(new LocalDate(2026, 1, 1)), null, false, [CardBrand.Cb], Prices);

    private readonly string _name;
    private readonly Random _random;
    private readonly TerminalSerial _serial;
    private readonly int _seed;
    private readonly int _life;
    private readonly int _caller;
    private int _steps;

    public Sales(int seed, int life, int caller)
    {
        _name = string.Create(CultureInfo.InvariantCulture, $"{seed}/{life}/{caller}");
        _random = new Random(BinaryPrimitives.ReadInt32BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(_name))));
        _serial = new TerminalSerial(string.Create(CultureInfo.InvariantCulture, $"T{life:0000}{caller:000}"));
        (_seed, _life, _caller) = (seed, life, caller);
    }

    /// <summary>Now, for all commands but refunds.</summary>
    public static Instant Today { get; } = At(new LocalDate(2026, 3, 10));

    private static Instant Tomorrow { get; } = At(new LocalDate(2026, 3, 11));

    /// <summary>Without an end.</summary>
    public IEnumerable<Step> Steps()
    {
        if (_life > 0)
        {
            // The last life's first steps again, as new commands: the engine has those streams not in memory and must find them in the log.
            foreach (var step in new Sales(_seed, _life - 1, _caller).Opening()) yield return Next(step.Command.Parts.ToArray(), receivable: 0);
        }

        foreach (var step in Opening()) yield return step;
        while (true)
        {
            foreach (var step in Sale()) yield return step;
        }
    }

    private IEnumerable<Step> Opening()
    {
        yield return Next(_serial.Stream, new TerminalCommand.Register(_serial, "Move 5000", AcceptanceCountry.France, 1 + _caller, Today));
        yield return Next(_serial.Stream, new TerminalCommand.Activate(Terms, Device, _serial, Today));
        var id = TransactionId.Create(Today, Entropy(), _serial);
        yield return Start(id, Money.Eur(42_00));
        yield return Next(id.Stream, new Abort(AbortReason.CancelledByClient, Today));
    }

    private IEnumerable<Step> Sale()
    {
        var id = TransactionId.Create(Today, Entropy(), _serial);
        var amount = Money.Eur(_random.Next(1_00, 1_500_00));
        yield return Start(id, amount);
        if (_random.Next(10) == 0)
        {
            yield return Next(id.Stream, new Abort(AbortReason.CardRemovedEarly, Today));
            yield break;
        }

        yield return Next(id.Stream, new SendAuthorisation(Card, Exchange(id, 0), Terms, false, Today));
        switch (_random.Next(8))
        {
            case 0:
                yield return Next(id.Stream, new RecordDecline(Exchange(id, 0), new ResponseCode("51"), Today));
                yield return Next(id.Stream, new Complete(Confirmation, Terms, Today));
                break;
            case 1:
                yield return Next(id.Stream, new RecordNoAnswer(Exchange(id, 0), UnknownReason.AnswerTimedOut, Today));
                break;
            default:
                yield return Next(id.Stream, new RecordApproval(Exchange(id, 0), amount, Code, ResponseCode.Ok, Today));
                yield return Next(id.Stream, new Complete(Confirmation, Terms, Today), amount.MinorUnits);
                foreach (var step in Undo(id, amount)) yield return step;
                break;
        }
    }

    private IEnumerable<Step> Undo(TransactionId id, Money amount)
    {
        var proof = new SecurityCodeProof(id.Value, id.Value, Today);
        var presented = new PresentedCard(Card.Token, Card.Brand, null);
        switch (_random.Next(4))
        {
            case 0:
                yield return Next(id.Stream, new RequestCancellation(Exchange(id, 1), amount, presented, proof, Terms, TicketChoice.Paper, null, Channel.MobileApp, Today));
                yield return Next(id.Stream, new RecordCancelled(Exchange(id, 1), Today), -amount.MinorUnits);

                // Refused: it is cancelled.
                yield return Refund(id, amount, 2, presented);
                break;
            case 1:
                var part = Money.Eur(_random.Next(1, (int)amount.MinorUnits));
                yield return Refund(id, part, 1, presented);
                yield return Next(id.Stream, new RecordRefundApproved(new RefundId(Exchange(id, 1).Value), Exchange(id, 1), Code, Tomorrow), -part.MinorUnits);

                // Refused: more than remains.
                yield return Refund(id, amount, 2, presented);
                break;
            default:
                break;
        }
    }

    private Step Refund(TransactionId id, Money amount, int exchange, PresentedCard presented)
    {
        var (question, proof) = (Exchange(id, exchange), new SecurityCodeProof(id.Value, id.Value, Tomorrow));
        return Next(id.Stream, new RequestRefund(new RefundId(question.Value), question, amount, presented, proof, Terms, _serial, 1, TicketChoice.Paper, null, Channel.MobileApp, Tomorrow));
    }

    /// <summary>Takes the terminal and opens the transaction, as one unit on two streams.</summary>
    private Step Start(TransactionId id, Money amount)
    {
        var sale = new SaleId(id.Value);

        // Started already, by another command: no event, and the request is refused whatever its number.
        return Next(
            new CommandPart(_serial.Stream, new TerminalCommand.StartTransaction(id, sale, Terms, Device, _serial, Today)),
            new CommandPart(id.Stream, before => new Request(id, sale, Terms, _serial, Device, before.OfType<TerminalEvent.TransactionStarted>().SingleOrDefault()?.Number ?? 1, amount, TicketChoice.Paper, null, Today)));
    }

    private Step Next(StreamName stream, object command, long receivable = 0) => Next([new CommandPart(stream, command)], receivable);

    private Step Next(params CommandPart[] parts) => Next(parts, receivable: 0);

    private Step Next(CommandPart[] parts, long receivable)
    {
        var id = DerivedId.Of("crashes/step", _name, (++_steps).ToString(CultureInfo.InvariantCulture));
        return new Step(new EngineCommand(id, SHA256.HashData(id.ToByteArray()), [.. parts]), receivable);
    }

    private byte[] Entropy()
    {
        var bytes = new byte[8];
        _random.NextBytes(bytes);
        return bytes;
    }

    private static ExchangeId Exchange(TransactionId id, int number) =>
        new(DerivedId.Of("crashes/exchange", id.ToString(), number.ToString(CultureInfo.InvariantCulture)));

    private static Instant At(LocalDate day) => ParisTime.Zone.AtStrictly(day.At(new LocalTime(14, 0))).ToInstant();
}
