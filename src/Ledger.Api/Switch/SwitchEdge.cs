using System.Globalization;
using Ledger.Contracts.V1;
using Ledger.Engine;
using Ledger.EventLog;
using Microsoft.Extensions.Logging;

namespace Ledger.Api.Switch;

/// <summary>The edge of one command of a bulk request: every failure leaves as its outcome.</summary>
internal sealed partial class SwitchEdge(ILogger logger, string trace)
{
    public SwitchOutcome OutcomeOf(int line, string id, Exception exception) => exception switch
    {
        CommandIdReusedException => new SwitchOutcome(line, id, SwitchResult.IdReused, ProblemCodes.Idempotency.KeyReused),
        EventLogUnavailableException or EventLogFencedException or EngineFaultedException or ObjectDisposedException => Unavailable(line, id, exception),
        _ => Failed(line, id, exception),
    };

    private SwitchOutcome Unavailable(int line, string id, Exception exception)
    {
        LogUnavailable(logger, line, trace, exception.Message);
        return SwitchAnswers.Unavailable(line, id, ProblemCodes.Server.LogUnavailable);
    }

    private SwitchOutcome Failed(int line, string id, Exception exception)
    {
        var incident = string.Create(CultureInfo.InvariantCulture, $"{trace}/{line}");
        LogFailed(logger, incident, exception);
        return new SwitchOutcome(line, id, SwitchResult.Failed, ProblemCodes.Server.Error, Incident: incident);
    }

    [LoggerMessage(1, LogLevel.Warning, "Line {Line} of bulk request {Trace}: nothing can be written. {Reason}")]
    private static partial void LogUnavailable(ILogger logger, int line, string trace, string reason);

    [LoggerMessage(2, LogLevel.Error, "Bulk command, incident {Incident}: an error of ours.")]
    private static partial void LogFailed(ILogger logger, string incident, Exception exception);
}
