using System.Diagnostics;
using System.Globalization;
using Ledger.Acquiring;
using Ledger.Client;
using Ledger.Contracts.V1;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using NodaTime;

namespace Ledger.LoadTests.Traffic;

/// <summary>
/// Invented card payments of 42.00 EUR as a payments switch records them in bulk. A terminal does one payment at a time, so a request holds one command for each
/// of its terminals: the same step of as many distinct transactions, none of which waits for another. Immutable; any thread.
/// </summary>
/// <param name="terms">Of the merchant's contract, as the log has it.</param>
internal sealed class SwitchTraffic(ContractTerms terms)
{
    /// <summary>Commands from the request to the completion.</summary>
    public const int StepsOfPayment = 4;

    /// <summary>Terminals that are opened at once; fewer than wait for one shard.</summary>
    private const int OpenedAtOnceMax = 1_024;

    private const string AuthorisationCode = "123456";
    private const string Response = "00";

    /// <summary>All terminals are linked to the switch.</summary>
    private static readonly DeviceId Device = new(new Guid("5a1c0000-0000-7000-8000-000000000001"));

    private static readonly Money Amount = new(CardTraffic.Amount.MinorUnits, "EUR");

    private static readonly CardInput Card = new(
        CardTraffic.Card.Token.Value, "1234", CardBrand.Cb, BrandChoice.MerchantPriority, CardCategory.ConsumerDebit, CardRegion.France, EntryMode.Chip, "A0000000421010", "CB");

    private readonly SwitchIds _ids = new(TimeProvider.System);

    /// <summary>Merchant and terminals, into a log that nobody serves yet.</summary>
    /// <param name="terminals">Their numbers are 0 to below this.</param>
    public static async Task<SwitchTraffic> OpenAsync(ILedgerEngine engine, CardTraffic traffic, int terminals, CancellationToken cancellation)
    {
        var now = SystemClock.Instance.GetCurrentInstant();
        foreach (var command in traffic.OpenMerchant(now - Duration.FromDays(1))) await AcceptedAsync(command);
        var merchant = await engine.ReadAsync<MerchantState>(CardTraffic.Merchant.Stream, cancellation);
        var terms = merchant.State.Terms ?? throw new InvalidOperationException("The merchant has no contract.");
        var opened = Enumerable.Range(0, terminals).Chunk(OpenedAtOnceMax);
        foreach (var some in opened) await Task.WhenAll(some.Select(OpenTerminalAsync));
        return new SwitchTraffic(terms);

        async Task OpenTerminalAsync(int number)
        {
            var serial = SerialOf(number);
            await AcceptedAsync(One(serial, new TerminalCommand.Register(serial, "Load reader", Domain.Terminals.AcceptanceCountry.France, 1 + (number % 999), now)));
            await AcceptedAsync(One(serial, new TerminalCommand.Activate(terms, Device, serial, now)));
        }

        async Task AcceptedAsync(EngineCommand command)
        {
            var reply = await engine.ExecuteAsync(command, cancellation);
            if (reply.Outcome is not CommandOutcome.Accepted) throw new InvalidOperationException($"{command.Parts[0].Stream}: {reply.Outcome} {reply.Rejection}");
        }

        static EngineCommand One(TerminalSerial serial, TerminalCommand command) => EngineCommand.One(Guid.CreateVersion7(), CardTraffic.Fingerprint, serial.Stream, command);
    }

    /// <summary>One caller's requests in the order in which they must go: payment after payment, step after step, on terminals of his own.</summary>
    /// <param name="payments">On each of the terminals, one after another.</param>
    public IReadOnlyList<SwitchCommand[]> Make(int firstTerminal, int terminals, int payments)
    {
        var requests = new List<SwitchCommand[]>(payments * StepsOfPayment);
        for (var payment = 0; payment < payments; payment++)
        {
            SwitchCommand[][] steps = [.. Enumerable.Range(0, StepsOfPayment).Select(_ => new SwitchCommand[terminals])];
            for (var terminal = 0; terminal < terminals; terminal++) MakeOne(SerialOf(firstTerminal + terminal).Value, steps, terminal);
            requests.AddRange(steps);
        }

        return requests;
    }

    /// <summary>The command that the server would make of it, with the same id.</summary>
    public EngineCommand EngineCommandOf(SwitchCommand command, Instant now)
    {
        var id = new TransactionId(Guid.Parse(command.TransactionId));
        if (command is SwitchCommand.Request request)
        {
            var (sale, serial) = (new SaleId(Guid.Parse(request.SaleId)), new TerminalSerial(request.Terminal));
            var start = new StartPayment(id, sale, terms, serial, Device, serial, CardTraffic.Amount, Domain.Tickets.TicketChoice.Paper, null);
            return PaymentDesk.StartOf(new CommandHeader(Guid.Parse(command.Id), CardTraffic.Fingerprint), start, now);
        }

        return EngineCommand.One(Guid.Parse(command.Id), CardTraffic.Fingerprint, id.Stream, command switch
        {
            SwitchCommand.SendAuthorisation send => new TransactionCommand.SendAuthorisation(CardTraffic.Card, ExchangeOf(send.ExchangeId), terms, CardIsOpposed: false, now),
            SwitchCommand.RecordApproval approval => new TransactionCommand.RecordApproval(
                ExchangeOf(approval.ExchangeId), CardTraffic.Amount, new AuthorisationCode(AuthorisationCode), ResponseCode.Ok, now),
            SwitchCommand.Complete => (TransactionCommand)new TransactionCommand.Complete(CardTraffic.Confirmation, terms, now),
            _ => throw new UnreachableException(command.GetType().Name),
        });
    }

    private void MakeOne(string terminal, SwitchCommand[][] steps, int at)
    {
        var (id, exchange, merchant) = (_ids.NextTransaction(terminal), _ids.Next(), CardTraffic.Merchant.Value);
        steps[0][at] = new SwitchCommand.Request(_ids.Next(), id, _ids.Next(), merchant, terminal, Amount);
        steps[1][at] = new SwitchCommand.SendAuthorisation(_ids.Next(), id, merchant, exchange, Card);
        steps[2][at] = new SwitchCommand.RecordApproval(_ids.Next(), id, exchange, Amount, AuthorisationCode, Response);
        steps[3][at] = new SwitchCommand.Complete(_ids.Next(), id, merchant, Contracts.V1.CardholderVerification.Pin, "A1B2C3D4E5F60718", 42);
    }

    private static TerminalSerial SerialOf(int number) => new(string.Create(CultureInfo.InvariantCulture, $"BULK{number:000000}"));

    private static ExchangeId ExchangeOf(string id) => new(Guid.Parse(id));
}
