using Ledger.EventLog;
using Ledger.EventLog.Conformance;
using Ledger.Postgres;
using Ledger.Postgres.Fixture;

namespace Ledger.Cluster.Marten.Tests;

/// <summary>Several processes over one database, here as several logs with connections of their own.</summary>
public sealed class SharedWritingTests(MartenFixture fixture) : SharedWritingConformance
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_lost_notification_is_made_good_by_looking()
    {
        var options = await fixture.CreateLogAsync() with { PollEvery = TimeSpan.FromMilliseconds(50) };
        await using var reader = await MartenEventLog.OpenAsync(options, default);
        using var bound = new CancellationTokenSource(Bound);

        // Past the log, so nobody is told.
        await MartenFixture.ExecuteAsync(
            options.ConnectionString,
            "INSERT INTO ledger_marten.positions VALUES (1, 1, 'thing-0001', 0, gen_random_uuid(), true, decode(repeat('00', 32), 'hex'), '{}')");

        await reader.WaitForAsync(0, bound.Token);
        Assert.Equal(1, reader.LastPosition);
    }

    protected override async Task<Func<Task<IEventLog>>> CreateAsync()
    {
        var options = await fixture.CreateLogAsync() with { PollEvery = TimeSpan.FromHours(1) };
        return async () => await MartenEventLog.OpenAsync(options, default);
    }

    /// <summary>Sessions are cut at random, and the server crashes once and starts again.</summary>
    protected override async Task<BreakableLog> CreateBreakableAsync()
    {
        var (server, options) = await fixture.StartServerAsync();
        var hasCrashed = false;
        return new BreakableLog(async () => await MartenEventLog.OpenAsync(options, default), BreakAsync, BreaksLeast: 2);

        async Task<int> BreakAsync(long position, CancellationToken bound)
        {
            var cuts = await CutAsync(options);
            if (hasCrashed || position <= ThirdOfEvents) return cuts;

            hasCrashed = true;
            await server.CrashAsync(bound);
            await server.StartAgainAsync(bound);
            return cuts + 1;
        }
    }

    /// <returns>How many it cut: none while the server has no session left for this.</returns>
    private static async Task<int> CutAsync(PostgresOptions options)
    {
        try
        {
            return await SessionCuts.CutOneAsync(options.ConnectionString);
        }
        catch (Npgsql.NpgsqlException)
        {
            return 0;
        }
    }
}
