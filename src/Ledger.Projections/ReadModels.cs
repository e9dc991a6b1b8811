using System.Collections.Concurrent;
using System.Collections.Frozen;
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
using NodaTime;

namespace Ledger.Projections;

/// <summary>What a host may choose.</summary>
public sealed record ReadModelOptions
{
    /// <summary>Stored names of event types that this program does not know and that say nothing to any view: passed over and counted. Default: none.</summary>
    public IReadOnlySet<string> SkippableTypes { get; init; } = FrozenSet<string>.Empty;

    /// <summary>How long a read waits for the position it asked for, before it is told that the view is behind. Default: 2 seconds.</summary>
    public TimeSpan WaitMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Least time between two batches of events while more keep coming and no read waits for them: views are that much later and batches that much larger.
    /// Default zero: every commit of the log is taken in at once.
    /// </summary>
    public TimeSpan GatherFor { get; init => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(GatherFor)); } = TimeSpan.Zero;

    /// <summary>Measures waits and delays; never what is shown.</summary>
    public TimeProvider Timer { get; init; } = TimeProvider.System;
}

/// <summary>All projections of one log: opens their stores, keeps them up to the log, answers, rebuilds. Any thread.</summary>
public sealed class ReadModels : IReadModels, IAsyncDisposable
{
    private readonly FrozenDictionary<string, ProjectionRunner> _runners;
    private readonly ConcurrentDictionary<string, bool> _rebuilding = new(StringComparer.Ordinal);
    private readonly IViewStorage _storage;
    private readonly ViewManifest _manifest;
    private readonly EventSource _source;
    private readonly IClock _clock;
    private readonly SharedReading _firstReading;

    private ReadModels(IViewStorage storage, ViewManifest manifest, EventSource source, IClock clock, IEnumerable<ProjectionRunner> runners)
    {
        (_storage, _manifest, _source, _clock) = (storage, manifest, source, clock);
        _runners = runners.ToFrozenDictionary(static runner => runner.Projection.Schema.Name, StringComparer.Ordinal);
        History = new HistoryReader(ViewOf<HistoryProjection>());
        Revenue = new RevenueReader(ViewOf<RevenueProjection>());
        Remittances = new RemittancesReader(ViewOf<RemittancesProjection>());
        Journal = new JournalReader(ViewOf<JournalProjection>());
        Terminals = new TerminalsReader(ViewOf<TerminalsProjection>());
        _firstReading = Start();
    }

    /// <summary>The shapes of all read models, for storages that are made ready before anybody opens them.</summary>
    public static ImmutableArray<ViewSchema> Schemas { get; } = [.. NewProjections().Select(static projection => projection.Schema)];

    /// <summary>What read models there are: the names that <see cref="RebuildAsync"/>, <see cref="Statuses"/> and their files have.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Schemas.Select(static schema => schema.Name)];

    public IMerchantHistory History { get; }

    public IRevenue Revenue { get; }

    public IRemittances Remittances { get; }

    public IJournal Journal { get; }

    public ITerminals Terminals { get; }

    public IReadOnlyList<ProjectionStatus> Statuses =>
        [.. _runners.Values.OrderBy(static runner => runner.Projection.Schema.Name, StringComparer.Ordinal).Select(runner => runner.StatusAt(_clock))];

    /// <summary>
    /// Opens the read models in a folder (made when it is not there) and keeps them up to the log from now on.
    /// A read model that is missing, damaged, of another shape or of another log is built anew; its status says so.
    /// </summary>
    /// <param name="log">Stays the caller's: closed after this.</param>
    /// <exception cref="ViewStoreException">The folder cannot be read or written.</exception>
    /// <exception cref="EventLogUnavailableException">The log cannot be read.</exception>
    public static ValueTask<ReadModels> OpenAsync(
        string folder, IEventLog log, EventCodec codec, IClock clock, ReadModelOptions options, CancellationToken cancellation) =>
        OpenAsync(new SqliteViewStorage(folder), log, codec, clock, options, cancellation);

