using Ledger.Postgres;

namespace Ledger.Cluster.Wolverine;

/// <summary>Where messages go, and the bounds of what waits.</summary>
/// <param name="Database">The ledger's own database: the outbox is in it, so that what is told and how far the log was told commit together.</param>
public sealed record MessagingOptions(PostgresOptions Database)
{
    /// <summary>A RabbitMQ broker, « amqp://user:password@host:5672 ». Null, the default: queues in the database. Holds a password: never logged.</summary>
    public Uri? RabbitMq { get; init; }

    /// <summary>
    /// How many messages may wait to be delivered, in the outbox and, where queues are in the database, for their consumer. At it the relay stops: what comes later waits in the log.
    /// Default 100,000, at least 1.
    /// </summary>
    public int WaitingMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 100_000;

    /// <summary>Events that are taken from the log in one transaction at most. Default 500, 1 to 2000: a message is seven parameters of one statement, which takes 65,535.</summary>
    public int EventsPerBatchMax
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 2000);
            field = value;
        }
    } = 500;

    /// <summary>How often the relay looks by itself for work that nobody told it of: a resend that was asked for, room in the outbox. Default 1 s.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A record prints everything it has; this one has passwords.</summary>
    public override string ToString() => nameof(MessagingOptions);
}
