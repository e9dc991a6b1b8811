namespace Ledger.Contracts.V1;

/// <summary>Stable codes of <see cref="Problem.Code"/>: append, never rename. What each means is its title, in English and French, in the API's resources.</summary>
public static class ProblemCodes
{
    /// <summary>Refusals of the transaction.</summary>
    public static class Transaction
    {
        public const string NotRequested = "transaction.notRequested";
        public const string AlreadyRequested = "transaction.alreadyRequested";
        public const string ContractNotEffective = "transaction.contractNotEffective";
        public const string MerchantDiffers = "transaction.merchantDiffers";
        public const string CurrencyNotAccepted = "transaction.currencyNotAccepted";
        public const string AmountOutOfRange = "transaction.amountOutOfRange";
        public const string ContactMissing = "transaction.contactMissing";
        public const string ContactNotWanted = "transaction.contactNotWanted";
        public const string WrongState = "transaction.wrongState";
        public const string ExchangeDiffers = "transaction.exchangeDiffers";
        public const string CardOpposed = "transaction.cardOpposed";
        public const string BrandNotAccepted = "transaction.brandNotAccepted";
        public const string EntryModeNotAccepted = "transaction.entryModeNotAccepted";
        public const string ConfirmationMissing = "transaction.confirmationMissing";
        public const string SecurityCodeNotVerified = "transaction.securityCodeNotVerified";
        public const string OutcomeUnknown = "transaction.outcomeUnknown";
        public const string CardNotPresented = "transaction.cardNotPresented";
        public const string CardDiffers = "transaction.cardDiffers";
        public const string AlreadyCancelled = "transaction.alreadyCancelled";
        public const string DayIsOver = "transaction.dayIsOver";
        public const string DayNotOver = "transaction.dayNotOver";
        public const string AlreadyRemitted = "transaction.alreadyRemitted";
        public const string AmountDiffers = "transaction.amountDiffers";
        public const string ExceedsRefundable = "transaction.exceedsRefundable";
        public const string TooOld = "transaction.tooOld";
        public const string RefundNotFound = "transaction.refundNotFound";
        public const string RefundIdReused = "transaction.refundIdReused";
        public const string RemittanceDiffers = "transaction.remittanceDiffers";
        public const string CancellationPending = "transaction.cancellationPending";
        public const string TicketNotAvailable = "transaction.ticketNotAvailable";
        public const string TooManyRefunds = "transaction.tooManyRefunds";
        public const string ChannelNotAllowed = "transaction.channelNotAllowed";
        public const string TooManyExchanges = "transaction.tooManyExchanges";
    }

    /// <summary>Refusals of the terminal.</summary>
    public static class Terminal
    {
        public const string NotRegistered = "terminal.notRegistered";
        public const string AlreadyRegistered = "terminal.alreadyRegistered";
        public const string FactsInvalid = "terminal.factsInvalid";
        public const string BlockedForGood = "terminal.blockedForGood";
        public const string Blocked = "terminal.blocked";
        public const string NotBlocked = "terminal.notBlocked";
        public const string StillUnblockable = "terminal.stillUnblockable";
        public const string ChannelNotAllowed = "terminal.channelNotAllowed";
        public const string NotActivated = "terminal.notActivated";
        public const string MerchantDiffers = "terminal.merchantDiffers";
        public const string DeviceDiffers = "terminal.deviceDiffers";
        public const string ContractNotEffective = "terminal.contractNotEffective";
        public const string Busy = "terminal.busy";
        public const string PreviousOutcomeUnknown = "terminal.previousOutcomeUnknown";
        public const string SaleAlreadyPaid = "terminal.saleAlreadyPaid";
        public const string TooManySetAside = "terminal.tooManySetAside";
        public const string TransactionNotOpen = "terminal.transactionNotOpen";
        public const string NotLinked = "terminal.notLinked";
        public const string SerialDiffers = "terminal.serialDiffers";
    }

    /// <summary>Refusals of the contract.</summary>
    public static class Merchant
    {
        public const string NotRequested = "merchant.notRequested";
        public const string AlreadyRequested = "merchant.alreadyRequested";
        public const string FactsInvalid = "merchant.factsInvalid";
        public const string PricesInvalid = "merchant.pricesInvalid";
        public const string ContractRefused = "merchant.contractRefused";
        public const string ContractTerminated = "merchant.contractTerminated";
        public const string NotAccepted = "merchant.notAccepted";
        public const string AlreadyAccepted = "merchant.alreadyAccepted";
        public const string ProofMissing = "merchant.proofMissing";
        public const string ReceivedInTheFuture = "merchant.receivedInTheFuture";
        public const string CredentialLocked = "merchant.credentialLocked";
        public const string CredentialNotLocked = "merchant.credentialNotLocked";
        public const string IdentifierNotSent = "merchant.identifierNotSent";
        public const string PasswordLetterTooEarly = "merchant.passwordLetterTooEarly";
    }

