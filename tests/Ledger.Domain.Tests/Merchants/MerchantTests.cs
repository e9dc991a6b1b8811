using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Testing;
using NodaTime;
using NodaTime.Text;
using static Ledger.Domain.Merchants.MerchantCommand;
using static Ledger.Domain.Merchants.MerchantEvent;
using static Ledger.Domain.Tests.Merchants.ContractSamples;
using static Ledger.Domain.Tests.Merchants.MerchantStory;

namespace Ledger.Domain.Tests.Merchants;

public class MerchantTests
{
    [Fact]
    [Rule("R005")]
    [Rule("R007")]
    public void A_contract_is_requested_in_the_branch_and_runs_once_the_adviser_accepts()
    {
        Gives(Given(), RequestIt, IsRequested);
        Assert.Null(Given(IsRequested).Terms!.EffectiveFrom);
        Assert.False(Given(IsRequested).Terms!.Covers(Noon));

        Gives(Given(IsRequested), new AcceptContract("adviser-1", Noon), IsAccepted);
        Assert.Equal(new ContractTerms(Bakery, 1, Noon, null, false, [CardBrand.Cb, CardBrand.Visa], Prices), Given(IsRequested, IsAccepted).Terms);
        Assert.Equal(Account, Given(IsRequested, IsAccepted).Facts!.Account);
        Assert.True(Given(IsRequested, IsAccepted).Terms!.Covers(Noon));
        Assert.Null(Given().Terms);
    }

    [Fact]
    [Rule("R005")]
    public void A_refused_contract_stays_refused()
    {
        Gives(Given(IsRequested), new RefuseContract("adviser-1", "not eligible", Noon), IsRefused);
        Gives(Given(IsRequested, IsRefused), new RefuseContract("adviser-2", "still not", Noon));
        Refuses(MerchantRejection.ContractRefused, Given(IsRequested, IsRefused), new AcceptContract("adviser-1", Noon));
        Refuses(MerchantRejection.ContractRefused, Given(IsRequested, IsRefused), RequestIt);
        Refuses(MerchantRejection.ContractRefused, Given(IsRequested, IsRefused), new RecordCredentialRight(Credential.Password, Command, Noon));
        Refuses(MerchantRejection.AlreadyAccepted, Given(IsRequested, IsAccepted), new RefuseContract("adviser-1", "too late", Noon));
        Assert.Null(Given(IsRequested, IsRefused).Terms!.EffectiveFrom);
    }

    [Fact]
    public void The_same_request_or_acceptance_again_is_one_and_another_is_refused()
    {
        Gives(Given(IsRequested), RequestIt with { Now = Noon + Duration.FromHours(1) });
        Gives(Given(IsRequested, IsAccepted), RequestIt);
        Gives(Given(IsRequested, IsAccepted), new AcceptContract("adviser-2", Noon));
        Refuses(MerchantRejection.AlreadyRequested, Given(IsRequested), RequestIt with { LegalName = "Another" });
        Refuses(MerchantRejection.AlreadyRequested, Given(IsRequested), RequestIt with { LegalName = "" });
        Refuses(MerchantRejection.NotRequested, Given(), new AcceptContract("adviser-1", Noon));
    }

    public static TheoryData<string> WrongFacts =>
    [
        "name blank", "name long", "trade name long", "place with line break", "contract number short", "contract number letters", "bank code long",
        "siret short", "siret check digit", "siret arabic digits", "account short", "account long", "account punctuation", "account card number",
        "calendar unknown", "no brand", "brand twice", "brand unknown", "name card number",
    ];

