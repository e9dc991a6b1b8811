using FsCheck;
using FsCheck.Fluent;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using NodaTime;

namespace Ledger.Projections.Conformance;

/// <summary>What every storage of read models does. An adapter's tests inherit this.</summary>
public abstract class ViewStorageConformance
{
    private static readonly ThingTable Things = new();
    private static readonly ViewSchema Schema = new("things", 1, [Things]);

    private const string Select = "SELECT number, name, other, text FROM thing";

    /// <summary>A new, empty storage; gone after the test.</summary>
    protected abstract ValueTask<IViewStorage> OpenAsync();

    [Fact]
    public async Task What_was_not_committed_is_not_there_and_rows_and_checkpoint_come_together()
    {
        using var store = (await OpenAsync()).Create(Schema, 1, building: false);
        using (var transaction = store.Begin()) transaction.Put(Things, new Thing(new ThingKey(1, "a"), null, "lost"));
        using (var transaction = store.Begin())
        {
            Assert.Null(transaction.Find(Things, new ThingKey(1, "a")));
            transaction.Put(Things, new Thing(new ThingKey(2, "b"), Guid.Empty, null));
            transaction.Commit(new ViewCheckpoint(7, new byte[32], Instant.FromUnixTimeTicks(5), 1));
        }

        using var snapshot = await store.OpenSnapshotAsync(CancellationToken.None);
        Assert.Equal((7, 7), (snapshot.Position, store.Checkpoint.Position));
        Assert.Equal([new Thing(new ThingKey(2, "b"), Guid.Empty, null)], Read(snapshot));
    }

    [Fact]
    public async Task A_snapshot_does_not_see_what_comes_after_it()
    {
        using var store = (await OpenAsync()).Create(Schema, 1, building: false);
        using var before = await store.OpenSnapshotAsync(CancellationToken.None);
        Put(store, 1, new Thing(new ThingKey(1, "a"), null, "x"));
        using var after = await store.OpenSnapshotAsync(CancellationToken.None);

        Assert.Equal((0, 1), (before.Position, after.Position));
        Assert.Empty(Read(before));
        Assert.Single(Read(after));
    }

