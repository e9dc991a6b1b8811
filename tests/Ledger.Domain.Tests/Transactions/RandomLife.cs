using Ledger.Domain.Calendars;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Remittances;
using Ledger.Domain.Tickets;
using Ledger.Domain.Transactions;
using NodaTime;
using static Ledger.Domain.Transactions.TransactionCommand;

namespace Ledger.Domain.Tests.Transactions;

/// <summary>One step of a random life: what is asked, how much time passes before, and which mistakes are made.</summary>
/// <param name="Pick">Chooses among exchanges, refunds, reasons.</param>
/// <param name="Mistake">0 to 9; most values make none.</param>
public sealed record Step(Ask Ask, Wait Wait, int Cents, int Pick, int Mistake);

public enum Ask
{
    Request, Progress, Send, Approve, ApproveOther, Decline, NoAnswer, NotFound, Abort, Complete, Reversed,
    Cancel, Cancelled, CancellationRefused,
    Refund, RefundApproved, RefundDeclined, RefundNoAnswer, CancelRefund, RefundCancelled, RefundCancellationRefused,
    Remit, RemitRefund, Ticket, Contradict, ContradictionUndone,
}

public enum Wait
{
    None, Tick, Second, Minutes, ToLastTickOfDay, ToMidnight, StepBack, Day, Months,
}

/// <summary>Turns steps into commands. Never asks what the transaction thinks; only which ids were used before.</summary>
internal sealed class RandomLife(Instant start)
{
    private readonly List<ExchangeId> _exchanges = [];
    private Instant _now = start;

    public Story Story { get; private set; } = Story.New;

    public HashSet<Type> Seen { get; } = [];

    /// <summary>Decides one step, checks what an accepted command must have shown, and takes in its events.</summary>
    /// <returns>Whether anything happened.</returns>
    public bool Take(Step step)
    {
        _now = After(_now, step.Wait);
        var command = CommandOf(step);
        var decision = Story.When(command);
        if (!decision.Events.IsEmpty) CheckAccepted(command);
        Story = Story.Apply(decision);
        Seen.UnionWith(decision.Events.Select(e => e.GetType()));
        return !decision.Events.IsEmpty;
    }

    /// <summary>I34, I35: for what needs the code and the card.</summary>
    private void CheckAccepted(TransactionCommand command)
    {
        var (proof, card, mayLackCard) = command switch
        {
            RequestCancellation c => (c.Proof, c.PresentedCard, c.Channel == Channel.WebSpace),
            RequestRefundCancellation c => (c.Proof, c.PresentedCard, c.Channel == Channel.WebSpace),
            RequestRefund c => (c.Proof, c.PresentedCard, false),
            _ => (null, null, true),
        };
        if (proof is null) return;

        Assert.Equal(proof.CommandId, proof.VerifiedFor);
        Assert.InRange(_now - proof.VerifiedAt, Duration.Zero, Duration.FromMinutes(5));
        if (card is null)
        {
            Assert.True(mayLackCard);
            return;
        }

        Assert.True(card.Token == Sample.OriginalCard.Token || (card.Account is not null && card.Account == Sample.OriginalCard.Account));
        Assert.Equal(Sample.OriginalCard.Brand, card.Brand);
    }

    private static Instant After(Instant now, Wait wait) => wait switch
    {
        Wait.None => now,
        Wait.Tick => now + Duration.Epsilon,
        Wait.Second => now + Duration.FromSeconds(1),
        Wait.Minutes => now + Duration.FromMinutes(20),
        Wait.ToLastTickOfDay => ParisTime.EndOf(ParisTime.DayOf(now)) - Duration.Epsilon,
        Wait.ToMidnight => ParisTime.EndOf(ParisTime.DayOf(now)),
        Wait.StepBack => now - Duration.FromSeconds(2),
        Wait.Day => now + Duration.FromHours(24),
        Wait.Months => now + Duration.FromDays(200),
    };