    [Theory]
    [Rule("I45")]
    [Rule("I40")]
    [MemberData(nameof(WrongFacts))]
    public void Facts_out_of_range_are_refused(string what)
    {
        var card = InventedCard.Number();
        var wrong = what switch
        {
            "name blank" => RequestIt with { LegalName = " " },
            "name long" => RequestIt with { LegalName = new string('a', 81) },
            "name card number" => RequestIt with { LegalName = $"SARL {card}" },
            "trade name long" => RequestIt with { Acceptor = BakeryAcceptor with { TradeName = new string('a', 41) } },
            "place with line break" => RequestIt with { Acceptor = BakeryAcceptor with { Place = "75009\nPARIS" } },
            "contract number short" => RequestIt with { Acceptor = BakeryAcceptor with { ContractNumber = "123456" } },
            "contract number letters" => RequestIt with { Acceptor = BakeryAcceptor with { ContractNumber = "123456A" } },
            "bank code long" => RequestIt with { Acceptor = BakeryAcceptor with { BankCode = "300030" } },
            "siret short" => RequestIt with { Acceptor = BakeryAcceptor with { Siret = "1234567820001" } },
            "siret check digit" => RequestIt with { Acceptor = BakeryAcceptor with { Siret = "12345678200011" } },
            "siret arabic digits" => RequestIt with { Acceptor = BakeryAcceptor with { Siret = "١٢٣٤٥٦٧٨٢٠٠٠١٠" } },
            "account short" => RequestIt with { Account = new SettlementAccount("FR7") },
            "account long" => RequestIt with { Account = new SettlementAccount(new string('A', 35)) },
            "account punctuation" => RequestIt with { Account = new SettlementAccount("FR76 3000") },
            "account card number" => RequestIt with { Account = new SettlementAccount(card) },
            "calendar unknown" => RequestIt with { Calendar = 0 },
            "no brand" => RequestIt with { Brands = [] },
            "brand twice" => RequestIt with { Brands = [CardBrand.Cb, CardBrand.Cb] },
            "brand unknown" => RequestIt with { Brands = [(CardBrand)9] },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

        Refuses(MerchantRejection.FactsInvalid, Given(), wrong);
        if (wrong.Acceptor != BakeryAcceptor) Refuses(MerchantRejection.FactsInvalid, Given(IsRequested, IsAccepted), new ChangeAcceptor(wrong.Acceptor, Noon));
        if (wrong.Account != Account) Refuses(MerchantRejection.FactsInvalid, Given(IsRequested, IsAccepted), new ChangeAccount(wrong.Account, Noon));
    }

    public static TheoryData<string> WrongPrices =>
    [
        "fee negative", "fee absurd", "vat negative", "vat above all", "commission vat", "debit above cap", "prepaid above cap", "credit above cap in the EEA",
        "negative interchange", "scheme absurd", "margin negative", "fixed absurd", "rate twice", "brand unknown",
    ];

    [Theory]
    [Rule("R116")]
    [Rule("I08")]
    [MemberData(nameof(WrongPrices))]
    public void Prices_out_of_range_doubled_or_above_the_interchange_caps_are_refused(string what)
    {
        var wrong = what switch
        {
            "fee negative" => Prices with { MonthlyFee = -1 },
            "fee absurd" => Prices with { MonthlyFee = 100_000_001 },
            "vat negative" => Prices with { SubscriptionVatPerMille = -1 },
            "vat above all" => Prices with { SubscriptionVatPerMille = 1_001 },
            "commission vat" => Prices with { CommissionVatPerMille = 1_001 },
            "debit above cap" => Prices with { Rates = [CbDebit with { InterchangePerMillion = 2_001 }] },
            "prepaid above cap" => Prices with { Rates = [CbDebit with { Category = CardCategory.Prepaid, InterchangePerMillion = 2_001 }] },
            "credit above cap in the EEA" => Prices with { Rates = [VisaCredit with { InterchangePerMillion = 3_001 }] },
            "negative interchange" => Prices with { Rates = [CbDebit with { InterchangePerMillion = -1 }] },
            "scheme absurd" => Prices with { Rates = [CbDebit with { SchemePerMillion = 100_001 }] },
            "margin negative" => Prices with { Rates = [CbDebit with { MarginPerMillion = -1 }] },
            "fixed absurd" => Prices with { Rates = [CbDebit with { MarginFixed = 100_001 }] },
            "rate twice" => Prices with { Rates = [CbDebit, CbDebit with { MarginFixed = 1 }] },
            "brand unknown" => Prices with { Rates = [CbDebit with { Brand = 0 }] },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };

        Refuses(MerchantRejection.PricesInvalid, Given(), RequestIt with { Prices = wrong });
        Refuses(MerchantRejection.PricesInvalid, Given(IsRequested, IsAccepted), new ChangePrices(wrong, Noon));
    }

    [Fact]
    [Rule("R116")]
    public void Commercial_cards_and_cards_from_elsewhere_have_no_legal_cap()
    {
        PriceList free = Prices with
        {
            Rates =
            [
                CbDebit with { Category = CardCategory.Commercial, InterchangePerMillion = 17_000 },
                CbDebit with { Region = CardRegion.Elsewhere, InterchangePerMillion = 11_500 },
            ],
        };

        Gives(Given(IsRequested, IsAccepted), new ChangePrices(free, Noon), new PricesChanged(free, Noon));
    }

    [Fact]
    [Rule("R116")]
    public void Prices_acceptor_and_account_change_while_the_contract_runs()
    {
        var state = Given(IsRequested, IsAccepted);
        var dearer = Prices with { MonthlyFee = 109_000 };
        var account = new SettlementAccount("FR7630003000000000000000002");

        Gives(state, new ChangePrices(dearer, Noon), new PricesChanged(dearer, Noon));
        Gives(state, new ChangePrices(Prices, Noon));
        Gives(state, new ChangeAccount(account, Noon), new AccountChanged(account, Noon));
        Gives(state, new ChangeAccount(Account, Noon));
        Assert.Equal(dearer, Given(IsRequested, IsAccepted, new PricesChanged(dearer, Noon)).Terms!.Prices);
        Refuses(MerchantRejection.NotAccepted, Given(IsRequested), new ChangePrices(dearer, Noon));
        Refuses(MerchantRejection.NotAccepted, Given(IsRequested), new ChangeAccount(account, Noon));
    }

    [Fact]
    public void Another_acceptor_text_is_another_version_and_the_old_one_is_kept()
    {
        var changed = new AcceptorChanged(Moved, 2, Noon);
        var state = Given(IsRequested, IsAccepted, changed);

        Gives(Given(IsRequested, IsAccepted), new ChangeAcceptor(Moved, Noon), changed);
        Gives(state, new ChangeAcceptor(Moved, Noon));
        Gives(state, new ChangeAcceptor(BakeryAcceptor, Noon), new AcceptorChanged(BakeryAcceptor, 3, Noon));
        Assert.Equal(2, state.Terms!.Version);
        Assert.Equal(BakeryAcceptor, state.Facts!.AcceptorAt(1));
        Assert.Equal(Moved, state.Facts!.AcceptorAt(2));
    }

    [Theory]
    [Rule("R112")]
    [Rule("I26")]
    [Rule("E88")]
    [InlineData("2027-01-31T22:59:59Z", "2027-01-31T23:00:00Z")]
    [InlineData("2027-01-31T23:00:00Z", "2027-02-28T23:00:00Z")]
    [InlineData("2027-02-02T09:00:00Z", "2027-02-28T23:00:00Z")]
    [InlineData("2027-03-15T09:00:00Z", "2027-03-31T22:00:00Z")]
    [InlineData("2026-12-31T22:59:59Z", "2026-12-31T23:00:00Z")]
    [InlineData("2028-02-29T12:00:00Z", "2028-02-29T23:00:00Z")]
    public void A_termination_takes_effect_when_the_month_of_its_receipt_ends_in_Paris(string receivedAt, string effectiveAt)
    {
        var received = InstantPattern.General.Parse(receivedAt).Value;
        var until = InstantPattern.General.Parse(effectiveAt).Value;
        var typedIn = received + Duration.FromDays(40);

        var state = Given(IsRequested, IsAccepted);
        var terminated = new ContractTerminated("RAR-1", received, until, typedIn);

        Gives(state, new Terminate("RAR-1", received, typedIn), terminated);
        var terms = Merchant.Evolve(state, terminated).Terms!;
        Assert.True(terms.Covers(until - Duration.Epsilon));
        Assert.False(terms.Covers(until));
    }

    [Fact]
    [Rule("R110")]
    [Rule("R111")]
    public void A_termination_needs_a_proof_that_has_been_received()
    {
        var state = Given(IsRequested, IsAccepted);

        Refuses(MerchantRejection.ProofMissing, state, new Terminate("", Noon, Noon));
        Refuses(MerchantRejection.ReceivedInTheFuture, state, new Terminate("RAR-1", Noon + Duration.Epsilon, Noon));
        Refuses(MerchantRejection.NotAccepted, Given(IsRequested), new Terminate("RAR-1", Noon, Noon));
        Gives(state, new Terminate("RAR-1", Noon, Noon), IsTerminated);
    }

    [Fact]
    [Rule("R113")]
    [Rule("E90")]
    [Rule("I29")]
    public void A_terminated_contract_does_not_come_back()
    {
        var state = Given(IsRequested, IsAccepted, IsTerminated);

        Gives(state, new Terminate("RAR-1", Noon, Noon));
        Refuses(MerchantRejection.ContractTerminated, state, new Terminate("RAR-2", Noon, Noon));
        Refuses(MerchantRejection.ContractTerminated, state, RequestIt);
        Refuses(MerchantRejection.ContractTerminated, state, new AcceptContract("adviser-1", Noon));
        Refuses(MerchantRejection.ContractTerminated, state, new RefuseContract("adviser-1", "why", Noon));
        Refuses(MerchantRejection.ContractTerminated, state, new ChangePrices(Prices, Noon));
        Refuses(MerchantRejection.ContractTerminated, state, new ChangeAcceptor(Moved, Noon));
    }

    [Fact]
    [Rule("I32")]
    public void After_the_end_the_account_may_move_and_credentials_still_open_the_history()
    {
        var state = Given(IsRequested, IsAccepted, IsTerminated);
        var account = new SettlementAccount("FR7630003000000000000000002");

        Gives(state, new ChangeAccount(account, Noon), new AccountChanged(account, Noon));
        Gives(state, new RecordCredentialRight(Credential.Password, Command, Noon), new CredentialAccepted(Credential.Password, Command, Noon));
        Assert.Equal(MonthEnd, state.Terms!.EffectiveUntil);
    }

    /// <summary>Whatever instant a termination is received, the contract runs to the first instant of the next Paris month and no longer.</summary>
    [Fact]
    [Rule("I26")]
    public void A_contract_ends_at_the_first_instant_of_the_month_after_receipt() =>
        Prop.ForAll(Gen.Choose(0, 40 * 366 * 24 * 4).Select(n => Noon + Duration.FromMinutes(15L * n)).ToArbitrary(), static received =>
        {
            var state = Given(IsRequested, IsAccepted);
            var until = Merchant.Decide(state, new Terminate("RAR-1", received, received)).Events.Aggregate(state, Merchant.Evolve).Terms!.EffectiveUntil!.Value;
            var (day, end) = (ParisTime.DayOf(received), until.InZone(ParisTime.Zone));
            return end.TimeOfDay == LocalTime.Midnight && end.Day == 1 && received < until
                && new YearMonth(end.Year, end.Month) == new YearMonth(day.Year, day.Month).PlusMonths(1);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_history_that_no_decision_makes_stops_the_reader()
    {
        Assert.Throws<InvariantException>(() => Given(IsAccepted));
        Assert.Throws<InvariantException>(() => Given(IsRequested, IsRefused, IsAccepted));
        Assert.Throws<InvariantException>(() => Given(IsRequested, IsAccepted, IsTerminated, new PricesChanged(Prices, Noon)));
        Assert.Throws<InvariantException>(() => Given(IsRequested, IsAccepted, new AcceptorChanged(Moved, 3, Noon)));
        Assert.Throws<InvariantException>(() => Given(IsRequested, IsAccepted, new CredentialRejected(Credential.Password, Command, 2, Noon)));
        Assert.Throws<InvariantException>(() => Given(IsRequested, IsAccepted, new CredentialLocked(Credential.Password, Noon)));
        Assert.Throws<InvariantException>(() => Given(IsRequested, new CredentialAccepted(Credential.Password, Command, Noon)));
    }

    [Fact]
    public void Decide_answers_every_state_and_command()
    {
        MerchantState[] states =
        [
            Given(), Given(IsRequested), Given(IsRequested, IsRefused), Given(IsRequested, IsAccepted), Given(IsRequested, IsAccepted, IsTerminated),
            GivenWrong(Credential.Password, 4), GivenLocked(Credential.Password), GivenLocked(Credential.SecurityCode),
            Merchant.Evolve(GivenLocked(Credential.SecurityCode), IsTerminated),
        ];
        MerchantCommand[] commands =
        [
            RequestIt, RequestIt with { LegalName = "" }, new AcceptContract("a", Noon), new AcceptContract("", Noon), new RefuseContract("a", "b", Noon),
            new ChangePrices(Prices, Noon), new ChangePrices(Prices with { MonthlyFee = 1 }, Noon), new ChangePrices(Prices with { MonthlyFee = -1 }, Noon),
            new ChangeAcceptor(BakeryAcceptor, Noon), new ChangeAcceptor(Moved, Noon), new ChangeAccount(Account, Noon), new ChangeAccount(new SettlementAccount("FR99"), Noon),
            new Terminate("RAR-1", Noon, Noon), new Terminate("RAR-2", Noon, Noon), new Terminate("", Noon, Noon),
            .. Enum.GetValues<CredentialLetter>().Prepend((CredentialLetter)0).Select(static letter => new RecordLetterSent(letter, Noon)),
            .. Enum.GetValues<Credential>().Prepend((Credential)0).SelectMany(c => new MerchantCommand[]
            {
                new RecordCredentialRight(c, Command, Noon), new RecordCredentialWrong(c, Command, Noon), new UnlockCredential(c, "a", Noon),
            }),
        ];

        Cases.AllAnswered<Merchant, MerchantState, MerchantCommand, MerchantEvent, MerchantRejection>(states, commands);
    }
}
