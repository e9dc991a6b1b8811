using System.Globalization;
using Ledger.Api.Commands;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Microsoft.AspNetCore.Http;
using NodaTime.Text;

namespace Ledger.Api.Payments;

/// <summary>Makes tickets of what the ledger knows: the transaction, the acceptor text of its contract version, the terminal's number.</summary>
internal sealed class TicketDesk(StateReader states)
{
    private static readonly OffsetDateTimePattern Time = OffsetDateTimePattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'sso<G>");

    public async ValueTask<IResult> AnswerAsync(StreamState<TransactionState> transaction, ReissueTicket wanted, RefundId? refund, bool isDuplicate, CancellationToken cancellation)
    {
        var state = transaction.State;
        if (!Transaction.HasTicket(state, Wire.ToDomain(wanted.Kind), refund)) return new ProblemResult(ProblemCodes.Transaction.TicketNotAvailable);

        var facts = Transaction.FactsOf(state)!;
        var contract = (await states.MerchantAsync(facts.MerchantId, cancellation)).Facts!;
        var serial = refund is { } id ? Transaction.CompletionOf(state)!.Refunds[id].Terminal : facts.Terminal;
        var terminal = (await states.TerminalAsync(serial, cancellation)).Facts!;
        var ticket = Ticket.Of(
            state, Wire.ToDomain(wanted.Kind), refund, Wire.ToDomain(wanted.Copy), contract.AcceptorAt(facts.ContractVersion), terminal.TerminalNumber, isDuplicate)!;
        return Replies.Json(new TicketView(
            facts.TransactionId.ToString(), refund?.ToString(), wanted.Kind, wanted.Copy, ticket.IsDuplicate, [.. ticket.Lines], FieldsOf(ticket)));
    }

    /// <summary>Named as the terminals' own machine tickets do, in English.</summary>
    private static Dictionary<string, string> FieldsOf(TicketContent ticket)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["localTime"] = Time.Format(ticket.LocalTime),
            ["tradeName"] = ticket.Acceptor.TradeName,
            ["place"] = ticket.Acceptor.Place,
            ["contractNumber"] = ticket.Acceptor.ContractNumber,
            ["bankCode"] = ticket.Acceptor.BankCode,
            ["siret"] = ticket.Acceptor.Siret,
            ["applicationId"] = ticket.ApplicationId,
            ["applicationLabel"] = ticket.ApplicationLabel,
            ["cardLastFour"] = ticket.LastFour.Value,
            ["terminalNumber"] = ticket.TerminalNumber.ToString("000", CultureInfo.InvariantCulture),
            ["transactionNumber"] = ticket.Number.ToString("000000", CultureInfo.InvariantCulture),
            ["fileNumber"] = ticket.FileNumber.ToString("00", CultureInfo.InvariantCulture),
            ["amountMinorUnits"] = ticket.Amount.MinorUnits.ToString(CultureInfo.InvariantCulture),
            ["currency"] = ticket.Amount.Currency.Code,
        };
        if (ticket.Cryptogram is { } cryptogram) fields["cryptogram"] = cryptogram;
        if (ticket.AuthorisationCode is { } code) fields["authorisationCode"] = code.Value;
        return fields;
    }
}
