using System.Security.Cryptography;
using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.EventLog;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;

namespace Ledger.Engine.Conformance;

/// <summary>An invented merchant with one terminal, and an engine over a log: sends the commands that the desk would send, through the runtime's door.</summary>
public sealed class Shop : IAsyncDisposable
{
    public static readonly MerchantId Merchant = new("boulangerie-1");
    public static readonly TerminalSerial Serial = new("T0000001");
    public static readonly DeviceId Device = new(Id(900));
    public static readonly LocalDate Day = new(2026, 3, 10);
    public static readonly AuthorisationCode Code = new("123456");
    public static readonly CardConfirmation Confirmation = new("A1B2C3D4E5F60718", 42, CardholderVerification.Pin);
    public static readonly Acceptor Acceptor = new("BOULANGERIE DEMO", "75009 PARIS", "1234567", "30003", "12345678200010");
    public static readonly Card Card = new(
        new CardToken("tok_original"), new LastFour("1234"), CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB", null);

    public static readonly PriceList Prices = new(
        new LocalDate(2026, 1, 1), 99_000, 200, 0, [new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500)]);

    public static readonly ContractTerms Terms = new(Merchant, 1, At(new LocalDate(2026, 1, 1), 0), null, false, [CardBrand.Cb], Prices);

    private int _number;
    private Func<LedgerEngine, Task<EngineDoor>>? _openDoor;
    private EngineDoor? _door;

    /// <param name="numbersFrom">Of ids: shops on one log that make their own ids begin apart.</param>
    public Shop(IEventLog? log = null, EngineOptions? options = null, int numbersFrom = 0)
    {
        _number = numbersFrom;
        Log = log ?? new InMemoryEventLog();
        Options = options ?? new EngineOptions();
        Engine = NewEngine();
    }

    public IEventLog Log { get; }

    public EngineOptions Options { get; }

    public ManualClock Clock { get; } = new(At(Day, 14));

    /// <summary>What decides and commits.</summary>
    public LedgerEngine Engine { get; private set; }

    /// <summary>Where callers come in: the engine itself until <see cref="OpenDoorAsync"/>.</summary>
    public ILedgerEngine Door => _door?.Engine ?? Engine;

    public static Guid Id(int number) => new(number, 7, 0, new byte[8]);

    public static Instant At(LocalDate day, int hour, int minute = 0, int second = 0) =>
        ParisTime.Zone.AtStrictly(day.At(new LocalTime(hour, minute, second))).ToInstant();

    public static TerminalSerial SerialOf(int number) => new($"T{number:0000000}");

    public static EngineCommand One(Guid id, StreamName stream, object command) => EngineCommand.One(id, Fingerprint(id.ToString()), stream, command);

