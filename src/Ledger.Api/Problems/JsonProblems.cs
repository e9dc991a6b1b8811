using System.Text.Json;
using Ledger.Contracts.V1;

namespace Ledger.Api.Problems;

/// <summary>What is wrong with a body, without repeating any of it: it may hold a secret.</summary>
internal static class JsonProblems
{
    public static ProblemResult Of(JsonException exception)
    {
        // Our own converters begin so and name what they expect; the framework's words name types of ours and are not passed on.
        var what = exception.Message.StartsWith("Expected ", StringComparison.Ordinal) ? FirstSentence(exception.Message) : "Not JSON, or a member is missing, unknown, doubled or of another type.";
        return new ProblemResult(ProblemCodes.Request.Malformed) { Errors = new Dictionary<string, string>(StringComparer.Ordinal) { [PathOf(exception)] = what } };
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }

    // A path may hold the name of an unknown member, and that is the caller's text: letters, digits and the path's own signs only.
    private static string PathOf(JsonException exception)
    {
        const int PathLengthMax = 100;
        var path = exception.Path ?? "$";
        return path.Length <= PathLengthMax && path.All(static c => char.IsAsciiLetterOrDigit(c) || c is '$' or '.' or '[' or ']') ? path : "$";
    }
}
