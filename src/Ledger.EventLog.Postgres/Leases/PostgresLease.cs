using System.Data;
using System.Diagnostics;
using Ledger.Postgres;
using Npgsql;

namespace Ledger.EventLog.Postgres.Leases;

/// <summary>
/// What only one of many processes does at a time: whoever holds it by the database's clock. It is renewed while it is held, and taken over when its holder is
/// silent for <see cref="Duration"/>. One who loses it is told before its time is over by his own clock; and what he would still write, the database refuses
/// (<see cref="Guard"/>). One <see cref="RunAsync"/> at a time.
/// </summary>
public sealed class PostgresLease
{
    /// <summary>How long it is held without being renewed.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(2);

    /// <summary>How often one who does not hold it asks: with <see cref="Duration"/>, the time until a dead holder's work goes on.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long before its end the holder stops by himself, where it could not be renewed.</summary>
    private static readonly TimeSpan StopBefore = TimeSpan.FromSeconds(2);

    private const string TakeSql =
        """
        INSERT INTO ledger.leases AS lease (name, holder, epoch, held_until) VALUES ($1, $2, 1, clock_timestamp() + $3)
        ON CONFLICT (name) DO UPDATE SET
            holder = $2,
            epoch = CASE WHEN lease.holder = $2 AND lease.epoch = $4 THEN lease.epoch ELSE lease.epoch + 1 END,
            held_until = clock_timestamp() + $3
        WHERE lease.held_until < clock_timestamp() OR (lease.holder = $2 AND lease.epoch = $4)
        RETURNING epoch
        """;

    private const string ReleaseSql = "UPDATE ledger.leases SET held_until = clock_timestamp() WHERE name = $1 AND epoch = $2";

    private const string GuardSql = "SELECT FROM ledger.leases WHERE name = $1 AND epoch = $2 FOR SHARE";

    private readonly NpgsqlDataSource _source;
    private readonly string _name;
    private readonly Guid _holder;
    private long _epoch;

    internal PostgresLease(NpgsqlDataSource source, string name, Guid holder) => (_source, _name, _holder) = (source, name, holder);

    /// <summary>Which holder this is, of all that there were; 0 while it is not held.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>Runs the work whenever the lease is held, and stops it when it is lost; returns when cancelled, with the lease given back.</summary>
    /// <param name="work">Ends soon after its token is cancelled, and throws nothing but for that.</param>
    /// <param name="onTrouble">Told of each failure to ask the database, which is tried again; any thread.</param>
    public async Task RunAsync(Func<CancellationToken, Task> work, Action<Exception> onTrouble, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var asked = Stopwatch.GetTimestamp();
            if (await TakeAsync(onTrouble, cancellation).ConfigureAwait(false)) await HoldAsync(work, asked, onTrouble, cancellation).ConfigureAwait(false);
            await Task.Delay(AskEvery, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Within a transaction: that it is still this process's, until that transaction ends.</summary>
    /// <exception cref="EventLogFencedException">Another process has it.</exception>
    internal void Guard(NpgsqlConnection connection)
    {
        using var command = Command(GuardSql, Epoch);
        command.Connection = connection;
        using var row = command.ExecuteReader(CommandBehavior.SingleRow);
        if (!row.Read()) throw new EventLogFencedException($"Another process does « {_name} » now.");
    }

    private async Task HoldAsync(Func<CancellationToken, Task> work, long asked, Action<Exception> onTrouble, CancellationToken cancellation)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var working = Task.Run(() => work(lost.Token), CancellationToken.None);
        while (!lost.IsCancellationRequested && !working.IsCompleted)
        {
            await Task.WhenAny(working, Task.Delay(RenewEvery, lost.Token)).ConfigureAwait(false);
            if (lost.IsCancellationRequested || working.IsCompleted) break;

            var now = Stopwatch.GetTimestamp();
            if (await TakeAsync(onTrouble, cancellation).ConfigureAwait(false)) asked = now;
            else if (Epoch == 0 || Stopwatch.GetElapsedTime(asked) > Duration - StopBefore - RenewEvery) break;
        }

        await lost.CancelAsync().ConfigureAwait(false);
        await working.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ReleaseAsync(onTrouble).ConfigureAwait(false);
    }

    /// <returns>False when another has it, and the epoch is 0 then; or when the database did not answer.</returns>
    private async Task<bool> TakeAsync(Action<Exception> onTrouble, CancellationToken cancellation)
    {
        try
        {
            await using var command = _source.CreateCommand(TakeSql);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _name });
            command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = _holder });
            command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = Duration });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Epoch });
            var epoch = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) as long?;
            Volatile.Write(ref _epoch, epoch ?? 0);
            return epoch is not null;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception) when (PostgresFaults.Translate(exception) is { } trouble)
        {
            onTrouble(trouble);
            return false;
        }
    }

    private async Task ReleaseAsync(Action<Exception> onTrouble)
    {
        if (Epoch == 0) return;
        try
        {
            await using var command = Command(ReleaseSql, Epoch);
            await using var connection = await _source.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
            command.Connection = connection;
            await command.ExecuteNonQueryAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (PostgresFaults.Translate(exception) is { } trouble)
        {
            // It runs out by itself.
            onTrouble(trouble);
        }
        finally
        {
            Volatile.Write(ref _epoch, 0);
        }
    }

    private NpgsqlCommand Command(string sql, long epoch) =>
        new(sql) { Parameters = { new NpgsqlParameter<string> { TypedValue = _name }, new NpgsqlParameter<long> { TypedValue = epoch } } };
}
