using Ledger.EventLog.Conformance;
using Ledger.Postgres.Fixture;

namespace Ledger.EventLog.Postgres.Tests;

/// <summary>Several processes over one database, here as several logs with connections of their own: 64 writers.</summary>
public class SharedWritingTests(PostgresFixture fixture) : SharedWritingConformance
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    protected override int Logs => 8;

    protected override int UnitsPerWriter => 12;

    [Fact]
    public async Task A_lost_notification_is_made_good_by_looking()
    {
        var options = await fixture.CreateLogAsync() with { PollEvery = TimeSpan.FromMilliseconds(50) };
        await using var reader = await PostgresEventLog.OpenAsync(options, default);
        using var bound = new CancellationTokenSource(Bound);

        // Past the log, so nobody is told.
        await PostgresFixture.ExecuteAsync(
            options.ConnectionString,
            "INSERT INTO ledger.events VALUES (1, 'thing-0001', 1, 'test-thing.1', 0, gen_random_uuid(), '{}', decode(repeat('00', 32), 'hex'))");

        await reader.WaitForAsync(0, bound.Token);
        Assert.Equal(1, reader.LastPosition);
    }

    protected override async Task<Func<Task<IEventLog>>> CreateAsync()
    {
        var options = await fixture.CreateLogAsync() with { PollEvery = TimeSpan.FromHours(1) };
        return async () => await PostgresEventLog.OpenAsync(options, default);
    }

    /// <summary>Sessions are cut at random.</summary>
    protected override async Task<BreakableLog> CreateBreakableAsync()
    {
        var options = await fixture.CreateLogAsync();
        return new BreakableLog(async () => await PostgresEventLog.OpenAsync(options, default), async (_, _) => await SessionCuts.CutOneAsync(options.ConnectionString), BreaksLeast: 1);
    }
}
