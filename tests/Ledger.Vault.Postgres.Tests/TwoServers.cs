using Ledger.Postgres;
using Ledger.Postgres.Fixture;

namespace Ledger.Vault.Postgres.Tests;

/// <summary>One database with an empty ledger, over connections that stand for two servers.</summary>
internal sealed class TwoServers : IAsyncDisposable
{
    private TwoServers(PostgresOptions options, PostgresDatabase one, PostgresDatabase other) => (Options, One, Other) = (options, one, other);

    public PostgresDatabase One { get; }

    public PostgresDatabase Other { get; }

    private PostgresOptions Options { get; }

    public static async Task<TwoServers> OpenAsync(PostgresFixture fixture)
    {
        var options = await fixture.CreateLogAsync();
        return new TwoServers(options, await PostgresDatabase.OpenAsync(options, default), await PostgresDatabase.OpenAsync(options, default));
    }

    /// <summary>The first value that one statement finds, beside both.</summary>
    public Task<object?> ScalarAsync(string sql) => PostgresFixture.ScalarAsync(Options.ConnectionString, sql);

    /// <summary>On a thread of its own, so that two of them race.</summary>
    public static Task<bool> IsRefusedAsync(Func<ValueTask> call) => Task.Run(async () =>
    {
        try
        {
            await call();
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    });

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
    }
}
