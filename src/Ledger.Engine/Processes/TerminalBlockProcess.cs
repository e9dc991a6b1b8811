using Ledger.Domain;
using Ledger.Domain.Calendars;
using Ledger.Domain.Terminals;
using Ledger.EventLog;
using Ledger.EventLog.ToDo;
using NodaTime;

namespace Ledger.Engine.Processes;

/// <summary>Makes a terminal's block final on the day after the last one on which it could be lifted (R121, E18).</summary>
public sealed class TerminalBlockProcess(ILedgerEngine engine) : IProcess
{
    /// <summary>A clock that stepped back: try again then.</summary>
    private static readonly Duration RetryAfter = Duration.FromMinutes(1);

    public string Name => "terminal-block";

    public void Apply(RecordedEvent recorded, ILedgerEvent @event, IToDoList list)
    {
        if (@event is TerminalEvent.TerminalBlocked e) list.Put(recorded.Stream.Id, ParisTime.EndOf(e.UnblockableUntil), DerivedCommand.Text(recorded.Version));
        if (@event is TerminalEvent.TerminalUnblocked or TerminalEvent.TerminalBlockedForGood) list.Remove(recorded.Stream.Id);
    }

    public async ValueTask<ToDoOutcome> ActAsync(ToDoItem item, IToDoReader list, Instant now, CancellationToken cancellation)
    {
        var stream = new TerminalSerial(item.Key).Stream;
        var command = DerivedCommand.Of(stream, new TerminalCommand.BlockForGood(now), "terminal-block/for-good", item.Key, item.Data, DerivedCommand.Text(item.Attempts));
        var reply = await engine.ExecuteAsync(command, cancellation).ConfigureAwait(false);
        if (reply.Rejection is { Code: (int)TerminalRejection.StillUnblockable }) return new ToDoOutcome.Again(now + RetryAfter);

        // Not blocked any more: the event that says so removes the row too.
        return new ToDoOutcome.Done();
    }
}
