using System.Buffers.Binary;
using System.Globalization;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using NodaTime;

namespace Ledger.LoadTests.Traffic;

/// <summary>
/// Invented card payments of 42.00 EUR, by number: the same number and seed give the same ids. Every transaction is distinct and is on one of
/// <see cref="TerminalCount"/> terminals; command ids are random, as those that the API derives. Immutable; any thread.
/// </summary>
/// <param name="seed">Of the ids.</param>
internal sealed class CardTraffic(int seed)
{
    /// <summary>A shop's terminals would all be in one partition each: this many spread over every shard.</summary>
    public const int TerminalCount = 4096;

    /// <summary>Commands from the request to the completion; each gives one event.</summary>
    public const int StepsOfPayment = 4;

    /// <summary>Transactions from this number on are requested on the next day.</summary>
    public const long NextDayFirst = 1L << 36;

    /// <summary>Numbers of warm-ups begin here, above those that are measured.</summary>
    public const long WarmUpFirst = 1L << 35;

    /// <summary>When transaction 0 is requested: 11 o'clock in Paris.</summary>
    public static readonly Instant Start = Instant.FromUtc(2026, 11, 20, 10, 0);

    public static readonly MerchantId Merchant = new("load-merchant");

    public static readonly ContractTerms Contract = new(
        Merchant,
        Version: 1,
        EffectiveFrom: Start - Duration.FromDays(30),
        EffectiveUntil: null,
        StripeAccepted: false,
        [CardBrand.Cb],
        new PriceList(new LocalDate(2026, 1, 1), 99_000, 200, 0, [new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500)]));

    private const int PerMillisecond = 1_000;

    /// <summary>Time prefix aside, ids have 40 bits here that follow from the number alone.</summary>
    private const ulong NumberMask = (1UL << 40) - 1;

    public static readonly Money Amount = Money.Eur(42_00);
    public static readonly byte[] Fingerprint = new byte[32];
    private static readonly CardToken Token = new("tok_loadtest");

    public static readonly Card Card = new(
        Token, new LastFour("1234"), CardBrand.Cb, BrandChoice.MerchantPriority, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB", null);

    public static readonly CardConfirmation Confirmation = new("A1B2C3D4E5F60718", 42, CardholderVerification.Pin);

    private static readonly TerminalSerial[] Terminals =
        [.. Enumerable.Range(0, TerminalCount).Select(static number => new TerminalSerial(string.Create(CultureInfo.InvariantCulture, $"LOAD{number:0000}")))];

    public TransactionId IdOf(long number)
    {
        Span<byte> entropy = stackalloc byte[8];
        var spread = Mix(unchecked((ulong)number) ^ Seed);
        var unique = unchecked((ulong)number * 0x9E37_79B1UL) & NumberMask;
        BinaryPrimitives.WriteUInt64BigEndian(entropy, (spread & ~NumberMask) | unique);
        return TransactionId.Create(At(number), entropy, TerminalOf(number));
    }

    /// <summary>Starts transaction <paramref name="number"/>: one event of its own stream.</summary>
    public EngineCommand Request(long number) => Step(number, 0);

    /// <param name="step">0 to <see cref="StepsOfPayment"/> - 1: request, question to the host, approval, completion.</param>
    public EngineCommand Step(long number, int step)
    {
        var id = IdOf(number);
        return One(id, number, step, CommandOf(id, number, step));
    }

    /// <summary>How far the terminal is with the card: one event on a transaction that was requested and no more.</summary>
    public EngineCommand Progress(long number)
    {
        var id = IdOf(number);
        return One(id, number, StepsOfPayment, new TransactionCommand.ReportProgress(CardStage.CardRead, At(number)));
    }

    /// <summary>On a later day: asks 1.00 EUR back of a completed transaction.</summary>
    public EngineCommand RequestRefund(long number, Instant now)
    {
        var id = IdOf(number);
        var proof = GuidOf(number, StepsOfPayment + 3);
        return One(id, number, StepsOfPayment + 1, new TransactionCommand.RequestRefund(
            RefundOf(number), ExchangeOf(number, 1), Money.Eur(1_00), new PresentedCard(Token, CardBrand.Cb, null), new SecurityCodeProof(proof, proof, now), Contract,
            TerminalOf(number), 43, TicketChoice.Paper, null, Channel.MobileApp, now));
    }

    public EngineCommand ApproveRefund(long number, Instant now) =>
        One(IdOf(number), number, StepsOfPayment + 2, new TransactionCommand.RecordRefundApproved(RefundOf(number), ExchangeOf(number, 1), new AuthorisationCode("654321"), now));

    /// <summary>What the merchant's own stream needs before a day of his can be remitted.</summary>
    public IEnumerable<EngineCommand> OpenMerchant() => OpenMerchant(Start - Duration.FromDays(30));

    /// <param name="at">From when on his contract is in effect.</param>
    public IEnumerable<EngineCommand> OpenMerchant(Instant at)
    {
        var acceptor = new Acceptor("LOAD", "75009 PARIS", "1234567", "30003", "12345678200010");
        MerchantCommand[] commands =
        [
            new MerchantCommand.RequestContract(
                Merchant, "Load SARL", acceptor, new SettlementAccount("LOADACCOUNT0001"), Domain.Calendars.CalendarName.FranceAndT2, Contract.Prices, false, Contract.Brands, at),
            new MerchantCommand.AcceptContract("load", at),
        ];
        return commands.Select((command, index) => EngineCommand.One(GuidOf(-1 - index, 0), Fingerprint, Merchant.Stream, command));
    }

    private ulong Seed { get; } = Mix(unchecked((uint)seed) + 1UL);

    private TransactionCommand CommandOf(TransactionId id, long number, int step)
    {
        var at = At(number);
        return step switch
        {
            0 => new TransactionCommand.Request(id, new SaleId(id.Value), Contract, TerminalOf(number), new DeviceId(id.Value), 42, Amount, TicketChoice.Paper, null, at),
            1 => new TransactionCommand.SendAuthorisation(Card, ExchangeOf(number, 0), Contract, CardIsOpposed: false, at),
            2 => new TransactionCommand.RecordApproval(ExchangeOf(number, 0), Amount, new AuthorisationCode("123456"), ResponseCode.Ok, at),
            3 => new TransactionCommand.Complete(Confirmation, Contract, at),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, $"A payment has {StepsOfPayment} steps."),
        };
    }

    /// <summary>Command ids begin with their transaction's time, as those that the product derives and a version 7 key gives (specs/decisions/0016).</summary>
    private EngineCommand One(TransactionId id, long number, int purpose, TransactionCommand command)
    {
        const int timeLength = 6;
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> time = stackalloc byte[16];
        GuidOf(number, purpose).TryWriteBytes(bytes, bigEndian: true, out _);
        id.Value.TryWriteBytes(time, bigEndian: true, out _);
        time[..timeLength].CopyTo(bytes);
        return EngineCommand.One(new Guid(bytes, bigEndian: true), Fingerprint, id.Stream, command);
    }

    private RefundId RefundOf(long number) => new(GuidOf(number, 0x20));

    private ExchangeId ExchangeOf(long number, int question) => new(GuidOf(number, 0x10 + question));

    private Guid GuidOf(long number, int purpose)
    {
        Span<byte> bytes = stackalloc byte[16];
        var high = Mix(unchecked((ulong)number) ^ Seed);
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Mix(unchecked(high + (ulong)purpose)));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Mix(unchecked(~high - (ulong)purpose)));
        return new Guid(bytes, bigEndian: true);
    }

    private static Instant At(long number) => Start + Duration.FromMilliseconds(number / PerMillisecond);

    private static TerminalSerial TerminalOf(long number) => Terminals[number % TerminalCount];

    /// <summary>SplitMix64's finaliser: one number to one number, well spread (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).</summary>
    private static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E37_79B9_7F4A_7C15;
            value = (value ^ (value >> 30)) * 0xBF58_476D_1CE4_E5B9;
            value = (value ^ (value >> 27)) * 0x94D0_49BB_1331_11EB;
            return value ^ (value >> 31);
        }
    }
}