    private TransactionCommand CommandOf(Step step)
    {
        var refund = new RefundId(Sample.Id(50 + (step.Pick % 3)));
        var remittance = new RemittanceId(Sample.Bakery, ParisTime.DayOf(_now).PlusDays(-1 - (step.Mistake / 8)));
        return step.Ask switch
        {
            Ask.Request => Sample.Request(Money.Eur(step.Cents), _now),
            Ask.Progress => new ReportProgress((CardStage)(1 + (step.Pick % 3)), _now),
            Ask.Send => Sample.Send() with { Exchange = NewExchange(step), Now = _now },
            Ask.Approve => new RecordApproval(Answered(step), AmountOr(step), Sample.Code, ResponseCode.Ok, _now),
            Ask.ApproveOther => new RecordApproval(Answered(step), Money.Eur(step.Cents), Sample.Code, ResponseCode.Ok, _now),
            Ask.Decline => new RecordDecline(Answered(step), Sample.Refused, _now),
            Ask.NoAnswer => new RecordNoAnswer(Answered(step), (UnknownReason)(1 + (step.Pick % 5)), _now),
            Ask.NotFound => new RecordNotFound(Answered(step), _now),
            Ask.Abort => new Abort((AbortReason)(1 + (step.Pick % 11)), _now),
            Ask.Complete => Sample.Complete() with { Now = _now },
            Ask.Reversed => new RecordReversed(Answered(step), step.Pick % 2 == 0, _now),
            Ask.Cancel => Sample.Cancel(_now) with
            {
                Exchange = NewExchange(step),
                Amount = AmountOr(step),
                PresentedCard = CardOf(step),
                Proof = ProofOf(step),
            },
            Ask.Cancelled => new RecordCancelled(Answered(step), _now),
            Ask.CancellationRefused => new RecordCancellationRefused(Answered(step), Sample.Refused, _now),
            Ask.Refund => Sample.Refund(refund, Money.Eur(step.Cents), _now) with
            {
                Exchange = NewExchange(step),
                PresentedCard = CardOf(step) ?? Sample.SameCard,
                Proof = ProofOf(step),
            },
            Ask.RefundApproved => new RecordRefundApproved(refund, Answered(step, refund), null, _now),
            Ask.RefundDeclined => new RecordRefundDeclined(refund, Answered(step, refund), Sample.Refused, _now),
            Ask.RefundNoAnswer => new RecordRefundNoAnswer(refund, Answered(step, refund), UnknownReason.ConnectionLost, _now),
            Ask.CancelRefund => CancelRefund(step, refund),
            Ask.RefundCancelled => new RecordRefundCancelled(refund, Answered(step), _now),
            Ask.RefundCancellationRefused => new RecordRefundCancellationRefused(refund, Answered(step), Sample.Refused, _now),
            Ask.Remit => new Remit(remittance, _now),
            Ask.RemitRefund => new RemitRefund(refund, remittance, _now),
            Ask.Ticket => Ticket(step, refund),
            Ask.Contradict => new RecordContradiction(Answered(step), Sample.Refused, step.Pick % 2 == 0 ? AmountOr(step) : null, _now),
            Ask.ContradictionUndone => new RecordContradictionUndone(Answered(step), step.Pick % 2 == 0, _now),
        };
    }

    private TransactionCommand CancelRefund(Step step, RefundId refund)
    {
        var asked = Story.History.OfType<TransactionEvent.RefundRequested>().LastOrDefault(e => e.RefundId == refund)?.Amount;
        return new RequestRefundCancellation(
            refund, NewExchange(step), asked ?? Sample.Amount, CardOf(step), ProofOf(step), Sample.Contract, TicketChoice.Paper, null, (Channel)(1 + (step.Mistake % 2)), _now);
    }

    private TransactionCommand Ticket(Step step, RefundId refund)
    {
        var kind = (TicketKind)(1 + (step.Pick % 4));
        RefundId? of = step.Mistake % 2 == 0 ? null : refund;
        return (step.Pick % 3) switch
        {
            0 => new RecordTicketSent(kind, of, TicketChoice.Email, "carrier-1", _now),
            1 => new RecordTicketFailed(kind, of, TicketFailure.CarrierFailed, _now),
            _ => new ReissueTicket(kind, of, TicketCopy.Client, Channel.MobileApp, _now),
        };
    }

    /// <summary>The transaction's own amount, unless the mistake is to type another.</summary>
    private Money AmountOr(Step step) =>
        step.Mistake != 1 && Story.History.OfType<TransactionEvent.Requested>().FirstOrDefault() is { } requested ? requested.Amount : Money.Eur(step.Cents);

    private ExchangeId NewExchange(Step step)
    {
        if (step.Mistake == 2 && _exchanges.Count > 0) return _exchanges[step.Pick % _exchanges.Count];

        _exchanges.Add(new ExchangeId(Sample.Id(1_000 + _exchanges.Count)));
        return _exchanges[^1];
    }

    /// <summary>The question that an answer names: mostly the last one accepted, sometimes any other.</summary>
    private ExchangeId Answered(Step step, RefundId? refund = null)
    {
        if (step.Mistake == 3 && _exchanges.Count > 0) return _exchanges[step.Pick % _exchanges.Count];

        return Story.History.Reverse().Select(e => e switch
        {
            TransactionEvent.RefundRequested r when refund is null || r.RefundId == refund => r.Exchange,
            TransactionEvent.AuthorisationSent q when refund is null => q.Exchange,
            TransactionEvent.CancellationRequested q when refund is null => q.Exchange,
            TransactionEvent.RefundCancellationRequested q when refund is null => q.Exchange,
            _ => (ExchangeId?)null,
        }).FirstOrDefault(e => e is not null) ?? Sample.UnknownExchange;
    }

    private static PresentedCard? CardOf(Step step) => step.Mistake switch
    {
        4 => null,
        5 => new PresentedCard(new CardToken("tok_other"), CardBrand.Cb, null),
        6 => new PresentedCard(new CardToken("tok_renewed"), CardBrand.Cb, Sample.OriginalCard.Account),
        7 => Sample.SameCard with { Brand = CardBrand.Visa },
        _ => Sample.SameCard,
    };

    private SecurityCodeProof ProofOf(Step step) => step.Mistake switch
    {
        8 => Sample.Proof(_now - Duration.FromMinutes(5) - (step.Pick % 2 == 0 ? Duration.Zero : Duration.Epsilon)),
        9 => step.Pick % 2 == 0 ? Sample.Proof(_now + Duration.Epsilon) : Sample.Proof(_now) with { VerifiedFor = Sample.Id(801) },
        _ => Sample.Proof(_now),
    };
}
