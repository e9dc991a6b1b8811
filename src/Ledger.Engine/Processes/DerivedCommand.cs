using System.Globalization;
using System.Security.Cryptography;
using Ledger.EventLog;

namespace Ledger.Engine.Processes;

/// <summary>Commands of processes: the id says what they are for, so that doing it again is the same command, whatever the time.</summary>
public static class DerivedCommand
{
    /// <param name="purpose">Names the kind of step, see <see cref="DerivedId"/>.</param>
    /// <param name="parts">
    /// What makes it this one. A refusal is kept like any reply: where a step may be refused now and right later, something that moves on
    /// (the row's attempts, a version) belongs among them.
    /// </param>
    public static EngineCommand Of(StreamName stream, object command, string purpose, params ReadOnlySpan<string> parts)
    {
        var id = stream.TryGetGuid(out var transaction) ? DerivedId.Beside(transaction, purpose, parts) : DerivedId.Of(purpose, parts);
        return EngineCommand.One(id, SHA256.HashData(id.ToByteArray(bigEndian: true)), stream, command);
    }

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A process's command was refused where no refusal was foreseen. The row is tried again; an operator should look.</summary>
public sealed class ProcessRefusedException(StreamName stream, CommandRejection rejection)
    : Exception($"{stream}: refused with {rejection.Category} {rejection.Name} ({rejection.Code.ToString(CultureInfo.InvariantCulture)}).")
{
    public CommandRejection Rejection { get; } = rejection;
}
