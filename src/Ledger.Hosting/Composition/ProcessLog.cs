using Ledger.Acquiring;
using Ledger.Acquiring.FollowUp;
using Ledger.Domain.Transactions;
using Ledger.Engine.Processes;

namespace Ledger.Hosting.Composition;

/// <summary>What the processes' operator reads: ids, counts and reasons, nothing personal. Any thread.</summary>
internal sealed partial class ProcessLog(ILogger logger) : IProcessObserver
{
    public void ActionFailed(string process, string key, Exception error) => LogAction(logger, process, key, error.Message);

    public void RunFailed(string process, Exception error) => LogRun(logger, process, error);

    /// <summary>The database does not say whether this server is the one that runs the processes.</summary>
    public void TurnUnknown(Exception trouble) => LogTurn(logger, trouble.Message);

    public void Alarm(FollowUpAlarm alarm) => LogAlarm(logger, alarm.Transaction.ToString(), alarm.Step, alarm.Attempts);

    public void Contradiction(HostContradiction found) =>
        LogContradiction(logger, found.Transaction.ToString(), found.Recorded, found.Later.GetType().Name, found.IsUndone);

    [LoggerMessage(4, LogLevel.Error, "The acquirer answered twice about transaction {Transaction}: {Recorded} is on record, then came {Later}; undone there: {IsUndone}. Call them; it stands in the transaction's events.")]
    private static partial void LogContradiction(ILogger logger, string transaction, TransactionStatus recorded, string later, bool isUndone);

    [LoggerMessage(5, LogLevel.Warning, "Whether this server's turn it is to run the processes is not known, and is asked again: {Reason}")]
    private static partial void LogTurn(ILogger logger, string reason);

    [LoggerMessage(1, LogLevel.Warning, "{Process}: row {Key} failed and is tried again: {Reason}")]
    private static partial void LogAction(ILogger logger, string process, string key, string reason);

    [LoggerMessage(2, LogLevel.Error, "{Process} could not run and tries again")]
    private static partial void LogRun(ILogger logger, string process, Exception error);

    [LoggerMessage(3, LogLevel.Error, "The acquirer has not settled transaction {Transaction} ({Step}) after {Attempts} tries: call them. It goes on being tried.")]
    private static partial void LogAlarm(ILogger logger, string transaction, FollowUpStep step, int attempts);
}