    [Fact]
    public async Task Rows_come_back_as_they_were_and_in_the_order_of_their_keys_bytes()
    {
        var (storage, generation) = (await OpenAsync(), 0);
        Prop.ForAll<long[], NonNull<string>>((numbers, text) =>
        {
            var name = string.Concat(text.Get.Where(static c => c != '\0' && !char.IsSurrogate(c)));
            using var store = storage.Create(Schema, ++generation, building: generation % 2 == 0);
            var things = numbers.Append(long.MinValue).Append(long.MaxValue).Distinct().Select((n, i) => new Thing(new ThingKey(n, name + i), i % 2 == 0 ? null : Sample.Id(i), name)).ToArray();
            Put(store, 1, things);
            store.Finish();

            using var snapshot = store.OpenSnapshotAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            Assert.Equal(things.OrderBy(static t => t.Key.Number), Read(snapshot));
            using var rows = snapshot.Scan(Things);
            byte[] last = [];
            while (rows.Next())
            {
                Assert.True(last.AsSpan().SequenceCompareTo(rows.Key) < 0);
                last = rows.Key.ToArray();
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    public async Task Equal_rows_have_equal_digests_whatever_way_they_came_and_one_bit_changes_it()
    {
        var storage = await OpenAsync();
        using var one = storage.Create(Schema, 1, building: false);
        Assert.True(storage.TryServe(Schema.Name, 1));
        using var other = storage.Create(Schema, 2, building: true);
        var (a, b) = (new Thing(new ThingKey(1, "a"), null, "x"), new Thing(new ThingKey(-1, "b"), Sample.Id(1), null));
        Put(one, 1, a, b);
        Put(other, 1, b with { Text = "y" });
        Put(other, 2, a, b);
        Assert.Equal(await Digest(one), await Digest(other));

        Put(one, 2, a with { Text = "y" });
        Assert.NotEqual(await Digest(one), await Digest(other));
    }

    [Fact]
    public async Task A_row_is_written_once_however_often_a_batch_changes_it_and_one_that_comes_and_goes_not_at_all()
    {
        using var store = (await OpenAsync()).Create(Schema, 1, building: false);
        Put(store, 1, new Thing(new ThingKey(1, "kept"), null, "0"), new Thing(new ThingKey(2, "removed"), null, null));
        var batch = new ViewBatch();
        var things = batch.Open(Things);
        using (var transaction = store.Begin())
        {
            batch.Begin(transaction);
            for (var time = 1; time <= 5; time++) things.Put(things.Find(new ThingKey(1, "kept"))! with { Text = $"{time}" });
            things.Remove(new ThingKey(2, "removed"));
            things.Add(new Thing(new ThingKey(3, "brief"), null, null));
            things.Remove(new ThingKey(3, "brief"));
            Assert.Equal((3, null), (batch.Changes, things.Find(new ThingKey(2, "removed"))));
            batch.Commit(new ViewCheckpoint(2, new byte[32], null, 0));
        }

        using var snapshot = await store.OpenSnapshotAsync(CancellationToken.None);
        Assert.Equal([new Thing(new ThingKey(1, "kept"), null, "5")], Read(snapshot));
        Assert.Throws<InvalidOperationException>(() => things.Find(new ThingKey(9, "after")));
    }

    [Fact]
    public async Task Rows_that_were_expected_are_found_as_they_are_and_as_they_become()
    {
        using var store = (await OpenAsync()).Create(Schema, 1, building: false);
        var (kept, removed, absent) = (new Thing(new ThingKey(1, "kept"), Sample.Id(1), "0"), new Thing(new ThingKey(2, "removed"), null, null), new Thing(new ThingKey(3, "absent"), null, "new"));
        Put(store, 1, kept, removed);
        using (var transaction = store.Begin())
        {
            transaction.Expect(Things, []);
            transaction.Expect(Things, [kept.Key, removed.Key, absent.Key]);
            Assert.Equal((kept, removed, null), (transaction.Find(Things, kept.Key), transaction.Find(Things, removed.Key), transaction.Find(Things, absent.Key)));
            transaction.Put(Things, kept with { Text = "1" });
            transaction.Remove(Things, removed.Key);
            transaction.Put(Things, absent);
            Assert.Equal(("1", null, absent), (transaction.Find(Things, kept.Key)!.Text, transaction.Find(Things, removed.Key), transaction.Find(Things, absent.Key)));
            transaction.Commit(new ViewCheckpoint(2, new byte[32], null, 0));
        }

        using var snapshot = await store.OpenSnapshotAsync(CancellationToken.None);
        Assert.Equal([kept with { Text = "1" }, absent], Read(snapshot));
    }

    [Fact]
    public async Task Which_generation_serves_is_one_at_a_time_and_others_stay_until_they_are_deleted()
    {
        var storage = await OpenAsync();
        Assert.Empty(storage.ReadManifest());
        Assert.Empty(storage.List());
        foreach (var generation in (int[])[1, 2])
        {
            using var store = storage.Create(Schema, generation, building: true);
            Put(store, generation, new Thing(new ThingKey(generation, "a"), null, null));
            store.Finish();
            Assert.True(storage.TryServe("things", generation));
            Assert.Equal((generation, generation), (storage.ReadManifest()["things"], store.Generation));
        }

        Assert.Equal([("things", 1), ("things", 2)], storage.List().Order());
        storage.Delete("things", 1);
        storage.Delete("things", 1);
        Assert.Equal([("things", 2)], storage.List());
    }

    [Fact]
    public async Task What_serves_is_opened_as_it_was_left_and_of_another_shape_not_at_all()
    {
        var storage = await OpenAsync();
        using (var store = storage.Create(Schema, 1, building: true))
        {
            Put(store, 1, new Thing(new ThingKey(1, "a"), Sample.Id(1), "x"));
            using (var transaction = store.Begin()) transaction.Commit(new ViewCheckpoint(9, Enumerable.Repeat((byte)7, 32).ToArray(), Instant.FromUnixTimeTicks(5), 2));
            store.Finish();
            storage.TryServe("things", 1);
        }

        using (var store = storage.Open(Schema, 1, 9))
        {
            Assert.Equal((9, (Instant?)Instant.FromUnixTimeTicks(5), 2, (byte)7, 0), (store.Checkpoint.Position, store.Checkpoint.RecordedAt, store.Checkpoint.Skipped, store.Checkpoint.Hash.Span[31], store.ReadyFrom));
            Put(store, 10, new Thing(new ThingKey(2, "b"), null, null));
            using var snapshot = await store.OpenSnapshotAsync(CancellationToken.None);
            Assert.Equal([1, 2], Read(snapshot).Select(static thing => thing.Key.Number));
        }

        Assert.True(Assert.Throws<ViewStoreException>(() => storage.Open(Schema with { Version = 2 }, 1, 10)).IsUnusable);
        Assert.True(Assert.Throws<ViewStoreException>(() => storage.Open(Schema with { Name = "others" }, 1, 10)).IsUnusable);
    }

    [Fact]
    public async Task Questions_take_every_kind_of_parameter_and_rows_can_be_found_changed_and_removed()
    {
        using var store = (await OpenAsync()).Create(Schema, 1, building: false);
        Put(store, 1, new Thing(new ThingKey(1, "é"), Sample.Id(1), "x"), new Thing(new ThingKey(2, "b"), null, null), new Thing(new ThingKey(3, "c"), null, "y"));
        using (var transaction = store.Begin())
        {
            Assert.Equal("x", transaction.Find(Things, new ThingKey(1, "é"))?.Text);
            Assert.Null(transaction.Find(Things, new ThingKey(1, "e")));
            transaction.Remove(Things, new ThingKey(3, "c"));
            transaction.Remove(Things, new ThingKey(9, "none"));
            Assert.Null(transaction.Find(Things, new ThingKey(3, "c")));
            transaction.Put(Things, new Thing(new ThingKey(2, "b"), null, "first"));
            transaction.Put(Things, new Thing(new ThingKey(2, "b"), null, "second"));
            Assert.Equal("second", transaction.Find(Things, new ThingKey(2, "b"))?.Text);
            transaction.Commit(new ViewCheckpoint(2, new byte[32], null, 0));
        }

        using var snapshot = await store.OpenSnapshotAsync(CancellationToken.None);
        Assert.Equal([new Thing(new ThingKey(1, "é"), Sample.Id(1), "x")], snapshot.Query($"{Select} WHERE number = ? AND name = ? AND other = ?", [1, "é", Sample.Id(1)], Things.Read));
        Assert.Equal(["second"], snapshot.Query("SELECT text FROM thing WHERE (number, name) > (?, ?) ORDER BY number LIMIT ?", [1, "é", 10], static row => row.Text()));
        Assert.Equal([(2L, 1L)], snapshot.Query("SELECT COUNT(*), MIN(number) FROM thing", [], static row => (row.Integer(), row.Integer())));
        Assert.True(Assert.Throws<ViewStoreException>(() => snapshot.Query($"{Select} WHERE number = ?", [2], static row => (row.Integer(), row.Text(), row.Id()))).IsUnusable);
    }

    private static void Put(IViewStore store, long position, params Thing[] things)
    {
        using var transaction = store.Begin();
        foreach (var thing in things) transaction.Put(Things, thing);
        transaction.Commit(new ViewCheckpoint(position, new byte[32], null, 0));
    }

    private static IReadOnlyList<Thing> Read(IViewSnapshot snapshot) => snapshot.Query($"{Select} ORDER BY number, name", [], Things.Read);

    private static async Task<string> Digest(IViewStore store)
    {
        using var snapshot = await store.OpenSnapshotAsync(CancellationToken.None);
        return ViewComparer.DigestOf(Schema, snapshot);
    }

    private readonly record struct ThingKey(long Number, string Name);

    private sealed record Thing(ThingKey Key, Guid? Other, string? Text);

    private sealed class ThingTable() : ViewTable<ThingKey, Thing>(
        "thing",
        2,
        [new("number", ColumnType.Integer), new("name", ColumnType.Text), new("other", ColumnType.Id, IsNullable: true), new("text", ColumnType.Text, IsNullable: true)],
        [new("thing_by_name", ["name"])])
    {
        public override ThingKey KeyOf(Thing row) => row.Key;

        public override void WriteKey(ThingKey key, IRowWriter writer)
        {
            writer.Integer(key.Number);
            writer.Text(key.Name);
        }

        public override void Write(Thing row, IRowWriter writer)
        {
            WriteKey(row.Key, writer);
            writer.Id(row.Other);
            writer.Text(row.Text);
        }

        public override Thing Read(IRowReader reader) => new(new ThingKey(reader.Integer(), reader.Text()), reader.IdOrNull(), reader.TextOrNull());
    }
}
