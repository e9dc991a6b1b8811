using Ledger.Api.Commands;
using Ledger.Contracts.V1;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Api.Switch;

/// <summary>From the engine's reply to a line of the answer.</summary>
internal static class SwitchAnswers
{
    public static SwitchOutcome Of(int line, string id, StreamName transaction, CommandReply reply)
    {
        var result = reply.Outcome switch
        {
            CommandOutcome.Accepted => SwitchResult.Accepted,
            CommandOutcome.AlreadyDone => SwitchResult.AlreadyDone,
            CommandOutcome.Rejected => SwitchResult.Rejected,
        };
        return new SwitchOutcome(line, id, result, Replies.ProblemOf(reply)?.Code, Version: VersionOf(reply, transaction), Position: reply.Position, Replayed: reply.Replayed);
    }

    public static SwitchOutcome Unavailable(int line, string id, string code) =>
        new(line, id, SwitchResult.Unavailable, code, RetryAfterSeconds: MailboxFullException.RetryAfterSeconds);

    /// <returns>Null where the transaction had no part in it: its terminal refused first.</returns>
    private static long? VersionOf(CommandReply reply, StreamName transaction)
    {
        foreach (var after in reply.Versions)
        {
            if (after.Stream == transaction) return after.Version;
        }

        return null;
    }
}
