using System.Security.Cryptography;
using Ledger.Api.Commands;
using Ledger.Domain.Merchants;
using Ledger.Engine;
using Ledger.EventLog;
using NodaTime;
using Credential = Ledger.Domain.Merchants.Credential;

namespace Ledger.Api.Auth;

/// <summary>A credential was right, for one command; or why the request ends here.</summary>
/// <param name="VerifiedAt">When it was checked; a repeat keeps the first time.</param>
internal sealed record CredentialVerdict(bool IsRight, bool IsLocked, int AttemptsRemaining, Instant VerifiedAt);

/// <summary>
/// Counts attempts at a merchant's secrets on the merchant's stream (D-16, I44). One command is one attempt, whatever it is repeated with:
/// the first verdict stands, so that trying many secrets under one Idempotency-Key learns nothing.
/// </summary>
internal sealed class CredentialAttempts(ILedgerEngine engine, IEventLog log, IClock clock)
{
    // 32 bytes that say which verdict a stored attempt had. Stored, so never changed.
    private static readonly byte[] Right = SHA256.HashData("ledger/credential/right"u8);
    private static readonly byte[] Wrong = SHA256.HashData("ledger/credential/wrong"u8);

    /// <param name="command">What the secret was typed for.</param>
    /// <param name="check">Asks the vault; not called for a repeat.</param>
    public async ValueTask<CredentialVerdict> RecordAsync(MerchantId merchant, Credential credential, ApiCommand command, Func<ValueTask<bool>> check, CancellationToken cancellation)
    {
        var attempt = command.Derive($"api/attempt/{(int)credential}");
        var earlier = await log.FindCommandAsync(attempt, cancellation);
        var isRight = earlier is null ? await check() : earlier.Fingerprint.Span.SequenceEqual(Right);
        return await RecordAsync(attempt, merchant, credential, command, isRight, earlier?.RecordedAt ?? clock.GetCurrentInstant(), cancellation);
    }

    /// <summary>The same where every request is an attempt of its own, repeats included, because what follows hands out something new each time.</summary>
    public ValueTask<CredentialVerdict> RecordEachAsync(MerchantId merchant, Credential credential, ApiCommand command, bool isRight, CancellationToken cancellation)
    {
        // Chance from the system: nothing is decided by it, and no two attempts may share it.
        var attempt = new Guid(RandomNumberGenerator.GetBytes(16));
        return RecordAsync(attempt, merchant, credential, command, isRight, clock.GetCurrentInstant(), cancellation);
    }

    private async ValueTask<CredentialVerdict> RecordAsync(
        Guid attempt, MerchantId merchant, Credential credential, ApiCommand command, bool isRight, Instant verifiedAt, CancellationToken cancellation)
    {
        try
        {
            var reply = await engine.ExecuteAsync(EngineCommand.One(attempt, isRight ? Right : Wrong, merchant.Stream, Record(isRight, credential, command.Id, clock.GetCurrentInstant())), cancellation);
            return await VerdictAsync(merchant, credential, reply, isRight, verifiedAt, cancellation);
        }
        catch (CommandIdReusedException)
        {
            // Two requests with one key and different secrets at the same moment: the other one was first. Never say which was right.
            return new CredentialVerdict(IsRight: false, IsLocked: false, AttemptsRemaining: 0, verifiedAt);
        }
    }

    private static MerchantCommand Record(bool isRight, Credential credential, Guid command, Instant now) =>
        isRight ? new MerchantCommand.RecordCredentialRight(credential, command, now) : new MerchantCommand.RecordCredentialWrong(credential, command, now);

    private async ValueTask<CredentialVerdict> VerdictAsync(
        MerchantId merchant, Credential credential, CommandReply reply, bool isRight, Instant verifiedAt, CancellationToken cancellation)
    {
        if (!reply.IsAccepted) return new CredentialVerdict(false, IsLocked: true, 0, verifiedAt);
        if (isRight) return new CredentialVerdict(true, false, CredentialCounter.AttemptsMax, verifiedAt);

        var state = await engine.ReadAtAsync<MerchantState>(merchant.Stream, Replies.VersionOf(reply, merchant.Stream), cancellation);
        var counter = state.State.CounterOf(credential);
        return new CredentialVerdict(false, counter.Locked, CredentialCounter.AttemptsMax - counter.Wrong, verifiedAt);
    }
}
