using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using NodaTime;

namespace Ledger.Simulation.Town;

/// <summary>The bank's people and assistance: blocks and unblocks, other devices, prices, wrong codes, oppositions, a termination.</summary>
internal sealed class Staff(World world, TownHall town, Caller caller)
{
    private static readonly Duration ThinkMin = Duration.FromSeconds(1);
    private static readonly Duration ThinkMax = Duration.FromSeconds(12);

    /// <summary>Cards that are opposed in one run, so that the town goes on paying.</summary>
    private const int OppositionsMax = 6;

    private readonly List<Till> _blocked = [];
    private int _oppositions;
    private int _prices;
    private bool _hasTerminated;

    private Instant Now => world.Clock.GetCurrentInstant();

    public async Task LiveAsync(Func<bool> isClosing)
    {
        while (!isClosing())
        {
            var wait = world.Plan.WaitAt(world.Schedule.Now);
            if (wait > Duration.Zero)
            {
                world.Weather.StrikeAtRest(wait);
                await world.Schedule.PauseAsync(wait);
            }

            await world.Schedule.PauseAsync(world.Chance.Between(ThinkMin, ThinkMax));
            if (!isClosing()) await ActAsync();
        }
    }

    private Task ActAsync() => world.Chance.Below(40) switch
    {
        < 4 => BlockAsync(),
        < 12 => UnblockAsync(),
        < 15 => ActivateAsync(),
        < 19 => ChangePricesAsync(),
        < 27 => TryCodeAsync(),
        < 30 => UnlockAsync(),
        < 31 => OpposeAsync(),
        < 32 => TerminateAsync(),
        _ => caller.RepeatAsync(),
    };

    private async Task BlockAsync()
    {
        if (_blocked.Count > 1) return;

        var till = world.Chance.Pick(PickShop().Tills);
        await caller.AskAsync(till.Serial.Stream, new TerminalCommand.Block(world.Chance.Pick(Enum.GetValues<BlockReason>()), Channel.Assistance, Now));
        _blocked.Add(till);
    }

    private async Task UnblockAsync()
    {
        if (_blocked.Count == 0) return;

        var till = _blocked[0];
        var reply = await caller.AskAsync(till.Serial.Stream, new TerminalCommand.Unblock(Channel.Assistance, Now));
        if (reply is not null) _blocked.Remove(till);
    }

    private async Task ActivateAsync()
    {
        var (shop, device) = (PickShop(), new DeviceId(world.Chance.NextGuid()));
        if (await TermsAsync(shop) is not { } terms) return;

        var till = world.Chance.Pick(shop.Tills);
        var reply = await caller.AskAsync(till.Serial.Stream, new TerminalCommand.Activate(terms, device, till.Serial, Now));
        // Without an answer the phone asks again until there is one; here it goes on as the new one where it was told so.
        if (reply is { IsAccepted: true }) till.Device = device;
    }

    private Task ChangePricesAsync() =>
        caller.AskAsync(PickShop().Merchant.Stream, new MerchantCommand.ChangePrices(TownHall.PricesOf(++_prices), Now));

    private Task TryCodeAsync()
    {
        var (merchant, attempt) = (PickShop().Merchant, world.Chance.NextGuid());
        return world.Chance.OneIn(3)
            ? caller.AskAsync(merchant.Stream, new MerchantCommand.RecordCredentialRight(Credential.SecurityCode, attempt, Now))
            : caller.AskAsync(merchant.Stream, new MerchantCommand.RecordCredentialWrong(Credential.SecurityCode, attempt, Now));
    }

    private Task UnlockAsync() => caller.AskAsync(PickShop().Merchant.Stream, new MerchantCommand.UnlockCredential(Credential.SecurityCode, "assistance.1", Now));

    private async Task OpposeAsync()
    {
        if (_oppositions >= OppositionsMax) return;

        _oppositions++;
        var client = world.Chance.Pick(town.Clients);
        await caller.AskAsync(client.Card.Token.Stream, new CardCommand.Oppose(client.Card.Token, OppositionReason.Stolen, Now));
        if (world.Chance.OneIn(2)) await caller.AskAsync(client.Card.Token.Stream, new CardCommand.Renew(client.Renewed.Token, Now));
    }

    /// <summary>One merchant at most, and not in every run.</summary>
    private async Task TerminateAsync()
    {
        if (_hasTerminated || !world.Chance.OneIn(3)) return;

        _hasTerminated = true;
        var now = Now;
        await caller.AskAsync(PickShop().Merchant.Stream, new MerchantCommand.Terminate("letter.1", now, now));
    }

    private async Task<ContractTerms?> TermsAsync(Shop shop)
    {
        var read = await world.Phones.AskAsync(Guid.Empty, server => server.Engine.ReadAsync<MerchantState>(shop.Merchant.Stream, CancellationToken.None));
        return read?.State.Terms;
    }

    private Shop PickShop() => world.Chance.Pick(town.Shops);
}
