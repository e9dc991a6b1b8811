using System.Globalization;
using Ledger.Acquiring;
using Ledger.Api.Commands;
using Ledger.Api.Problems;
using Ledger.Api.Texts;
using Ledger.Contracts.V1;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Payments;

/// <summary>Transactions as HTTP answers.</summary>
internal static class TransactionAnswers
{
    public static ProblemResult NotFound => new(ProblemCodes.Transaction.NotRequested);

    /// <summary>A reading answer with its entity tag; 304 when the caller has it.</summary>
    public static IResult Of(HttpContext http, StreamState<TransactionState> transaction)
    {
        var language = ApiTexts.LanguageOf(http.Request);
        var tag = TagOf(transaction.Version, language);
        SetTag(http, tag, language);
        if (http.Request.Headers.IfNoneMatch.Any(given => Matches(given, tag))) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return Replies.Json(TransactionViews.Of(transaction, language));
    }

    /// <summary>The desk's reply: the transaction as it was right after it, 202 while its outcome is out, or the refusal.</summary>
    /// <param name="messageOf">What the operation says of the state after it; null for what the state itself says.</param>
    public static IResult Of(HttpContext http, ApiCommand command, DeskReply reply, Func<TransactionState, string?>? messageOf = null, int status = StatusCodes.Status200OK)
    {
        Replies.SetHeaders(http, command, reply.Reply);
        if (reply.Reply.Rejection is { } rejection) return ProblemOf(rejection, reply.Transaction?.State);
        if (reply.Transaction is not { } transaction) return NotFound;

        var language = ApiTexts.LanguageOf(http.Request);
        var message = messageOf?.Invoke(transaction.State) ?? TransactionViews.MessageOf(transaction.State);
        SetTag(http, TagOf(transaction.Version, language), language);
        if (status == StatusCodes.Status201Created) http.Response.Headers.Location = $"/v1/payments/{transaction.Stream.Id}";
        return Replies.Json(TransactionViews.Of(transaction, language, message), IsOut(message) ? StatusCodes.Status202Accepted : status);
    }

    /// <summary>A state that does not allow it is named.</summary>
    private static ProblemResult ProblemOf(CommandRejection rejection, TransactionState? state)
    {
        var code = Replies.ProblemOf(rejection).Code;
        var names = code == ProblemCodes.Transaction.WrongState && state is not (null or TransactionState.New);
        return new ProblemResult(code) { Detail = names ? WireEnumConverter<Contracts.V1.TransactionStatus>.NameOf(Wire.Of(state!.StatusOf())) : null };
    }

    private static bool IsOut(string? message) => message is MessageCodes.OutcomeUnknown or MessageCodes.CancellationPending;

    private static void SetTag(HttpContext http, string tag, Language language)
    {
        http.Response.Headers.ETag = tag;
        http.Response.Headers.ContentLanguage = ApiTexts.TagOf(language);
        http.Response.Headers.CacheControl = "private, no-cache";
    }

    // Strong: version and language make the bytes.
    private static string TagOf(long version, Language language) => string.Create(CultureInfo.InvariantCulture, $"\"{version}-{ApiTexts.TagOf(language)}\"");

    private static bool Matches(string? given, string tag) =>
        given is not null && (given.Trim() == "*" || given.Split(',').Any(one => one.Trim() == tag));
}
