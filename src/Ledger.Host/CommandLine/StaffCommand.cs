using System.CommandLine;
using Ledger.Host.Output;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using Ledger.Vault;
using NodaTime;
using Spectre.Console;

namespace Ledger.Host.CommandLine;

/// <summary>`ledger staff add`: gives one of the bank's people a token. The only way to the first one; also beside running servers.</summary>
internal static class StaffCommand
{
    public static Command Build() => new("staff", "Tokens of the bank's people.") { BuildAdd() };

    private static Command BuildAdd()
    {
        var (data, log, connection) = (CommonOptions.Data(), CommonOptions.Log(), CommonOptions.Connection());
        var json = CommonOptions.Json();
        var name = new Argument<string>("name") { Description = "Who; an earlier token of the same name is revoked." };
        var role = new Option<StaffRole>("--role") { Description = "bank (contracts), assistance (blocks and unlocks), auditor (reads everything) or switch (records in bulk what was authorised elsewhere).", Required = true };
        var command = new Command("add", "Issue a token; it is shown once, here.") { name, role, data, log, connection, json };
        command.SetAction((result, cancellation) => Edge.RunAsync(
            token => RunAsync(CommonOptions.Place(result.GetValue(log), result.GetValue(data), result.GetValue(connection)), result.GetRequiredValue(name), result.GetValue(role), result.GetValue(json), token), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(LogPlace place, string name, StaffRole role, bool json, CancellationToken cancellation)
    {
        if (!Enum.IsDefined(role)) throw new UsageException("--role is bank, assistance, auditor or switch.");
        if (name.Trim().Length is 0 or > CredentialRules.StaffNameLengthMax) throw new UsageException($"A name has 1 to {CredentialRules.StaffNameLengthMax} characters.");

        await using var closers = new Closers();
        var credentials = await LedgerSecrets.OpenCredentialsAsync(place, CredentialStore.IterationsDefault, closers, cancellation);
        var token = await credentials.IssueStaffTokenAsync(new StaffGrant(name, role, SystemClock.Instance.GetCurrentInstant()), cancellation);
        if (json) JsonOut.Write(new { name, role = role.ToString().ToLowerInvariant(), token });
        else Terminal.Out.WriteLine($"{role} token of {name}, shown this once:\n{token}");
        return ExitCode.Ok;
    }
}
