using Ledger.Contracts.V1;

namespace Ledger.Host.Demo;

/// <summary>What the bank does before a merchant's first day: contracts, terminals, letters; then the merchants activate their phones.</summary>
/// <param name="bankToken">Of a member of the bank's staff.</param>
internal sealed class DemoSetUp(DemoApi api, string bankToken, DateOnly day, SeededChance chance)
{
    public async Task<IReadOnlyList<DemoPhone>> RunAsync(CancellationToken cancellation)
    {
        var letters = new Dictionary<DemoMerchant, CredentialsReply>();
        foreach (var merchant in DemoMerchants.All) letters[merchant] = await OpenContractAsync(merchant, cancellation);

        var phones = new List<DemoPhone>();
        foreach (var terminal in DemoMerchants.Terminals) phones.Add(await ActivateAsync(terminal, letters[terminal.Merchant], cancellation));
        return phones;
    }

    private async Task<CredentialsReply> OpenContractAsync(DemoMerchant merchant, CancellationToken cancellation)
    {
        var contract = new RequestContract(
            merchant.Id, merchant.LegalName, merchant.Acceptor, merchant.Account, CalendarName.FranceAndT2, DemoMerchants.Prices(day), StripeAccepted: false, Enum.GetValues<CardBrand>());
        (await api.PostAsync<RequestContract, DoneReply>(bankToken, "/v1/bank/contracts", contract, cancellation)).OrThrow("request a contract");
        (await api.PostAsync<AcceptContract, DoneReply>(bankToken, $"/v1/bank/contracts/{merchant.Id}/accept", new AcceptContract(), cancellation)).OrThrow("accept a contract");
        return (await api.PostAsync<SetCredentials, CredentialsReply>(bankToken, $"/v1/bank/merchants/{merchant.Id}/credentials", new SetCredentials(merchant.Identifier), cancellation))
            .OrThrow("set credentials");
    }

    private async Task<DemoPhone> ActivateAsync(DemoTerminal terminal, CredentialsReply letter, CancellationToken cancellation)
    {
        var hardware = new RegisterTerminal(terminal.Serial, "Demo reader", AcceptanceCountry.France, terminal.Number);
        (await api.PostAsync<RegisterTerminal, DoneReply>(bankToken, "/v1/bank/terminals", hardware, cancellation)).OrThrow("register a terminal");

        var activation = new ActivationRequest(letter.Identifier, letter.Password, terminal.Serial, LinkedSerial: terminal.Serial);
        var reply = (await api.PostAsync<ActivationRequest, ActivationReply>(null, "/v1/activation", activation, cancellation)).OrThrow("activate a phone");
        return new DemoPhone(api, terminal, reply.DeviceToken, letter.SecurityCode, chance);
    }
}
