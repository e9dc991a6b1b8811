namespace Ledger.Cluster.Wolverine;

/// <summary>Where messages leave and arrive. Names are the wire's and the database's, so never changed.</summary>
/// <param name="Events">Where events go.</param>
/// <param name="Answers">Where answers to commands go.</param>
/// <param name="Waiting">Tables whose rows have not reached their consumer's hands.</param>
/// <param name="EventsTable">Where events go to a queue in the database, its table; null at a broker.</param>
internal sealed record MessagingPlaces(Uri Events, Uri Answers, IReadOnlyList<string> Waiting, string? EventsTable)
{
    /// <summary>The PostgreSQL schema of outbox, inbox, dead letters, queues and the relay's own tables.</summary>
    public const string Schema = "ledger_messages";

    public const string OutgoingTable = $"{Schema}.wolverine_outgoing_envelopes";
    public const string IncomingTable = $"{Schema}.wolverine_incoming_envelopes";
    public const string DeadLetterTable = $"{Schema}.wolverine_dead_letters";

    /// <summary>Queues in the database.</summary>
    public const string EventsQueue = "ledger_events", AnswersQueue = "ledger_answers", CommandsQueue = "ledger_commands";

    /// <summary>Fanout exchanges of the broker, and the queue that commands come by.</summary>
    public const string EventsExchange = "ledger.events", AnswersExchange = "ledger.answers", CommandsRabbitQueue = "ledger.commands";

    private static readonly MessagingPlaces Database = new(
        new Uri($"postgresql://{EventsQueue}"), new Uri($"postgresql://{AnswersQueue}"), [OutgoingTable, TableOf(EventsQueue), TableOf(AnswersQueue)], TableOf(EventsQueue));

    private static readonly MessagingPlaces Broker = new(
        new Uri($"rabbitmq://exchange/{EventsExchange}"), new Uri($"rabbitmq://exchange/{AnswersExchange}"), [OutgoingTable], null);

    public static MessagingPlaces Of(MessagingOptions options) => options.RabbitMq is null ? Database : Broker;

    /// <summary>The table of a queue in the database.</summary>
    public static string TableOf(string queue) => $"{Schema}.wolverine_queue_{queue}";
}
