using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain.Merchants;
using Ledger.Testing;
using NodaTime;
using static Ledger.Domain.Merchants.MerchantCommand;
using static Ledger.Domain.Merchants.MerchantEvent;
using static Ledger.Domain.Tests.Merchants.ContractSamples;
using static Ledger.Domain.Tests.Merchants.MerchantStory;

namespace Ledger.Domain.Tests.Merchants;

public class CredentialTests
{
    [Theory]
    [Rule("R075")]
    [Rule("R082")]
    [Rule("I44")]
    [InlineData(Credential.Password)]
    [InlineData(Credential.SecurityCode)]
    public void Five_wrong_attempts_in_a_row_lock_a_credential(Credential credential)
    {
        var wrong = new RecordCredentialWrong(credential, Command, Noon);

        Gives(GivenWrong(credential, 3), wrong, new CredentialRejected(credential, Command, 4, Noon));
        Gives(GivenWrong(credential, 4), wrong, new CredentialRejected(credential, Command, 5, Noon), new CredentialLocked(credential, Noon));
        Refuses(MerchantRejection.CredentialLocked, GivenLocked(credential), wrong);
        Refuses(MerchantRejection.CredentialLocked, GivenLocked(credential), new RecordCredentialRight(credential, Command, Noon));
    }

    [Fact]
    [Rule("R075")]
    [Rule("I44")]
    public void A_right_attempt_starts_the_count_again()
    {
        var state = Merchant.Evolve(GivenWrong(Credential.SecurityCode, 4), new CredentialAccepted(Credential.SecurityCode, Command, Noon));

        Gives(state, new RecordCredentialWrong(Credential.SecurityCode, Command, Noon), new CredentialRejected(Credential.SecurityCode, Command, 1, Noon));
    }

    [Fact]
    [Rule("R096")]
    public void The_password_leaves_48_hours_after_the_identifier()
    {
        var accepted = Given(IsRequested, IsAccepted);
        var sent = Given(IsRequested, IsAccepted, new LetterSent(CredentialLetter.Identifier, Noon));
        var password = new RecordLetterSent(CredentialLetter.Password, Noon + Merchant.PasswordLetterDelay);

        Gives(accepted, new RecordLetterSent(CredentialLetter.Identifier, Noon), new LetterSent(CredentialLetter.Identifier, Noon));
        Refuses(MerchantRejection.IdentifierNotSent, accepted, password);
        Refuses(MerchantRejection.PasswordLetterTooEarly, sent, password with { Now = password.Now - Duration.Epsilon });
        Gives(sent, password, new LetterSent(CredentialLetter.Password, password.Now));
        Refuses(MerchantRejection.NotAccepted, Given(IsRequested), password);
        Refuses(MerchantRejection.ContractTerminated, Given(IsRequested, IsAccepted, IsTerminated), password);
    }

    [Fact]
    [Rule("I27")]
    public void No_password_letter_ever_follows_an_identifier_letter_within_48_hours() =>
        Prop.ForAll<(bool IsPassword, PositiveInt Minutes)[]>(letters =>
        {
            var (state, now, identifierSentAt) = (Given(IsRequested, IsAccepted), Noon, (Instant?)null);
            foreach (var (isPassword, minutes) in letters)
            {
                now += Duration.FromMinutes(minutes.Get * 40L);
                var decision = Merchant.Decide(state, new RecordLetterSent(isPassword ? CredentialLetter.Password : CredentialLetter.Identifier, now));
                var mayLeave = !isPassword || (identifierSentAt is { } sent && now - sent >= Duration.FromHours(48));
                if (mayLeave != decision.Rejection is null) return false;

                state = decision.Events.Aggregate(state, Merchant.Evolve);
                if (!isPassword) identifierSentAt = now;
            }

            return true;
        }).QuickCheckThrowOnFailure();

    [Fact]
    [Rule("R101")]
    public void Assistance_unlocks_what_is_locked()
    {
        var unlocked = new CredentialUnlocked(Credential.SecurityCode, "assistance-3", Noon);

        Gives(GivenLocked(Credential.SecurityCode), new UnlockCredential(Credential.SecurityCode, "assistance-3", Noon), unlocked);
        Refuses(MerchantRejection.CredentialNotLocked, GivenLocked(Credential.SecurityCode), new UnlockCredential(Credential.Password, "assistance-3", Noon));
        Refuses(MerchantRejection.FactsInvalid, GivenLocked(Credential.SecurityCode), new UnlockCredential(Credential.SecurityCode, "", Noon));
        Assert.Equal(Given(IsRequested, IsAccepted), Merchant.Evolve(GivenLocked(Credential.SecurityCode), unlocked));
    }

    [Fact]
    [Rule("I44")]
    public void The_password_and_the_security_code_are_counted_apart()
    {
        var state = GivenLocked(Credential.SecurityCode);

        Gives(state, new RecordCredentialWrong(Credential.Password, Command, Noon), new CredentialRejected(Credential.Password, Command, 1, Noon));
    }

    /// <summary>For any sequence of right, wrong and unlock: locked exactly after five wrong in a row, and nothing but an unlock ends it.</summary>
    [Fact]
    [Rule("I44")]
    public void A_credential_is_locked_exactly_after_five_wrong_in_a_row() =>
        Prop.ForAll(Gen.Elements('w', 'w', 'w', 'w', 'r', 'u').ArrayOf().ToArbitrary(), static attempts =>
        {
            var (state, wrong, locked) = (Given(IsRequested, IsAccepted), 0, false);
            foreach (var attempt in attempts)
            {
                var decision = Merchant.Decide(state, attempt switch
                {
                    'w' => new RecordCredentialWrong(Credential.SecurityCode, Command, Noon),
                    'r' => new RecordCredentialRight(Credential.SecurityCode, Command, Noon),
                    _ => new UnlockCredential(Credential.SecurityCode, "assistance-3", Noon),
                });
                if (decision.Rejection is null != (attempt == 'u' ? locked : !locked)) return false;

                if (decision.Rejection is null) wrong = attempt == 'w' ? wrong + 1 : 0;
                locked = wrong == 5;
                state = decision.Events.Aggregate(state, Merchant.Evolve);
                if (state.CounterOf(Credential.SecurityCode) != new CredentialCounter(wrong, locked)) return false;
            }

            return true;
        }).QuickCheckThrowOnFailure();
}
