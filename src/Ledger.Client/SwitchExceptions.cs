using System.Globalization;
using System.Net;
using Ledger.Contracts.V1;

namespace Ledger.Client;

/// <summary>The server could not be reached, or had no room, too often. What was yielded before holds.</summary>
/// <param name="commands">Those without a known outcome, in order. Some may have been recorded.</param>
public sealed class SwitchUnavailableException(IReadOnlyList<SwitchCommand> commands, int attempts, Exception? last) : Exception(
    string.Create(CultureInfo.InvariantCulture, $"{commands.Count} commands have no known outcome after {attempts} attempts without one. Send them again, in this order and with the same ids, before any other of their terminals."), last)
{
    public IReadOnlyList<SwitchCommand> Commands { get; } = commands;
}

/// <summary>The server refused the request as such; a repeat would be refused as well. Nothing of that request was taken in.</summary>
public sealed class SwitchRefusedException(HttpStatusCode status, Problem? problem, string advice) : Exception(
    string.Create(CultureInfo.InvariantCulture, $"The server answered {(int)status} {problem?.Code}. {advice} {problem?.Detail}").TrimEnd())
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>What the server said; null when it was no problem document.</summary>
    public Problem? Problem { get; } = problem;
}
