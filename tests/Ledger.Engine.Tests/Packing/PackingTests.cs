using System.Collections.Immutable;
using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using Ledger.Domain;
using Ledger.Domain.Transactions;
using Ledger.Engine.Runtime;
using Ledger.Engine.Runtime.Packing;
using Ledger.EventLog;
using Ledger.EventLog.Verification;
using NodaTime;
using NodaTime.Text;

namespace Ledger.Engine.Tests.Packing;

/// <summary>Actors that wait as bytes come back as they were, or from the log.</summary>
public class PackingTests
{
    private static readonly StreamType Transactions = new TransactionStreamType();

    private static readonly object[] SomeStates =
        [.. Enumerable.Range(0, 63).Select(static seed => new Arbitrary(new Random(seed)).Make(seed % 2 == 0 ? typeof(TransactionState.Open) : typeof(TransactionState.Completed)))];

    public static TheoryData<string> States => [.. typeof(TransactionState).GetNestedTypes().Where(static type => type.IsSubclassOf(typeof(TransactionState))).Select(static type => type.Name)];

    [Theory]
    [MemberData(nameof(States))]
    public void What_is_packed_comes_back_to_the_last_member(string name)
    {
        var type = typeof(TransactionState).GetNestedType(name)!;
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var state = new Arbitrary(new Random(seed)).Make(type);
            Span<byte> bytes = stackalloc byte[PackedActors.RecordLengthMax];
            var to = new PackWriter(bytes);
            Transactions.Packing!.Write(ref to, state);
            Assert.False(to.HasFailed);

            var from = new PackReader(bytes[..to.Length]);
            var back = Transactions.Packing!.Read(ref from);
            Assert.True(from.IsAtEnd);
            Assert.Equal(TextOf(state), TextOf(back));
            Assert.Equal(state.GetType(), back.GetType());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void What_does_not_fit_is_marked_wherever_it_ends()
    {
        var state = (TransactionState)new Arbitrary(new Random(1)).Make(typeof(TransactionState.Cancelled));
        Span<byte> bytes = stackalloc byte[PackedActors.RecordLengthMax];
        var whole = new PackWriter(bytes);
        Transactions.Packing!.Write(ref whole, state);
        for (var room = 0; room < whole.Length; room++)
        {
            var to = new PackWriter(bytes[..room]);
            Transactions.Packing!.Write(ref to, state);
            Assert.True(to.HasFailed);
        }
    }

    [Fact]
    public void An_actor_is_taken_out_once_with_its_version_and_its_hash()
    {
        var packed = new PackedActors(Transactions, 1);
        var actor = ActorOf(1);
        packed.Put(actor);
        Assert.Equal(1, packed.Count);
        Assert.Null(packed.Take(new StreamName("remittance", actor.Stream.GuidId)));
        Assert.Null(packed.Take(ActorOf(2).Stream));

        var back = packed.Take(actor.Stream)!;
        Assert.Equal((actor.Stream, actor.Version, TextOf(actor.State)), (back.Stream, back.Version, TextOf(back.State)));
        Assert.Equal(actor.Hash.ToArray(), back.Hash.ToArray());
        Assert.Null(packed.Take(actor.Stream));
        Assert.Equal(0, packed.Count);
    }

    [Fact]
    public void The_longest_packed_go_first_and_the_rest_stays_whole()
    {
        const int count = 6_000;
        var packed = new PackedActors(Transactions, 1);
        for (var number = 1; number <= count; number++)
        {
            packed.Put(ActorOf(number));

            // Every tenth is used once more, and packed anew.
            if (number % 10 == 0) packed.Put(packed.Take(ActorOf(number - 5).Stream)!);
        }

        var kept = packed.Count;
        Assert.InRange(kept, 500, count - 1);
        var found = Enumerable.Range(1, count).Where(number => packed.Take(ActorOf(number).Stream) is { } actor && TextOf(actor.State) == TextOf(ActorOf(number).State)).ToArray();
        Assert.Equal(kept, found.Length);
        Assert.Equal(0, packed.Count);
        Assert.InRange(found[0], count - kept - 10, count - kept + 1);
        Assert.Equal(count, found[^1]);
    }

    [Fact]
    public void A_state_that_is_too_long_is_left_to_the_log()
    {
        var random = new Arbitrary(new Random(3));
        var completed = (TransactionState.Completed)random.Make(typeof(TransactionState.Completed));
        var refunds = Enumerable.Range(0, Transaction.RefundsMax).Select(_ => (Refund)random.Make(typeof(Refund))).ToImmutableDictionary(static refund => refund.Id);
        var packed = new PackedActors(Transactions, 1);
        packed.Put(new Actor(StreamOf(1), Transactions) { State = completed with { Refunds = refunds }, Version = 60 });
        Assert.Equal(0, packed.Count);
        Assert.Null(packed.Take(StreamOf(1)));
    }

    [Fact]
    public async Task A_packed_transaction_goes_on_without_a_look_at_the_log()
    {
        var log = new FaultyLog(new InMemoryEventLog());
        await using var shop = new Shop(log, new EngineOptions { UnpackedActorsMax = 1, ShardCount = 1 });
        await shop.OpenAsync(terminals: 8);
        var asked = new List<TransactionId>();
        for (var number = 1; number <= 8; number++) asked.Add(await shop.AskAsync(serial: Shop.SerialOf(number)));

        var reads = log.StreamReads;
        foreach (var id in asked)
        {
            await Shop.Accepted(shop.Do(id, new TransactionCommand.RecordApproval(Shop.ExchangeOf(id), Money.Eur(42_00), Shop.Code, ResponseCode.Ok, shop.Clock.Now)));
            await Shop.Accepted(shop.Do(id, new TransactionCommand.Complete(Shop.Confirmation, Shop.Terms, shop.Clock.Now)));
        }

        foreach (var id in asked) Assert.IsType<TransactionState.Completed>(await shop.StateAsync<TransactionState>(id.Stream));
        Assert.Equal(reads, log.StreamReads);
        Assert.True((await new LogVerifier(log, EventCodec.Default, static (_, _) => null, shop.Clock).VerifyAsync(null, Shop.Soon())).IsSound);
    }

    private static Actor ActorOf(int number)
    {
        return new Actor(StreamOf(number), Transactions)
        {
            State = SomeStates[number % SomeStates.Length],
            Version = number,
            Hash = System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)),
        };
    }

    private static StreamName StreamOf(int number) => new("transaction", Shop.Id(number));

    /// <summary>All of it, dictionaries included.</summary>
    private static string TextOf(object? value) => value switch
    {
        null => "-",
        string or Guid or Instant or LocalDate => value is Instant instant ? InstantPattern.ExtendedIso.Format(instant) : $"{value}",
        ImmutableDictionary<RefundId, Refund> refunds => string.Join(' ', refunds.Values.Select(TextOf).Order(StringComparer.Ordinal)),
        ValueList<ExchangeId> exchanges => string.Join(' ', exchanges.Items),
        _ when value.GetType().IsPrimitive || value.GetType().IsEnum => $"{value}",
        Money amount => $"{amount.MinorUnits} {amount.Currency.Code}",
        _ => $"{value.GetType().Name}({string.Join(", ", MembersOf(value.GetType()).Select(member => $"{member.Name}={TextOf(member.GetValue(value))}"))})",
    };

    /// <summary>Those that a record is made of, not those that follow from them; a checked value's one.</summary>
    private static IEnumerable<PropertyInfo> MembersOf(Type type) =>
        type.GetProperties().Where(static member => member.CanWrite || member.Name == "Value");
}
