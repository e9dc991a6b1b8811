using System.CommandLine;
using Ledger.Host.Audit;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using NodaTime;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger verify`: reads every event and proves that nothing was changed, lost or added; also beside a running server.</summary>
internal static class VerifyCommand
{
    public static Command Build()
    {
        var (data, log, connection) = (CommonOptions.Data(), CommonOptions.Log(), CommonOptions.Connection());
        var json = CommonOptions.Json();
        var command = new Command("verify", "Recompute every chain, check every posting and every remittance; exit code 4 and the first bad event when something is wrong.") { data, log, connection, json };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(CommonOptions.ExistingLog(result.GetValue(log), result.GetValue(data), result.GetValue(connection)), result.GetValue(json), token), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(LogPlace place, bool json, CancellationToken cancellation)
    {
        await using var log = await place.OpenForReadingAsync(cancellation);
        var verification = await Verification.RunAsync(log, SystemClock.Instance, cancellation);
        if (json) JsonOut.Write(verification.ToJson());
        else verification.Print(Terminal.Out);
        return verification.Report.IsSound ? ExitCode.Ok : ExitCode.Corrupt;
    }
}
