using System.Security.Claims;
using System.Text.Encodings.Web;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Domain.Terminals;
using Ledger.Engine;
using Ledger.Vault;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ledger.Api.Auth;

/// <summary>
/// Bearer tokens of devices and staff. A device's token is valid while the vault knows it and the terminal's own stream binds that device,
/// or works on that device's transaction (R100, E92).
/// </summary>
internal sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    ICredentialStore credentials,
    ILedgerEngine engine) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";

    private const string Prefix = "Bearer ";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization.ToString();
        if (header.Length == 0) return AuthenticateResult.NoResult();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) return AuthenticateResult.Fail("not a bearer token");

        var token = header[Prefix.Length..].Trim();
        if (token.Length > ApiLimits.TokenLengthMax) return AuthenticateResult.Fail("too long");
        if (await FindDeviceAsync(token) is { } device) return Succeed(device, device.Principal, device.Finishing is null ? Policies.Merchant : Policies.OpenPayment);
        if (await credentials.FindStaffAsync(token, Context.RequestAborted) is { } staff) return Succeed(new StaffCaller(staff.Name, staff.Role), staff.Name, PolicyOf(staff.Role));
        return AuthenticateResult.Fail("unknown");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        new ProblemResult(Request.Headers.Authorization.Count == 0 ? ProblemCodes.Auth.Missing : ProblemCodes.Auth.TokenInvalid).ExecuteAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        new ProblemResult(Context.Features.Get<DeviceCaller>()?.Finishing is null ? ProblemCodes.Auth.Forbidden : ProblemCodes.Auth.DeviceReplaced).ExecuteAsync(Context);

    private async ValueTask<DeviceCaller?> FindDeviceAsync(string token)
    {
        if (await credentials.FindDeviceAsync(token, Context.RequestAborted) is not { } grant) return null;

        var terminal = (await engine.ReadAsync<TerminalState>(grant.Terminal.Stream, Context.RequestAborted)).State;
        var isBound = terminal.Binding is { } binding && binding.Device == grant.Device && binding.MerchantId == grant.Merchant;
        var open = terminal.Work.Open;
        if (isBound) return new DeviceCaller(grant.Merchant, grant.Terminal, grant.Device, null, terminal);
        if (open?.Device == grant.Device) return new DeviceCaller(grant.Merchant, grant.Terminal, grant.Device, open.TransactionId, terminal);
        return null;
    }

    private AuthenticateResult Succeed<TCaller>(TCaller caller, string name, string role)
    {
        Context.Features.Set(caller);
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role)], SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), SchemeName));
    }

    private static string PolicyOf(StaffRole role) => role switch
    {
        StaffRole.Bank => Policies.Bank,
        StaffRole.Assistance => Policies.Assistance,
        StaffRole.Auditor => Policies.Auditor,
        StaffRole.Switch => Policies.Switch,
    };
}
