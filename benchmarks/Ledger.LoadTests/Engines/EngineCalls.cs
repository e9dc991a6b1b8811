using Ledger.Engine;

namespace Ledger.LoadTests.Engines;

/// <summary>What became of one call, without throwing: a refusal costs the caller an allocation, not a stack trace.</summary>
internal static class EngineCalls
{
    /// <param name="call">Has ended; is used up by this.</param>
    /// <param name="reason">Why it failed; null otherwise.</param>
    public static CallOutcome OutcomeOf(in ValueTask<CommandReply> call, out string? reason)
    {
        reason = null;
        if (call.IsCompletedSuccessfully)
        {
            var reply = call.Result;
            if (reply.Outcome is CommandOutcome.Accepted) return CallOutcome.Accepted;

            reason = $"answered {reply.Outcome} {reply.Rejection}";
            return CallOutcome.Failed;
        }

        var fault = call.AsTask().Exception?.InnerException;
        if (fault is MailboxFullException) return CallOutcome.Refused;

        reason = fault?.Message ?? "cancelled";
        return CallOutcome.Failed;
    }
}

internal enum CallOutcome
{
    Accepted = 1,

    /// <summary>Too much was waiting; nothing happened.</summary>
    Refused = 2,

    Failed = 3,
}
