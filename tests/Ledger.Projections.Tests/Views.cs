using System.Collections.Immutable;
using Ledger.EventLog;
using Ledger.Projections.History;
using Ledger.Projections.Journal;
using Ledger.Projections.Remittances;
using Ledger.Projections.Revenue;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using Ledger.Projections.Storage.Sqlite;
using Ledger.Projections.Terminals;
using Ledger.Testing;
using NodaTime;

namespace Ledger.Projections.Tests;

/// <summary>A folder that is gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("ledger-views-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A log in memory and the read models over it.</summary>
internal sealed class World : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private ReadModels? _models;

    public static ImmutableArray<IProjection> AllProjections =>
        [new HistoryProjection(), new RevenueProjection(), new RemittancesProjection(), new JournalProjection(), new TerminalsProjection()];

    public InMemoryEventLog Log { get; } = new();

    public ManualClock Clock { get; } = new(Sample.At(Sample.Day, 18));

    public ReadModelOptions Options { get; set; } = new();

    public string Folder => _folder.Path;

    public SqliteViewStorage Storage => new(Folder);

    public ReadModels Models => _models ?? throw new InvalidOperationException("Open them first.");

    /// <summary>Cancelled when something never happens.</summary>
    public static CancellationToken Bounded() => new CancellationTokenSource(Patience).Token;

    public async Task<ReadModels> OpenAsync() => _models = await ReadModels.OpenAsync(Folder, Log, EventCodec.Default, Clock, Options, Bounded());

    public async Task CloseAsync()
    {
        if (_models is not null) await _models.DisposeAsync();
        _models = null;
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }
}

internal static class Answers
{
    /// <summary>The value of an answer that must be one.</summary>
    public static T Value<T>(this Answer<T> answer) => Assert.IsType<Answer<T>.Reflected>(answer).Value;

    public static async Task<T> Value<T>(this ValueTask<Answer<T>> answer) => (await answer).Value();

    public static async Task<QueryRejection> Reason<T>(this ValueTask<Answer<T>> answer) => Assert.IsType<Answer<T>.Refused>(await answer).Reason;
}

/// <summary>One projection over a store of its own, driven by hand.</summary>
internal sealed class HandDriven : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public HandDriven(IProjection projection, IEventLog log, params string[] skippable)
    {
        Projection = projection;
        Source = new EventSource(log, EventCodec.Default, skippable.ToHashSet(StringComparer.Ordinal));
        Builder = new ViewBuilder(projection, new SqliteViewStorage(_folder.Path).Create(projection.Schema, 1, building: false), Source);
    }

    public IProjection Projection { get; }

    public EventSource Source { get; }

    public ViewBuilder Builder { get; private set; }

    /// <summary>Takes in all that the log has, in batches of this size.</summary>
    public async Task<HandDriven> FoldAsync(int batch = 1_000)
    {
        while (Builder.Position < Source.Log.LastPosition) Assert.Null(await Builder.StepAsync(batch, CancellationToken.None));
        return this;
    }

    /// <summary>As after a kill: nothing but the file is left.</summary>
    public void Restart()
    {
        Builder.Store.Dispose();
        Builder = new ViewBuilder(Projection, new SqliteViewStorage(_folder.Path).Open(Projection.Schema, 1, Source.Log.LastPosition), Source);
    }

    public async Task<string> DigestAsync()
    {
        using var snapshot = await Builder.Store.OpenSnapshotAsync(CancellationToken.None);
        return ViewComparer.DigestOf(Projection.Schema, snapshot);
    }

    public async Task<IReadOnlyList<TRow>> RowsAsync<TKey, TRow>(ViewTable<TKey, TRow> table)
        where TKey : struct, IEquatable<TKey>
        where TRow : class
    {
        using var snapshot = await Builder.Store.OpenSnapshotAsync(CancellationToken.None);
        return snapshot.Query(SqliteSchema.Scan(table), [], table.Read);
    }

    public void Dispose()
    {
        Builder.Store.Dispose();
        _folder.Dispose();
    }
}
