using System.Diagnostics;
using Ledger.Api.Commands;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;
using Ledger.Projections;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Reading;

/// <summary>From a read model's answer to HTTP.</summary>
internal static class ReadAnswers
{
    private const int RetryAfterSeconds = 1;

    /// <summary>The value as it is shown, with its position; 503 while the view is behind what was asked for.</summary>
    public static IResult Of<T>(HttpContext http, Answer<T> answer, Func<T, long, IResult> show)
    {
        switch (answer)
        {
            case Answer<T>.Reflected reflected:
                Replies.SetPosition(http, reflected.Position);
                return show(reflected.Value, reflected.Position);
            case Answer<T>.Refused refused:
                return ProblemOf(refused.Reason);
            case Answer<T>.Behind behind:
                return new ProblemResult(ProblemCodes.Server.NotCaughtUp) { RetryAfterSeconds = RetryAfterSeconds, Detail = $"{behind.View}: {behind.Reached} < {behind.Asked}" };
            default:
                throw new UnreachableException(answer.GetType().Name);
        }
    }

    private static ProblemResult ProblemOf(QueryRejection reason) => reason switch
    {
        QueryRejection.LimitOutOfRange => Invalid("limit", "Out of range."),
        QueryRejection.PositionOutOfRange => Invalid("atLeastPosition", "Not below zero."),
        QueryRejection.DaysInverted => Invalid("from", "Not after « to »."),
        QueryRejection.TooManyDays => Invalid("from", "Too many days at a time: at most three years."),
        QueryRejection.AmountsInverted => Invalid("amountMin", "Not above « amountMax »."),
        QueryRejection.CursorInvalid => new ProblemResult(ProblemCodes.Request.CursorInvalid),
        QueryRejection.CurrencyNotKept => new ProblemResult(ProblemCodes.Transaction.CurrencyNotAccepted),
    };

    private static ProblemResult Invalid(string member, string text) =>
        new(ProblemCodes.Request.Invalid) { Errors = new Dictionary<string, string>(StringComparer.Ordinal) { [member] = text } };
}
