using System.Security.Cryptography;
using System.Text.Json;
using Ledger.Acquiring;
using Ledger.Api.Inputs;
using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using Ledger.Engine;

namespace Ledger.Api.Switch;

using Facts = SwitchFacts;

/// <summary>From a command on the wire to what is planned with it, or to what is wrong with it. One instance serves one request.</summary>
/// <param name="principal">Scopes the ids: another switch's are others. Enters stored command ids, so never changed.</param>
internal sealed class SwitchPlanner(string principal)
{
    private const string Purpose = "api/v1/switch";

    /// <returns>Null when <paramref name="input"/> has a problem.</returns>
    public SwitchPlan? Plan(SwitchCommand command, InputCheck input)
    {
        var id = input.Uuid("id", command.Id);
        var transaction = new TransactionId(input.Uuid("transactionId", command.TransactionId));
        var header = new CommandHeader(IdOf(id), FingerprintOf(command));
        var plan = command switch
        {
            SwitchCommand.Request request => PlanRequest(header, transaction, request, input),
            SwitchCommand.SendAuthorisation send => PlanSend(header, transaction, send, input),
            SwitchCommand.Complete complete => PlanComplete(header, transaction, complete, input),
            _ => new SwitchPlan(header, transaction, null, null, null, OneOf(transaction, AnswerOf(command, input))),
        };
        return input.Problem is null ? plan : null;
    }

    private static SwitchPlan PlanRequest(CommandHeader header, TransactionId transaction, SwitchCommand.Request request, InputCheck input)
    {
        var sale = new SaleId(input.Uuid("saleId", request.SaleId));
        var merchant = input.Merchant("merchantId", request.MerchantId);
        var terminal = input.Serial("terminal", request.Terminal);
        var amount = input.Amount("amount", request.Amount);
        if (input.Problem is null && transaction.Partition != terminal.Partition)
            input.Add("transactionId", "Its last two bytes must be the first two of SHA-256 of the terminal's serial.");

        // The switch's terminals are linked to it: what it sends is what they announced. A switch's clients have their tickets from whoever authorised: none is sent from here, so no contact is collected (R023).
        return new SwitchPlan(header, transaction, merchant, terminal, null, (facts, by) => PaymentDesk.StartOf(
            by,
            new StartPayment(transaction, sale, facts.Terms!, terminal, facts.Device, terminal, amount, Domain.Tickets.TicketChoice.Paper, null),
            facts.Now));
    }

    private static SwitchPlan PlanSend(CommandHeader header, TransactionId transaction, SwitchCommand.SendAuthorisation send, InputCheck input)
    {
        var merchant = input.Merchant("merchantId", send.MerchantId);
        var exchange = Exchange(send.ExchangeId, input);
        var card = input.Card("card", send.Card);
        return new SwitchPlan(header, transaction, merchant, null, card.Token, OneOf(
            transaction, facts => new TransactionCommand.SendAuthorisation(card, exchange, facts.Terms!, facts.CardIsOpposed, facts.Now)));
    }

    private static SwitchPlan PlanComplete(CommandHeader header, TransactionId transaction, SwitchCommand.Complete complete, InputCheck input)
    {
        var merchant = input.Merchant("merchantId", complete.MerchantId);
        var confirmation = input.Confirmation(new CompletePayment(complete.Verification, "", complete.Cryptogram, complete.ApplicationCounter, complete.TerminalDate));
        return new SwitchPlan(header, transaction, merchant, null, null, OneOf(
            transaction, facts => new TransactionCommand.Complete(confirmation, facts.Terms!, facts.Now)));
    }

    /// <summary>What needs nothing but the clock.</summary>
    private static Func<Facts, TransactionCommand> AnswerOf(SwitchCommand command, InputCheck input)
    {
        switch (command)
        {
            case SwitchCommand.RecordApproval approval:
                var (approved, amount) = (Exchange(approval.ExchangeId, input), input.Amount("amount", approval.Amount));
                var (code, response) = (input.AuthorisationCode("code", approval.Code), input.ResponseCode("response", approval.Response));
                return facts => new TransactionCommand.RecordApproval(approved, amount, code, response, facts.Now);
            case SwitchCommand.RecordDecline decline:
                var (declined, refusal) = (Exchange(decline.ExchangeId, input), input.ResponseCode("response", decline.Response));
                return facts => new TransactionCommand.RecordDecline(declined, refusal, facts.Now);
            case SwitchCommand.RecordNoAnswer none:
                var unanswered = Exchange(none.ExchangeId, input);
                return facts => new TransactionCommand.RecordNoAnswer(unanswered, Wire.ToDomain(none.Reason), facts.Now);
            case SwitchCommand.RecordNotFound notFound:
                var unknown = Exchange(notFound.ExchangeId, input);
                return facts => new TransactionCommand.RecordNotFound(unknown, facts.Now);
            case SwitchCommand.Abort abort:
                if (abort.Reason is Contracts.V1.AbortReason.NotFoundAtHost) input.Add("reason", "Send recordNoAnswer, then recordNotFound.");
                return facts => new TransactionCommand.Abort(Wire.ToDomain(abort.Reason), facts.Now);
            case SwitchCommand.RecordReversed reversed:
                var undone = Exchange(reversed.ExchangeId, input);
                return facts => new TransactionCommand.RecordReversed(undone, reversed.FoundAtHost, facts.Now);
            default:
                throw new System.Diagnostics.UnreachableException(command.GetType().Name);
        }
    }

    private static ExchangeId Exchange(string text, InputCheck input) => new(input.Uuid("exchangeId", text));

    private static Func<Facts, CommandHeader, EngineCommand> OneOf(TransactionId transaction, Func<Facts, TransactionCommand> make) =>
        (facts, header) => EngineCommand.One(header.CommandId, header.Fingerprint, transaction.Stream, make(facts));

    /// <summary>An id that begins with its time keeps its place, so that the log's index of commands grows at its end.</summary>
    private Guid IdOf(Guid id) => id.Version is 7 or 8
        ? DerivedId.Beside(id, Purpose, principal, id.ToString("N"))
        : DerivedId.Of(Purpose, principal, id.ToString("N"));

    /// <summary>Order of members, blanks and escapes mean nothing: what is hashed is the contract's own way to write it.</summary>
    private static byte[] FingerprintOf(SwitchCommand command) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(command, LedgerJson.Server));
}
