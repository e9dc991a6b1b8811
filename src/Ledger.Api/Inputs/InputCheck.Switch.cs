using Ledger.Domain.Transactions;

namespace Ledger.Api.Inputs;

/// <summary>The members of what a switch records.</summary>
internal sealed partial class InputCheck
{
    public AuthorisationCode AuthorisationCode(string member, string? text) =>
        Parse(member, text, Domain.Transactions.AuthorisationCode.IsValid, static t => new AuthorisationCode(t), "1 to 6 letters or digits.");

    public ResponseCode ResponseCode(string member, string? text) =>
        Parse(member, text, Domain.Transactions.ResponseCode.IsValid, static t => new ResponseCode(t), "Two letters or digits.");
}
