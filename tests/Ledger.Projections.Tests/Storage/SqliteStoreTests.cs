using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Projections.Running;
using Ledger.Projections.Storage;
using Ledger.Projections.Storage.Sqlite;
using NodaTime;

namespace Ledger.Projections.Tests.Storage;

public class SqliteStoreTests
{
    private static readonly ThingTable Things = new();
    private static readonly ViewSchema Schema = new("things", 1, [Things]);

    [Fact]
    public async Task What_was_not_committed_is_not_there_and_rows_and_checkpoint_come_together()
    {
        using var folder = new TemporaryFolder();
        using var store = new SqliteViewStorage(folder.Path).Create(Schema, 1, building: false);
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
        using var folder = new TemporaryFolder();
        using var store = new SqliteViewStorage(folder.Path).Create(Schema, 1, building: false);
        using var before = await store.OpenSnapshotAsync(CancellationToken.None);
        Put(store, 1, new Thing(new ThingKey(1, "a"), null, "x"));
        using var after = await store.OpenSnapshotAsync(CancellationToken.None);

        Assert.Equal((0, 1), (before.Position, after.Position));
        Assert.Empty(Read(before));
        Assert.Single(Read(after));
    }

    [Fact]
    public void Rows_come_back_as_they_were_and_in_the_order_of_their_keys_bytes()
    {
        using var folder = new TemporaryFolder();
        var (storage, generation) = (new SqliteViewStorage(folder.Path), 0);
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
        using var folder = new TemporaryFolder();
        var storage = new SqliteViewStorage(folder.Path);
        using var one = storage.Create(Schema, 1, building: false);
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
        using var folder = new TemporaryFolder();
        using var store = new SqliteViewStorage(folder.Path).Create(Schema, 1, building: false);
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
    public void The_manifest_says_which_generations_serve()
    {
        using var folder = new TemporaryFolder();
        var storage = new SqliteViewStorage(folder.Path);
        Assert.Empty(storage.ReadManifest());
        storage.WriteManifest(ImmutableDictionary<string, int>.Empty.Add("history", 3).Add("revenue", 1));
        Assert.Equal((3, 1), (storage.ReadManifest()["history"], storage.ReadManifest()["revenue"]));

        File.WriteAllText(Path.Combine(folder.Path, "views.json"), """{"Format":2,"Serving":{}}""");
        Assert.True(Assert.Throws<ViewStoreException>(() => storage.ReadManifest()).IsUnusable);
    }

    private static void Put(IViewStore store, long position, params Thing[] things)
    {
        using var transaction = store.Begin();
        foreach (var thing in things) transaction.Put(Things, thing);
        transaction.Commit(new ViewCheckpoint(position, new byte[32], null, 0));
    }

    private static IReadOnlyList<Thing> Read(IViewSnapshot snapshot) => snapshot.Query(SqliteSchema.Scan(Things), [], Things.Read);

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
