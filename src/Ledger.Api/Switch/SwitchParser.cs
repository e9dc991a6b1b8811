using System.Globalization;
using System.Text.Json;
using Ledger.Api.Inputs;
using Ledger.Api.Problems;
using Ledger.Contracts.V1;

namespace Ledger.Api.Switch;

/// <summary>From a line to a plan, or to what is wrong with it, of which nothing is repeated but the id. One task calls it.</summary>
internal sealed class SwitchParser(SwitchPlanner planner)
{
    private const int IdLengthMax = 36;

    public static SwitchOutcome TooLong(int line) => Invalid(line, null, new ProblemResult(ProblemCodes.Request.BodyTooLarge)
    {
        Errors = ErrorOf(string.Create(
            CultureInfo.InvariantCulture,
            $"At most {ApiLimits.SwitchCommandsMax} commands and {ApiLimits.SwitchBodyLengthMax} bytes in one request; from this line on nothing was done. Send the rest in another one.")),
    });

    /// <returns>A plan with its command, or else a problem.</returns>
    public (SwitchCommand? Command, SwitchPlan? Plan, SwitchOutcome? Problem) Parse(SwitchLine line)
    {
        if (line.Bytes is null) return (null, null, Invalid(line.Number, null, new ProblemResult(ProblemCodes.Request.BodyTooLarge)
        {
            Errors = ErrorOf(string.Create(CultureInfo.InvariantCulture, $"A command has at most {ApiLimits.SwitchLineLengthMax} bytes.")),
        }));

        try
        {
            if (JsonSerializer.Deserialize<SwitchCommand>(line.Bytes, LedgerJson.Server) is not { } command)
                return (null, null, Invalid(line.Number, null, new ProblemResult(ProblemCodes.Request.Malformed) { Errors = ErrorOf("Expected an object.") }));

            var input = new InputCheck();
            var plan = planner.Plan(command, input);
            return input.Problem is { } problem ? (null, null, Invalid(line.Number, IdIn(line.Bytes), problem)) : (command, plan, null);
        }
        catch (JsonException exception)
        {
            return (null, null, Invalid(line.Number, IdIn(line.Bytes), JsonProblems.Of(exception)));
        }
        catch (NotSupportedException)
        {
            // The serializer's word for an object without a « kind ».
            var problem = new ProblemResult(ProblemCodes.Request.Malformed) { Errors = new Dictionary<string, string>(StringComparer.Ordinal) { ["$.kind"] = "Missing." } };
            return (null, null, Invalid(line.Number, IdIn(line.Bytes), problem));
        }
    }

    private static SwitchOutcome Invalid(int line, string? id, ProblemResult problem) => new(line, id, SwitchResult.Invalid, problem.Code, problem.Errors);

    private static Dictionary<string, string> ErrorOf(string text) => new(StringComparer.Ordinal) { ["$"] = text };

    /// <summary>The id of a line that is no command, as far as it is JSON: a UUID only, so that nothing else of the line is ever repeated.</summary>
    private static string? IdIn(byte[] line)
    {
        try
        {
            var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = LedgerJson.DepthMax });
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType is not JsonTokenType.PropertyName || !reader.ValueTextEquals("id"u8)) continue;
                if (!reader.Read() || reader.TokenType is not JsonTokenType.String || reader.HasValueSequence || reader.ValueSpan.Length > IdLengthMax) return null;
                return reader.GetString() is { } text && Ids.TryParse(text, out Guid _) ? text : null;
            }
        }
        catch (JsonException)
        {
            // Not JSON as far as the id.
        }

        return null;
    }
}
