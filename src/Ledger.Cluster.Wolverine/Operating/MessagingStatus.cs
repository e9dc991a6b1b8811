namespace Ledger.Cluster.Wolverine.Operating;

/// <summary>What waits, as of one moment.</summary>
/// <param name="LogEnd">Position of the ledger's last event.</param>
/// <param name="Told">Position up to which events are in the outbox.</param>
/// <param name="Resends">Stretches that are being sent again.</param>
/// <param name="Outbox">Messages that no broker or queue has yet.</param>
/// <param name="EventsQueue">Events in the database's own queue that no consumer has taken; 0 with a broker.</param>
/// <param name="AnswersQueue">Answers in it.</param>
/// <param name="CommandsQueue">Commands in it that no process has taken.</param>
/// <param name="Inbox">Commands that are taken and not done.</param>
/// <param name="Dead">Commands that nobody could do, for an operator to look at.</param>
public sealed record MessagingStatus(
    long LogEnd, long Told, IReadOnlyList<Resend> Resends, long Outbox, long EventsQueue, long AnswersQueue, long CommandsQueue, long Inbox, long Dead);

/// <summary>A stretch of the log whose messages are sent again.</summary>
/// <param name="Told">Position up to which that is done.</param>
/// <param name="Last">Where it ends.</param>
public sealed record Resend(string Name, long Told, long Last);

/// <summary>A message that could not be done.</summary>
/// <param name="Id">The transport's id: for replaying or discarding it.</param>
/// <param name="Type">The name that it came with.</param>
/// <param name="SentAt">When it was sent, by its sender's clock.</param>
/// <param name="Reason">Why not.</param>
/// <param name="IsReplayed">An operator asked for another try, which is about to come.</param>
public sealed record DeadLetter(Guid Id, string Type, DateTimeOffset SentAt, string Reason, bool IsReplayed);