    /// <summary>Refusals of an opposed card.</summary>
    public static class Card
    {
        public const string NotOpposed = "card.notOpposed";
        public const string AlreadyRenewed = "card.alreadyRenewed";
        public const string ReplacementIsTheSameCard = "card.replacementIsTheSameCard";
    }

    /// <summary>Refusals of a complaint.</summary>
    public static class Complaint
    {
        public const string NotOpened = "complaint.notOpened";
        public const string AlreadyOpened = "complaint.alreadyOpened";
        public const string TextInvalid = "complaint.textInvalid";
        public const string DaysInvalid = "complaint.daysInvalid";
        public const string TransactionNotFound = "complaint.transactionNotFound";
        public const string TicketNotIssued = "complaint.ticketNotIssued";
        public const string AlreadyInWriting = "complaint.alreadyInWriting";
        public const string AlreadyAnswered = "complaint.alreadyAnswered";
        public const string HoldingReplyAlreadySent = "complaint.holdingReplyAlreadySent";
        public const string AnswerOverdue = "complaint.answerOverdue";
        public const string AnswerDateOutOfRange = "complaint.answerDateOutOfRange";
        public const string AlreadyEscalated = "complaint.alreadyEscalated";
        public const string NotInWriting = "complaint.notInWriting";
        public const string AnswerNotDue = "complaint.answerNotDue";
        public const string NotEscalated = "complaint.notEscalated";
        public const string MediationOver = "complaint.mediationOver";
    }

    /// <summary>Refusals of a remittance.</summary>
    public static class Remittance
    {
        public const string NotOpened = "remittance.notOpened";
        public const string AlreadyOpened = "remittance.alreadyOpened";
        public const string DayNotOver = "remittance.dayNotOver";
        public const string AlreadyClosed = "remittance.alreadyClosed";
        public const string LineCountOutOfRange = "remittance.lineCountOutOfRange";
        public const string LineInvalid = "remittance.lineInvalid";
        public const string NoLines = "remittance.noLines";
        public const string NotClosed = "remittance.notClosed";
        public const string DayOutOfRange = "remittance.dayOutOfRange";
        public const string CreditDateNotReached = "remittance.creditDateNotReached";
    }

    /// <summary>The request itself.</summary>
    public static class Request
    {
        public const string Malformed = "request.malformed";
        public const string Invalid = "request.invalid";
        public const string BodyTooLarge = "request.bodyTooLarge";
        public const string MediaTypeNotSupported = "request.mediaTypeNotSupported";
        public const string NotFound = "request.notFound";
        public const string MethodNotAllowed = "request.methodNotAllowed";
        public const string TimedOut = "request.timedOut";
        public const string TooMany = "request.tooMany";
        public const string CursorInvalid = "request.cursorInvalid";
        public const string Refused = "request.refused";
    }

    /// <summary>The Idempotency-Key.</summary>
    public static class Idempotency
    {
        public const string KeyMissing = "idempotency.keyMissing";
        public const string KeyInvalid = "idempotency.keyInvalid";
        public const string KeyReused = "idempotency.keyReused";
    }

    /// <summary>Who asks.</summary>
    public static class Auth
    {
        public const string Missing = "auth.missing";
        public const string TokenInvalid = "auth.tokenInvalid";
        public const string Forbidden = "auth.forbidden";
        public const string DeviceReplaced = "auth.deviceReplaced";
    }

    /// <summary>Identifier, password and serial; one answer for all, so that nothing is told (I44).</summary>
    public static class Activation
    {
        public const string Refused = "activation.refused";
    }

    /// <summary>The six digits.</summary>
    public static class SecurityCode
    {
        public const string Wrong = "securityCode.wrong";
        public const string Locked = "securityCode.locked";
    }

    /// <summary>The client's contact.</summary>
    public static class Contact
    {
        public const string AlreadyErased = "contact.alreadyErased";
    }

    /// <summary>Replays and verification.</summary>
    public static class Audit
    {
        public const string StreamNotFound = "audit.streamNotFound";
    }

    /// <summary>What the bank hands out.</summary>
    public static class Credentials
    {
        public const string IdentifierTaken = "credentials.identifierTaken";
    }

    /// <summary>Our side.</summary>
    public static class Server
    {
        public const string Busy = "server.busy";
        public const string LogUnavailable = "server.logUnavailable";
        public const string NotCaughtUp = "server.notCaughtUp";
        public const string Error = "server.error";
    }
}
