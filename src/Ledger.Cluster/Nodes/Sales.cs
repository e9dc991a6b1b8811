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

namespace Ledger.Cluster.Nodes;

/// <summary>
/// An invented merchant's sales as commands. All ids follow from a sale's number, terminal and instant, so that a sale that is asked for again, at whatever node, is the same. Safe for
/// any number of callers.
/// </summary>
internal sealed class Sales(ILedgerEngine engine)
{
    private static readonly MerchantId Merchant = new("cluster-demo");
    private static readonly DeviceId Device = new(DerivedId.Of("cluster-demo/device"));
    private static readonly Instant Opened = Instant.FromUtc(2026, 1, 1, 8, 0);
    private static readonly PriceList Prices = new(new LocalDate(2026, 1, 1), 99_000, 200, 0, [new Rate(CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France, 2_000, 300, 4_000, 500)]);
    private static readonly ContractTerms Terms = new(Merchant, 1, Opened, null, false, [CardBrand.Cb], Prices);
    private static readonly Card Card = new(
        new CardToken("tok_cluster_demo"), new LastFour("4242"), CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB", null);

    public static TerminalSerial SerialOf(int terminal) => new(string.Create(CultureInfo.InvariantCulture, $"CLUSTER{terminal:000}"));

    /// <summary>From 10 to 99 euros.</summary>
    public static Money AmountOf(int number) => Money.Eur(10_00 + (number % 90 * 1_00));

    public static TransactionId IdOf(int number, TerminalSerial serial, Instant at)
    {
        Span<byte> entropy = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(entropy[4..], number);
        return TransactionId.Create(at, entropy, serial);
    }

    /// <summary>The contract, and so many terminals.</summary>
    /// <exception cref="InvalidOperationException">A command was refused.</exception>
    public async Task OpenAsync(int terminals, CancellationToken cancellation)
    {
        await AskAsync("request", Merchant.Stream, new MerchantCommand.RequestContract(
            Merchant, "Cluster SARL", new Acceptor("CLUSTER DEMO", "75009 PARIS", "1234567", "30003", "12345678200010"), new SettlementAccount("FR00CLUSTER0001"), CalendarName.FranceAndT2, Prices, false, [CardBrand.Cb], Opened), cancellation);
        await AskAsync("accept", Merchant.Stream, new MerchantCommand.AcceptContract("adviser-1", Opened), cancellation);
        for (var terminal = 1; terminal <= terminals; terminal++)
        {
            var serial = SerialOf(terminal);
            await AskAsync("register", serial.Stream, new TerminalCommand.Register(serial, "M010", AcceptanceCountry.France, terminal, Opened), cancellation);
            await AskAsync("activate", serial.Stream, new TerminalCommand.Activate(Terms, Device, serial, Opened), cancellation);
        }
    }

    /// <summary>One payment, four commands.</summary>
    /// <exception cref="InvalidOperationException">A command was refused.</exception>
    /// <exception cref="EventLogUnavailableException">One has no answer: ask for the same payment again.</exception>
    public async Task PayAsync(int number, TerminalSerial serial, Instant at, CancellationToken cancellation)
    {
        var id = IdOf(number, serial, at);
        var sale = new SaleId(id.Value);
        var exchange = new ExchangeId(DerivedId.Of("cluster-demo/exchange", id.ToString()));
        var start = new TerminalCommand.StartTransaction(id, sale, Terms, Device, serial, at);
        var request = new NumberedRequest(new TransactionCommand.Request(id, sale, Terms, serial, Device, 0, AmountOf(number), TicketChoice.Paper, null, at));
        await AskAsync("start", id.ToString(), [new CommandPart(serial.Stream, start), new CommandPart(id.Stream, request)], cancellation);
        await AskAsync("send", id.Stream, new TransactionCommand.SendAuthorisation(Card, exchange, Terms, false, at), cancellation);
        await AskAsync("approve", id.Stream, new TransactionCommand.RecordApproval(exchange, AmountOf(number), new AuthorisationCode("123456"), ResponseCode.Ok, at), cancellation);
        await AskAsync("complete", id.Stream, new TransactionCommand.Complete(new CardConfirmation("A1B2C3D4E5F60718", 42, CardholderVerification.Pin), Terms, at), cancellation);
    }

    private Task AskAsync(string step, StreamName stream, object command, CancellationToken cancellation) => AskAsync(step, stream.ToString(), [new CommandPart(stream, command)], cancellation);

    private async Task AskAsync(string step, string about, CommandPart[] parts, CancellationToken cancellation)
    {
        var fingerprint = SHA256.HashData(Encoding.UTF8.GetBytes($"{step} {about}"));
        var reply = await engine.ExecuteAsync(new EngineCommand(DerivedId.Of($"cluster-demo/{step}", about), fingerprint, [.. parts]), cancellation);
        if (!reply.IsAccepted) throw new InvalidOperationException($"{step} of {about} was refused: {reply.Rejection}");
    }
}
