using Ledger.Api.Auth;
using Ledger.Api.Inputs;
using Ledger.Contracts.V1;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;
using Acceptor = Ledger.Contracts.V1.Acceptor;
using PriceList = Ledger.Contracts.V1.PriceList;

namespace Ledger.Api.Bank;

/// <summary>What the branch does (R005-R008, R103, R111-R113). Behind the role of bank staff.</summary>
internal static class BankEndpoints
{
    public static void MapBank(this IEndpointRouteBuilder v1)
    {
        var bank = v1.MapGroup("/bank").WithTags("Bank").RequireAuthorization(Policies.Bank);
        bank.MapPost("/contracts", RequestAsync).Describe<DoneReply>("Ask for a contract", "Accept or refuse it afterwards.");
        bank.MapPost("/contracts/{merchantId}/accept", AcceptAsync).Describe<DoneReply>("Accept a contract", "It runs from now on.");
        bank.MapPost("/contracts/{merchantId}/refuse", RefuseAsync).Describe<DoneReply>("Refuse a contract", "Definitive.");
        bank.MapPost("/contracts/{merchantId}/prices", PricesAsync).Describe<DoneReply>("Change the prices", "A whole new list.");
        bank.MapPost("/contracts/{merchantId}/acceptor", AcceptorAsync).Describe<DoneReply>("Change what tickets print", "Old tickets keep the old text.");
        bank.MapPost("/contracts/{merchantId}/account", AccountAsync).Describe<DoneReply>("Change the settlement account", "One per contract.");
        bank.MapPost("/contracts/{merchantId}/termination", TerminateAsync).Describe<DoneReply>("Terminate a contract", "Effective at the month's end, for ever.");
        bank.MapPost("/terminals", RegisterAsync).Describe<DoneReply>("Register a terminal", "Only hardware supplied by the bank works.");
        bank.MapPost("/merchants/{merchantId}/letters", LetterAsync).Describe<DoneReply>("A letter was sent", "Identifier first; the password's at least 48 hours later.");
        bank.MapPost("/merchants/{merchantId}/credentials", CredentialsEndpoint.SetAsync)
            .Describe<CredentialsReply>("Hand out credentials", "Password and code are made here and shown once; a repeat makes new ones. Attempts start again from zero.");
    }

    private static async Task<IResult> RequestAsync(RequestContract body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var merchant = input.Merchant("merchantId", body.MerchantId);
        var prices = input.Prices("prices", body.Prices);
        var brands = input.Brands("brands", body.Brands);
        if (input.Problem is { } invalid) return invalid;

        var request = new MerchantCommand.RequestContract(
            merchant,
            body.LegalName,
            InputCheck.Acceptor(body.Acceptor),
            new SettlementAccount(body.Account),
            Wire.ToDomain(body.Calendar),
            prices,
            body.StripeAccepted,
            brands,
            clock.GetCurrentInstant());
        return await desk.ExecuteAsync(http, body, merchant.Stream, request, cancellation);
    }

    private static Task<IResult> AcceptAsync(string merchantId, AcceptContract body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        desk.OnContractAsync(http, body, merchantId, () => new MerchantCommand.AcceptContract(http.Staff().Name, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> RefuseAsync(string merchantId, RefuseContract body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        desk.OnContractAsync(http, body, merchantId, () => new MerchantCommand.RefuseContract(http.Staff().Name, body.Reason, clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> LetterAsync(string merchantId, SendLetter body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        desk.OnContractAsync(http, body, merchantId, () => new MerchantCommand.RecordLetterSent(Wire.ToDomain(body.Letter), clock.GetCurrentInstant()), cancellation);

    private static async Task<IResult> PricesAsync(string merchantId, PriceList body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var prices = input.Prices("$", body);
        if (input.Problem is { } invalid) return invalid;
        return await desk.OnContractAsync(http, body, merchantId, () => new MerchantCommand.ChangePrices(prices, clock.GetCurrentInstant()), cancellation);
    }

    private static Task<IResult> AcceptorAsync(string merchantId, Acceptor body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        desk.OnContractAsync(http, body, merchantId, () => new MerchantCommand.ChangeAcceptor(InputCheck.Acceptor(body), clock.GetCurrentInstant()), cancellation);

    private static Task<IResult> AccountAsync(string merchantId, ChangeAccount body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation) =>
        desk.OnContractAsync(http, body, merchantId, () => new MerchantCommand.ChangeAccount(new SettlementAccount(body.Account), clock.GetCurrentInstant()), cancellation);

    private static async Task<IResult> TerminateAsync(string merchantId, TerminateContract body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var receivedAt = input.Instant("receivedAt", body.ReceivedAt);
        if (input.Problem is { } invalid) return invalid;
        return await desk.OnContractAsync(http, body, merchantId, () => new MerchantCommand.Terminate(body.ProofReference, receivedAt, clock.GetCurrentInstant()), cancellation);
    }

    private static async Task<IResult> RegisterAsync(RegisterTerminal body, HttpContext http, StaffDesk desk, IClock clock, CancellationToken cancellation)
    {
        var input = new InputCheck();
        var serial = input.Serial("serial", body.Serial);
        if (input.Problem is { } invalid) return invalid;

        var register = new TerminalCommand.Register(serial, body.Model, Wire.ToDomain(body.Country), body.TerminalNumber, clock.GetCurrentInstant());
        return await desk.ExecuteAsync(http, body, serial.Stream, register, cancellation);
    }
}
