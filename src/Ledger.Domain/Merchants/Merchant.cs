using System.Diagnostics;
using Ledger.Domain.Calendars;
using NodaTime;
using static Ledger.Domain.Merchants.MerchantCommand;
using static Ledger.Domain.Merchants.MerchantEvent;
using static Ledger.Domain.Merchants.MerchantState;

namespace Ledger.Domain.Merchants;

using Decision = Decision<MerchantEvent, MerchantRejection>;

/// <summary>One contract, from the branch's request to its end. Pure: no clock, no store, no logging.</summary>
public sealed class Merchant : IDecider<MerchantState, MerchantCommand, MerchantEvent, MerchantRejection>
{
    private Merchant() { }

    /// <summary>« courrier séparé 48h plus tard » (R096).</summary>
    public static readonly Duration PasswordLetterDelay = Duration.FromHours(48);

    public static string Category => "merchant";

    public static MerchantState Initial { get; } = new Unknown();

    public static Decision Decide(MerchantState state, MerchantCommand command) => (state, command) switch
    {
        (Unknown, RequestContract request) => DecideRequest(request),
        (Unknown, _) => MerchantRejection.NotRequested,
        (Requested or Accepted, RequestContract request) => FactsOf(request) == state.Facts ? Decision.AlreadyDone : MerchantRejection.AlreadyRequested,
        _ when ContractRules.FaultOf(command) is { } fault => fault,

        (Requested, AcceptContract accept) => new ContractAccepted(accept.AcceptedBy, accept.Now),
        (Requested, RefuseContract refuse) => new ContractRefused(refuse.RefusedBy, refuse.Reason, refuse.Now),
        (Requested, _) => MerchantRejection.NotAccepted,

        (Refused, RefuseContract) => Decision.AlreadyDone,
        (Refused, _) => MerchantRejection.ContractRefused,

        (Accepted, AcceptContract) => Decision.AlreadyDone,
        (Accepted, RefuseContract) => MerchantRejection.AlreadyAccepted,
        (Accepted s, ChangePrices change) => s.Facts.Prices == change.Prices ? Decision.AlreadyDone : new PricesChanged(change.Prices, change.Now),
        (Accepted s, ChangeAcceptor change) => DecideChangeAcceptor(s.Facts, change),
        (Accepted s, ChangeAccount change) => DecideChangeAccount(s.Facts, change),
        (Accepted s, RecordLetterSent letter) => DecideLetter(s, letter),
        (Accepted, Terminate terminate) => DecideTerminate(terminate),

        // The bank still owes the last credits after the end, so the account may still move.
        (Terminated s, ChangeAccount change) => DecideChangeAccount(s.Facts, change),
        (Terminated s, Terminate terminate) when terminate.ProofReference == s.ProofReference => Decision.AlreadyDone,

        (Accepted or Terminated, RecordCredentialRight right) => DecideRight(state, right),
        (Accepted or Terminated, RecordCredentialWrong wrong) => DecideWrong(state, wrong),
        (Accepted or Terminated, UnlockCredential unlock) => DecideUnlock(state, unlock),
        (Terminated, _) => MerchantRejection.ContractTerminated,

        _ => throw new UnreachableException($"{state.GetType().Name} x {command.GetType().Name}"),
    };

    public static MerchantState Evolve(MerchantState state, MerchantEvent @event) => (state, @event) switch
    {
        (Unknown, ContractRequested e) => new Requested(FactsOf(e)),
        (Requested s, ContractAccepted e) => new Accepted(s.Facts, e.At, default, default),
        (Requested s, ContractRefused) => new Refused(s.Facts),

        (Accepted s, PricesChanged e) => s with { Facts = s.Facts with { Prices = e.Prices } },
        (Accepted s, AcceptorChanged e) when e.Version == s.Facts.Version + 1 =>
            s with { Facts = s.Facts with { Acceptors = [.. s.Facts.Acceptors, e.Acceptor] } },
        (Accepted s, AccountChanged e) => s with { Facts = s.Facts with { Account = e.Account } },
        (Terminated s, AccountChanged e) => s with { Facts = s.Facts with { Account = e.Account } },
        (Accepted s, LetterSent { Letter: CredentialLetter.Identifier } e) => s with { IdentifierSentAt = e.At },
        (Accepted { IdentifierSentAt: not null }, LetterSent { Letter: CredentialLetter.Password }) => state,
        (Accepted s, ContractTerminated e) => new Terminated(s.Facts, s.From, e.EffectiveAt, e.ProofReference, s.Password, s.SecurityCode),

        (_, CredentialAccepted e) => state.With(e.Credential, state.CounterOf(e.Credential).AfterRight()),
        (_, CredentialRejected e) => state.With(e.Credential, state.CounterOf(e.Credential).AfterWrong(e.Attempt)),
        (_, CredentialLocked e) => state.With(e.Credential, state.CounterOf(e.Credential).AfterLock()),
        (_, CredentialUnlocked e) => state.With(e.Credential, state.CounterOf(e.Credential).AfterUnlock()),

        // A stored history that Decide could not have produced is corruption, not a request: stop.
        _ => throw new InvariantException($"{@event.GetType().Name} cannot follow {state.GetType().Name}"),
    };