    public static byte[] Fingerprint(string body) => SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(body));

    public LedgerEngine NewEngine() => new(Log, EventCodec.Default, Clock, Options);

    public async Task OpenDoorAsync(Func<LedgerEngine, Task<EngineDoor>> open)
    {
        _openDoor = open;
        _door = await open(Engine);
    }

    public async Task RestartAsync()
    {
        await DisposeAsync();
        Engine = NewEngine();
        if (_openDoor is not null) _door = await _openDoor(Engine);
    }

    public Guid NextId() => Id(1_000_000 + Interlocked.Increment(ref _number));

    public Task<CommandReply> Do(StreamName stream, object command) => Door.ExecuteAsync(One(NextId(), stream, command), Soon()).AsTask();

    public Task<CommandReply> Do(TransactionId id, TransactionCommand command) => Do(id.Stream, command);

    /// <summary>The test's patience: long, and never the thing that is measured.</summary>
    public static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    /// <summary>
    /// Until so many commands are decided and not durable yet. Which of them share a commit is the committer's: whoever needs one apart waits for
    /// <see cref="FaultyLog.HeldAsync"/>.
    /// </summary>
    public Task InFlightAsync(int count) => ReachesAsync(count, static status => status.InFlightUnits);

    /// <summary>Until so many commands wait for a decision.</summary>
    public Task QueuedAsync(int count) => ReachesAsync(count, static status => status.QueueDepth);

    private async Task ReachesAsync(int count, Func<EngineStatus, int> read)
    {
        var patience = Soon();
        while (read(Engine.Status) < count && !patience.IsCancellationRequested) await Task.Yield();
        Assert.Equal(count, read(Engine.Status));
    }

    /// <summary>Of an engine without threads: does all that there is to do.</summary>
    public void RunUntilIdle()
    {
        var worked = true;
        while (worked)
        {
            worked = false;
            for (var part = 0; part < Engine.StepPartCount; part++) worked |= Engine.RunOnce(part);
        }
    }

    public async Task OpenAsync(int terminals = 1)
    {
        await Accepted(Do(Merchant.Stream, new MerchantCommand.RequestContract(Merchant, "Boulangerie SARL", Acceptor, new SettlementAccount("FR7630003000000000000000001"), CalendarName.FranceAndT2, Prices, false, [CardBrand.Cb], At(new LocalDate(2026, 1, 1), 0))));
        await Accepted(Do(Merchant.Stream, new MerchantCommand.AcceptContract("adviser-1", At(new LocalDate(2026, 1, 1), 0))));
        for (var number = 1; number <= terminals; number++) await SupplyAsync(SerialOf(number), number);
    }

    public TerminalCommand.Register Register(int number) => new(SerialOf(number), "Move 5000", AcceptanceCountry.France, number, Clock.Now);

    public async Task SupplyAsync(TerminalSerial serial, int number)
    {
        await Accepted(Do(serial.Stream, new TerminalCommand.Register(serial, "Move 5000", AcceptanceCountry.France, number, Clock.Now)));
        await Accepted(Do(serial.Stream, new TerminalCommand.Activate(Terms, Device, serial, Clock.Now)));
    }

    public TransactionId NewTransaction(TerminalSerial? serial = null)
    {
        var entropy = new byte[8];
        BitConverter.TryWriteBytes(entropy.AsSpan(4), Interlocked.Increment(ref _number));
        return TransactionId.Create(Clock.Now, entropy, serial ?? Serial);
    }

    /// <summary>Takes the terminal and opens the transaction, as one unit.</summary>
    public EngineCommand Start(Guid id, TransactionId transaction, TerminalSerial? serial = null, Money? amount = null, TicketChoice ticket = TicketChoice.Paper, ContactRef? contact = null)
    {
        var (terminal, sale) = (serial ?? Serial, new SaleId(transaction.Value));
        return new EngineCommand(id, Fingerprint($"{transaction} {amount}"),
        [
            new CommandPart(terminal.Stream, new TerminalCommand.StartTransaction(transaction, sale, Terms, Device, terminal, Clock.Now)),
            new CommandPart(transaction.Stream, new NumberedRequest(new Request(transaction, sale, Terms, terminal, Device, 0, amount ?? Money.Eur(42_00), ticket, contact, Clock.Now))),
        ]);
    }

    public static ExchangeId ExchangeOf(TransactionId id, int number = 0) => new(DerivedId.Of("test/exchange", id.ToString(), number.ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>A whole payment; its day is the clock's.</summary>
    public async Task<TransactionId> PayAsync(Money? amount = null, TicketChoice ticket = TicketChoice.Paper, ContactRef? contact = null, TerminalSerial? serial = null)
    {
        var id = await AskAsync(amount, ticket, contact, serial);
        await Accepted(Do(id, new RecordApproval(ExchangeOf(id), amount ?? Money.Eur(42_00), Code, ResponseCode.Ok, Clock.Now)));
        await Accepted(Do(id, new Complete(Confirmation, Terms, Clock.Now)));
        return id;
    }

    /// <summary>Up to the question to the host.</summary>
    public async Task<TransactionId> AskAsync(Money? amount = null, TicketChoice ticket = TicketChoice.Paper, ContactRef? contact = null, TerminalSerial? serial = null)
    {
        var id = NewTransaction(serial);
        await Accepted(Door.ExecuteAsync(Start(NextId(), id, serial, amount, ticket, contact), Soon()).AsTask());
        await Accepted(Do(id, new SendAuthorisation(Card, ExchangeOf(id), Terms, false, Clock.Now)));
        return id;
    }

    public async Task FinishAsync(TransactionId id, Money amount)
    {
        await Accepted(Do(id, new RecordApproval(ExchangeOf(id), amount, Code, ResponseCode.Ok, Clock.Now)));
        await Accepted(Do(id, new Complete(Confirmation, Terms, Clock.Now)));
    }

    public Task<CommandReply> RequestCancellationAsync(TransactionId id, Money? amount = null, TicketChoice ticket = TicketChoice.Paper, ContactRef? contact = null) =>
        Do(id, new RequestCancellation(ExchangeOf(id, 1), amount ?? Money.Eur(42_00), new PresentedCard(Card.Token, Card.Brand, null), Proof(), Terms, ticket, contact, Channel.MobileApp, Clock.Now));

    public async Task CancelAsync(TransactionId id, Money? amount = null, TicketChoice ticket = TicketChoice.Paper, ContactRef? contact = null)
    {
        await Accepted(RequestCancellationAsync(id, amount, ticket, contact));
        await Accepted(Do(id, new RecordCancelled(ExchangeOf(id, 1), Clock.Now)));
    }

    public Task<CommandReply> RequestRefundAsync(TransactionId id, RefundId refund, Money amount, TicketChoice ticket = TicketChoice.Paper, ContactRef? contact = null) =>
        Do(id, new RequestRefund(refund, new ExchangeId(refund.Value), amount, new PresentedCard(Card.Token, Card.Brand, null), Proof(), Terms, Serial, 1, ticket, contact, Channel.MobileApp, Clock.Now));

    public async Task<RefundId> RefundAsync(TransactionId id, Money amount, TicketChoice ticket = TicketChoice.Paper, ContactRef? contact = null)
    {
        var refund = new RefundId(NextId());
        await Accepted(RequestRefundAsync(id, refund, amount, ticket, contact));
        await Accepted(Do(id, new RecordRefundApproved(refund, new ExchangeId(refund.Value), new AuthorisationCode("654321"), Clock.Now)));
        return refund;
    }

    public static async Task<CommandReply> Accepted(Task<CommandReply> doing)
    {
        var reply = await doing;
        Assert.True(reply.Outcome == CommandOutcome.Accepted, $"{reply.Outcome} {reply.Rejection}");
        return reply;
    }

    public async Task<TState> StateAsync<TState>(StreamName stream)
        where TState : class
        => (await Door.ReadAsync<TState>(stream, Soon())).State;

    public Task<TransactionState> StateAsync(TransactionId id) => StateAsync<TransactionState>(id.Stream);

    /// <summary>Every event of the log, decoded, in commit order.</summary>
    public async Task<IReadOnlyList<ILedgerEvent>> EventsAsync() => [.. (await RecordedAsync()).Select(static recorded => EventCodec.Default.Decode(recorded))];

    public async Task<IReadOnlyList<RecordedEvent>> RecordedAsync() => [.. await Log.ReadAllAsync(0, int.MaxValue, default)];

    public async ValueTask DisposeAsync()
    {
        if (_door is not null) await _door.CloseAsync();
        await Engine.DisposeAsync();
    }

    private SecurityCodeProof Proof() => new(Id(800), Id(800), Clock.Now);
}
