using System.Collections.Frozen;
using Ledger.Contracts.V1;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Problems;

/// <summary>The one table from a code to its HTTP status. The engine's rejections are found by « category.name »; a test holds that none is missing.</summary>
public static class ProblemTable
{
    private static readonly FrozenDictionary<string, int> StatusByCode = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [ProblemCodes.Transaction.NotRequested] = StatusCodes.Status404NotFound,
        [ProblemCodes.Transaction.AlreadyRequested] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.ContractNotEffective] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Transaction.MerchantDiffers] = StatusCodes.Status404NotFound,
        [ProblemCodes.Transaction.CurrencyNotAccepted] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.AmountOutOfRange] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.ContactMissing] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.ContactNotWanted] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.WrongState] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.ExchangeDiffers] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.CardOpposed] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.BrandNotAccepted] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.EntryModeNotAccepted] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.ConfirmationMissing] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.SecurityCodeNotVerified] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Transaction.OutcomeUnknown] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.CardNotPresented] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.CardDiffers] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.AlreadyCancelled] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.DayIsOver] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.DayNotOver] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.AlreadyRemitted] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.AmountDiffers] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.ExceedsRefundable] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Transaction.TooOld] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.RefundNotFound] = StatusCodes.Status404NotFound,
        [ProblemCodes.Transaction.RefundIdReused] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.RemittanceDiffers] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.CancellationPending] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.TicketNotAvailable] = StatusCodes.Status404NotFound,
        [ProblemCodes.Transaction.TooManyRefunds] = StatusCodes.Status409Conflict,
        [ProblemCodes.Transaction.ChannelNotAllowed] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Transaction.TooManyExchanges] = StatusCodes.Status409Conflict,
        [ProblemCodes.Terminal.NotRegistered] = StatusCodes.Status404NotFound,
        [ProblemCodes.Terminal.AlreadyRegistered] = StatusCodes.Status409Conflict,
        [ProblemCodes.Terminal.FactsInvalid] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Terminal.BlockedForGood] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Terminal.Blocked] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Terminal.NotBlocked] = StatusCodes.Status409Conflict,
        [ProblemCodes.Terminal.StillUnblockable] = StatusCodes.Status409Conflict,
        [ProblemCodes.Terminal.ChannelNotAllowed] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Terminal.NotActivated] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Terminal.MerchantDiffers] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Terminal.DeviceDiffers] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Terminal.ContractNotEffective] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Terminal.Busy] = StatusCodes.Status409Conflict,
        [ProblemCodes.Terminal.PreviousOutcomeUnknown] = StatusCodes.Status409Conflict,
        [ProblemCodes.Terminal.SaleAlreadyPaid] = StatusCodes.Status409Conflict,
        [ProblemCodes.Terminal.TooManySetAside] = StatusCodes.Status409Conflict,
        [ProblemCodes.Terminal.TransactionNotOpen] = StatusCodes.Status409Conflict,
        [ProblemCodes.Merchant.NotRequested] = StatusCodes.Status404NotFound,
        [ProblemCodes.Merchant.AlreadyRequested] = StatusCodes.Status409Conflict,
        [ProblemCodes.Merchant.FactsInvalid] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Merchant.PricesInvalid] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Merchant.ContractRefused] = StatusCodes.Status409Conflict,
        [ProblemCodes.Merchant.ContractTerminated] = StatusCodes.Status409Conflict,
        [ProblemCodes.Merchant.NotAccepted] = StatusCodes.Status409Conflict,
        [ProblemCodes.Merchant.AlreadyAccepted] = StatusCodes.Status409Conflict,
        [ProblemCodes.Merchant.ProofMissing] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Merchant.ReceivedInTheFuture] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Merchant.CredentialLocked] = StatusCodes.Status423Locked,
        [ProblemCodes.Merchant.CredentialNotLocked] = StatusCodes.Status409Conflict,
        [ProblemCodes.Merchant.IdentifierNotSent] = StatusCodes.Status409Conflict,
        [ProblemCodes.Merchant.PasswordLetterTooEarly] = StatusCodes.Status409Conflict,
        [ProblemCodes.Card.NotOpposed] = StatusCodes.Status409Conflict,
        [ProblemCodes.Card.AlreadyRenewed] = StatusCodes.Status409Conflict,
        [ProblemCodes.Card.ReplacementIsTheSameCard] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Remittance.NotOpened] = StatusCodes.Status404NotFound,
        [ProblemCodes.Remittance.AlreadyOpened] = StatusCodes.Status409Conflict,
        [ProblemCodes.Remittance.DayNotOver] = StatusCodes.Status409Conflict,
        [ProblemCodes.Remittance.AlreadyClosed] = StatusCodes.Status409Conflict,
        [ProblemCodes.Remittance.LineCountOutOfRange] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Remittance.LineInvalid] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Remittance.NoLines] = StatusCodes.Status409Conflict,
        [ProblemCodes.Remittance.NotClosed] = StatusCodes.Status409Conflict,
        [ProblemCodes.Remittance.DayOutOfRange] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Remittance.CreditDateNotReached] = StatusCodes.Status409Conflict,
        [ProblemCodes.Request.Malformed] = StatusCodes.Status400BadRequest,
        [ProblemCodes.Request.Invalid] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Request.BodyTooLarge] = StatusCodes.Status413PayloadTooLarge,
        [ProblemCodes.Request.MediaTypeNotSupported] = StatusCodes.Status415UnsupportedMediaType,
        [ProblemCodes.Request.NotFound] = StatusCodes.Status404NotFound,
        [ProblemCodes.Request.MethodNotAllowed] = StatusCodes.Status405MethodNotAllowed,
        [ProblemCodes.Request.TimedOut] = StatusCodes.Status503ServiceUnavailable,
        [ProblemCodes.Request.TooMany] = StatusCodes.Status429TooManyRequests,
        [ProblemCodes.Request.CursorInvalid] = StatusCodes.Status400BadRequest,
        [ProblemCodes.Request.Refused] = StatusCodes.Status400BadRequest,
        [ProblemCodes.Idempotency.KeyMissing] = StatusCodes.Status400BadRequest,
        [ProblemCodes.Idempotency.KeyInvalid] = StatusCodes.Status400BadRequest,
        [ProblemCodes.Idempotency.KeyReused] = StatusCodes.Status422UnprocessableEntity,
        [ProblemCodes.Auth.Missing] = StatusCodes.Status401Unauthorized,
        [ProblemCodes.Auth.TokenInvalid] = StatusCodes.Status401Unauthorized,
        [ProblemCodes.Auth.Forbidden] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Auth.DeviceReplaced] = StatusCodes.Status403Forbidden,
        [ProblemCodes.Activation.Refused] = StatusCodes.Status401Unauthorized,
        [ProblemCodes.SecurityCode.Wrong] = StatusCodes.Status403Forbidden,
        [ProblemCodes.SecurityCode.Locked] = StatusCodes.Status423Locked,
        [ProblemCodes.Contact.AlreadyErased] = StatusCodes.Status409Conflict,
        [ProblemCodes.Audit.StreamNotFound] = StatusCodes.Status404NotFound,
        [ProblemCodes.Credentials.IdentifierTaken] = StatusCodes.Status409Conflict,
        [ProblemCodes.Server.Busy] = StatusCodes.Status503ServiceUnavailable,
        [ProblemCodes.Server.LogUnavailable] = StatusCodes.Status503ServiceUnavailable,
        [ProblemCodes.Server.NotCaughtUp] = StatusCodes.Status503ServiceUnavailable,
        [ProblemCodes.Server.Error] = StatusCodes.Status500InternalServerError,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every code that the API may answer with.</summary>
    public static IReadOnlyCollection<string> Codes => StatusByCode.Keys;

    /// <returns>False for a code that the table does not hold.</returns>
    public static bool TryGetStatus(string code, out int status) => StatusByCode.TryGetValue(code, out status);

    /// <exception cref="KeyNotFoundException">The code is not in the table; a test holds that all are.</exception>
    public static int StatusOf(string code) => StatusByCode[code];

    /// <summary>« transaction » and « DayIsOver » make « transaction.dayIsOver ».</summary>
    public static string CodeOf(string category, string name) => $"{category}.{char.ToLowerInvariant(name[0])}{name[1..]}";
}