    /// <inheritdoc cref="OpenAsync(string, IEventLog, EventCodec, IClock, ReadModelOptions, CancellationToken)"/>
    public static async ValueTask<ReadModels> OpenAsync(
        IViewStorage storage, IEventLog log, EventCodec codec, IClock clock, ReadModelOptions options, CancellationToken cancellation)
    {
        var manifest = new ViewManifest(storage);
        var note = manifest.Check();
        var source = new EventSource(log, codec, options.SkippableTypes);
        var opening = new ViewOpening(storage, manifest, source, options, note);
        var runners = ImmutableArray.CreateBuilder<ProjectionRunner>();
        try
        {
            foreach (var projection in NewProjections()) runners.Add(await opening.OpenAsync(projection, cancellation).ConfigureAwait(false));
        }
        catch
        {
            foreach (var runner in runners) runner.View.Close();
            throw;
        }

        return new ReadModels(storage, manifest, source, clock, runners);
    }

    public async Task<RebuildReport> RebuildAsync(string name, RebuildOptions options, IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        await using var reading = new SharedReading(_source, [Find(name).Projection]);
        return await RebuildAtAsync(name, reading[0], options, progress, cancellation).ConfigureAwait(false);
    }

    public async Task<ImmutableArray<RebuildReport>> RebuildTogetherAsync(
        ImmutableArray<string> names, RebuildOptions options, Func<string, IProgress<RebuildProgress>?> progressOf, CancellationToken cancellation)
    {
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length) throw new ArgumentException("A projection is named twice.", nameof(names));

        var progress = names.Select(progressOf).ToImmutableArray();
        await using var reading = new SharedReading(_source, names.Select(name => Find(name).Projection));
        var rebuilds = names.Select((name, index) => Task.Run(() => RebuildAtAsync(name, reading[index], options, progress[index], cancellation), CancellationToken.None));
        return [.. await Task.WhenAll(rebuilds).ConfigureAwait(false)];
    }

    public void Resume(string name) => Find(name).Resume();

    /// <summary>Ends what is under way at the next batch and closes the stores. Rebuilds are the caller's to cancel first.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var runner in _runners.Values) await runner.CloseAsync().ConfigureAwait(false);
        await _firstReading.DisposeAsync().ConfigureAwait(false);
    }

    private static IProjection[] NewProjections() =>
        [new HistoryProjection(), new RevenueProjection(), new RemittancesProjection(), new JournalProjection(), new TerminalsProjection()];

    /// <summary>Views that have nothing yet are given what the log holds by one reading of it; the others go on by themselves.</summary>
    private SharedReading Start()
    {
        // Where others take the same events in, each goes on from where they are.
        var first = _storage.IsShared ? [] : _runners.Values.Where(static runner => runner.View.Position == 0 && !runner.View.IsReady).ToImmutableArray();
        var reading = new SharedReading(_source, first.Select(static runner => runner.Projection));
        foreach (var runner in _runners.Values) runner.Start(first.IndexOf(runner) is var index and >= 0 ? reading[index] : null);
        return reading;
    }

    private async Task<RebuildReport> RebuildAtAsync(
        string name, SharedReading.Seat seat, RebuildOptions options, IProgress<RebuildProgress>? progress, CancellationToken cancellation)
    {
        if (!_rebuilding.TryAdd(name, true))
        {
            seat.Leave();
            throw new ProjectionFailedException($"{name} is being rebuilt already: wait for that to end.");
        }

        try
        {
            return await new Rebuild(Find(name), _storage, _manifest, _source, seat, _clock, progress).RunAsync(options, cancellation).ConfigureAwait(false);
        }
        finally
        {
            seat.Leave();
            _rebuilding.TryRemove(name, out _);
        }
    }

    private ServedView ViewOf<TProjection>()
        where TProjection : IProjection => _runners.Values.Single(static runner => runner.Projection is TProjection).View;

    private ProjectionRunner Find(string name)
    {
        if (_runners.TryGetValue(name, out var runner)) return runner;

        throw new ArgumentException($"There is no projection « {name} »; there are: {string.Join(", ", Names)}.", nameof(name));
    }
}
