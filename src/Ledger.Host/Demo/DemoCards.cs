using System.Globalization;
using Ledger.Acquiring.Simulation;
using Ledger.Contracts.V1;
using Ledger.Domain.Cards;
using Ledger.Domain.Transactions;
using BrandChoice = Ledger.Contracts.V1.BrandChoice;
using CardBrand = Ledger.Contracts.V1.CardBrand;
using CardCategory = Ledger.Contracts.V1.CardCategory;
using CardRegion = Ledger.Contracts.V1.CardRegion;
using EntryMode = Ledger.Contracts.V1.EntryMode;

namespace Ledger.Host.Demo;

/// <summary>The demo's cards: invented tokens and last digits. Some stand for what goes wrong at the host.</summary>
internal static class DemoCards
{
    private static readonly CardInput[] Declined = [Special("declined_51", "5151"), Special("declined_05", "0505"), Special("declined_54", "5454")];
    private static readonly CardInput AnswerLost = Special("answer_lost", "2222");
    private static readonly CardInput QuestionLost = Special("question_lost", "2121");
    private static readonly CardInput PartlyApproved = Special("partly_approved", "2323");

    /// <summary>What the simulated host does to the special cards, and after the demo to amounts (see <see cref="FaultScript.AmountsDecide"/>).</summary>
    public static FaultScript Script { get; } = new FaultScript(
        [
            OnCard(Declined[0], new Fault.Decline(new ResponseCode("51"))),
            OnCard(Declined[1], new Fault.Decline(new ResponseCode("05"))),
            OnCard(Declined[2], new Fault.Decline(new ResponseCode("54"))),
            OnCard(AnswerLost, new Fault.LostAnswer()),
            OnCard(QuestionLost, new Fault.LostRequest()),
            OnCard(PartlyApproved, new Fault.PartialApproval(Domain.Money.Eur(100))),
        ],
        []).Then(FaultScript.AmountsDecide);

    /// <summary>The card that makes a sale go that way; null where any card does.</summary>
    public static CardInput? For(SaleCourse course, SeededChance chance) => course switch
    {
        SaleCourse.Declined => chance.Pick<CardInput>(Declined),
        SaleCourse.AnswerLost or SaleCourse.AnswerLostAndLeft => AnswerLost,
        SaleCourse.QuestionLost => QuestionLost,
        SaleCourse.PartlyApproved => PartlyApproved,
        SaleCourse.Paid or SaleCourse.PinTimedOut or SaleCourse.CardTornOut => null,
    };

    /// <summary>The next amount whose cents mean nothing to the host.</summary>
    public static long OrdinaryAmount(long cents)
    {
        var special = FaultScript.AmountsDecide.Rules.Select(static rule => rule.When).OfType<FaultTrigger.CentsAre>().Select(static when => when.Cents).ToHashSet();
        while (special.Contains((int)(cents % 100))) cents++;
        return cents;
    }

    public static CardInput Draw(SeededChance chance)
    {
        var brand = chance.Pick<CardBrand>([CardBrand.Cb, CardBrand.Cb, CardBrand.Visa, CardBrand.Mastercard]);
        var category = chance.Pick<CardCategory>([CardCategory.ConsumerDebit, CardCategory.ConsumerDebit, CardCategory.ConsumerCredit, CardCategory.Commercial]);
        var region = brand is CardBrand.Cb ? CardRegion.France : chance.Pick<CardRegion>([CardRegion.EuropeanEconomicArea, CardRegion.Elsewhere]);
        return Make($"demo_{chance.NextGuid():N}", chance.Between(0, 9_999).ToString("0000", CultureInfo.InvariantCulture), brand, category, region);
    }

    private static CardInput Special(string name, string lastFour) => Make($"demo_{name}", lastFour, CardBrand.Cb, CardCategory.ConsumerDebit, CardRegion.France);

    private static CardInput Make(string token, string lastFour, CardBrand brand, CardCategory category, CardRegion region)
    {
        var (application, label) = brand switch
        {
            CardBrand.Cb => ("A0000000421010", "CB"),
            CardBrand.Visa => ("A0000000031010", "VISA"),
            CardBrand.Mastercard => ("A0000000041010", "MASTERCARD"),
        };
        var chosenBy = brand is CardBrand.Cb ? BrandChoice.MerchantPriority : BrandChoice.OnlyBrand;
        return new CardInput(token, lastFour, brand, chosenBy, category, region, EntryMode.Chip, application, label);
    }

    private static FaultRule OnCard(CardInput card, Fault fault) => new(HostOperation.Authorise, new FaultTrigger.CardIs(new CardToken(card.Token)), fault);
}