    private static Decision DecideRequest(RequestContract command)
    {
        if (ContractRules.FaultOf(command) is { } fault) return fault;

        return new ContractRequested(
            command.MerchantId, command.LegalName, command.Acceptor, command.Account, command.Calendar, command.Prices, command.StripeAccepted, command.Brands, command.Now);
    }

    private static Decision DecideChangeAcceptor(ContractFacts facts, ChangeAcceptor command)
    {
        if (facts.AcceptorAt(facts.Version) == command.Acceptor) return Decision.AlreadyDone;

        return new AcceptorChanged(command.Acceptor, facts.Version + 1, command.Now);
    }

    private static Decision DecideChangeAccount(ContractFacts facts, ChangeAccount command) =>
        facts.Account == command.Account ? Decision.AlreadyDone : new AccountChanged(command.Account, command.Now);

    /// <summary>A letter may be sent again (R101); a new identifier's letter makes the password's wait anew (I27).</summary>
    private static Decision DecideLetter(Accepted state, RecordLetterSent command)
    {
        if (command.Letter == CredentialLetter.Password)
        {
            if (state.IdentifierSentAt is not { } identifierSentAt) return MerchantRejection.IdentifierNotSent;
            if (command.Now - identifierSentAt < PasswordLetterDelay) return MerchantRejection.PasswordLetterTooEarly;
        }

        return new LetterSent(command.Letter, command.Now);
    }

    private static Decision DecideTerminate(Terminate command)
    {
        if (!PlainText.IsValid(command.ProofReference, ContractRules.StaffTextLengthMax)) return MerchantRejection.ProofMissing;
        if (command.ReceivedAt > command.Now) return MerchantRejection.ReceivedInTheFuture;

        // The month of receipt counts, not that of posting or of typing it in (R112, D-12, E88).
        var received = ParisTime.DayOf(command.ReceivedAt);
        var firstOfNextMonth = new LocalDate(received.Year, received.Month, 1).PlusMonths(1);
        return new ContractTerminated(command.ProofReference, command.ReceivedAt, ParisTime.StartOf(firstOfNextMonth), command.Now);
    }

    /// <summary>A right secret is of no use while it is locked: otherwise guessing could go on (I44).</summary>
    private static Decision DecideRight(MerchantState state, RecordCredentialRight command)
    {
        if (state.CounterOf(command.Credential).Locked) return MerchantRejection.CredentialLocked;

        return new CredentialAccepted(command.Credential, command.ForCommand, command.Now);
    }

    private static Decision DecideWrong(MerchantState state, RecordCredentialWrong command)
    {
        var counter = state.CounterOf(command.Credential);
        if (counter.Locked) return MerchantRejection.CredentialLocked;

        var rejected = new CredentialRejected(command.Credential, command.ForCommand, counter.Wrong + 1, command.Now);
        if (rejected.Attempt < CredentialCounter.AttemptsMax) return rejected;

        return Decision.Accept(rejected, new CredentialLocked(command.Credential, command.Now));
    }

    private static Decision DecideUnlock(MerchantState state, UnlockCredential command)
    {
        if (!state.CounterOf(command.Credential).Locked) return MerchantRejection.CredentialNotLocked;

        return new CredentialUnlocked(command.Credential, command.UnlockedBy, command.Now);
    }

    private static ContractFacts FactsOf(RequestContract c) =>
        new(c.MerchantId, c.LegalName, [c.Acceptor], c.Account, c.Calendar, c.Prices, c.StripeAccepted, c.Brands);

    private static ContractFacts FactsOf(ContractRequested e) =>
        new(e.MerchantId, e.LegalName, [e.Acceptor], e.Account, e.Calendar, e.Prices, e.StripeAccepted, e.Brands);
}
