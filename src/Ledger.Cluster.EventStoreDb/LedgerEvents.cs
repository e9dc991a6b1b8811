using EventStore.Client;
using Ledger.Cluster.EventStoreDb.Reading;
using Ledger.EventLog;

namespace Ledger.Cluster.EventStoreDb;

/// <summary>For a team's own subscriptions in EventStoreDB: which of $all are the ledger's, and what one says.</summary>
public static class LedgerEvents
{
    /// <summary>Has the server send events of these kinds only, whatever the version of their shape: « transaction-completed », « terminal-registered ».</summary>
    /// <param name="kinds">Stored type names without their number; at least one.</param>
    public static SubscriptionFilterOptions OfKinds(params string[] kinds) => new(EventTypeFilter.Prefix([.. kinds.Select(static kind => kind + ".")]));

    /// <summary>Has the server send the whole of one log, in commit order.</summary>
    public static SubscriptionFilterOptions OfLog(EventStoreDbOptions options) => new(StreamFilter.RegularExpression($"^{options.LogStream}$"));

    /// <summary>The event of the ledger, with its stream, version, position and command; decode it with an <see cref="EventCodec"/>.</summary>
    /// <param name="resolved">From a subscription or a read; a link is followed.</param>
    /// <returns>Null for what is none of ours, and for the record of a command without events.</returns>
    /// <exception cref="EventLogCorruptException">It claims to be ours, and is not as the log writes it.</exception>
    public static RecordedEvent? Read(ResolvedEvent resolved) => StoredEvent.Of(resolved.Event).Event;
}
