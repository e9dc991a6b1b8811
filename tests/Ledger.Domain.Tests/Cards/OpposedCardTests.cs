using Ledger.Domain.Cards;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Cards.CardCommand;
using static Ledger.Domain.Cards.CardEvent;

namespace Ledger.Domain.Tests.Cards;

public class OpposedCardTests
{
    private static readonly Instant Noon = Instant.FromUtc(2026, 11, 22, 11, 0);
    private static readonly CardToken Token = new("tok_0001_a");
    private static readonly CardToken Renewed = new("tok_0002_b");
    private static readonly CardToken Third = new("tok_0003_c");
    private static readonly CardOpposed IsOpposed = new(Token, OppositionReason.Stolen, Noon);
    private static readonly CardRenewed IsRenewed = new(Token, Renewed, Noon);

    private static CardState Given(params CardEvent[] history) => history.Aggregate(OpposedCard.Initial, OpposedCard.Evolve);

    [Fact]
    [Rule("R184")]
    [Rule("R186")]
    public void Opposing_a_card_takes_effect_at_once()
    {
        var decision = OpposedCard.Decide(Given(), new Oppose(Token, OppositionReason.Stolen, Noon));

        Assert.Equal([IsOpposed], decision.Events);
        Assert.Equal(new CardState.Opposed(Token, Noon, null), Given(IsOpposed));
    }

    [Fact]
    [Rule("R186")]
    [Rule("I29")]
    public void An_opposition_is_definitive()
    {
        var again = OpposedCard.Decide(Given(IsOpposed), new Oppose(Token, OppositionReason.Lost, Noon + Duration.FromDays(1)));

        Assert.Null(again.Rejection);
        Assert.Empty(again.Events);
        Assert.IsType<CardState.Opposed>(Given(IsOpposed, IsRenewed));
        Assert.Throws<InvariantException>(() => Given(IsOpposed, IsOpposed));
        Assert.All(Cases.Of<CardCommand>(), command => Assert.Contains(command.Name, new[] { nameof(Oppose), nameof(Renew) }));
    }

    [Fact]
    [Rule("R187")]
    public void An_opposed_card_is_renewed_once_by_another()
    {
        Assert.Equal([IsRenewed], OpposedCard.Decide(Given(IsOpposed), new Renew(Renewed, Noon)).Events);
        Assert.Equal(CardRejection.NotOpposed, OpposedCard.Decide(Given(), new Renew(Renewed, Noon)).Rejection);
        Assert.Equal(CardRejection.ReplacementIsTheSameCard, OpposedCard.Decide(Given(IsOpposed), new Renew(Token, Noon)).Rejection);
        Assert.Equal(CardRejection.AlreadyRenewed, OpposedCard.Decide(Given(IsOpposed, IsRenewed), new Renew(Third, Noon)).Rejection);

        var again = OpposedCard.Decide(Given(IsOpposed, IsRenewed), new Renew(Renewed, Noon));
        Assert.Null(again.Rejection);
        Assert.Empty(again.Events);
    }

    [Fact]
    public void A_history_that_no_decision_makes_stops_the_reader()
    {
        Assert.Throws<InvariantException>(() => Given(IsRenewed));
        Assert.Throws<InvariantException>(() => Given(IsOpposed, IsRenewed, IsRenewed with { Replacement = Third }));
        Assert.Throws<InvariantException>(() => Given(IsOpposed, IsRenewed with { Token = Third }));
        Assert.Throws<InvariantException>(() => { OpposedCard.Decide(Given(IsOpposed), new Oppose(Third, OppositionReason.Lost, Noon)); });
    }

    [Fact]
    public void Decide_answers_every_state_and_command() =>
        Cases.AllAnswered<OpposedCard, CardState, CardCommand, CardEvent, CardRejection>(
            [Given(), Given(IsOpposed), Given(IsOpposed, IsRenewed)],
            [new Oppose(Token, OppositionReason.Lost, Noon), new Renew(Renewed, Noon), new Renew(Third, Noon), new Renew(Token, Noon)]);
}
