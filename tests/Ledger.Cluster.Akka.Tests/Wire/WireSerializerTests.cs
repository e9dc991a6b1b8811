using System.Collections.Immutable;
using Akka.Actor;
using Ledger.Cluster.Akka.Wire;
using Ledger.Domain;
using Ledger.Domain.Terminals;
using Ledger.Domain.Transactions;
using Ledger.Engine;
using Ledger.EventLog;

namespace Ledger.Cluster.Akka.Tests.Wire;

public sealed class WireSerializerTests : IDisposable
{
    private static readonly TransactionId Transaction = TransactionId.Create(Shop.At(Shop.Day, 12), new byte[8], Shop.Serial);

    private readonly ActorSystem _system = ActorSystem.Create("wire", "akka.stdout-loglevel = OFF, akka.loglevel = OFF");
    private readonly WireSerializer _serializer;

    public WireSerializerTests() => _serializer = new WireSerializer((ExtendedActorSystem)_system);

    public static TheoryData<Exception> Failures =>
    [
        new MailboxFullException(),
        new CommandIdReusedException(Shop.Id(1)),
        new ActorFailedException(Shop.Serial.Stream, new InvalidOperationException("moody")),
        new EventLogUnavailableException("disk full"),
        new EventLogFencedException("taken over"),
        new EventLogCorruptException("cut"),
        new EngineFaultedException(new InvalidOperationException("broke")),
        new ArgumentException("malformed"),
    ];

    public void Dispose() => _system.Dispose();

    [Fact]
    public void A_command_of_several_parts_arrives_whole_and_goes_to_the_same_entity()
    {
        var sent = new ExecuteCommand(long.MaxValue, Start());

        var received = (ExecuteCommand)Cross(sent);

        Assert.Equal((sent.CallNumber, sent.Command.Id, sent.Command.IsReadAfter, sent.EntityId, sent.ShardId), (received.CallNumber, received.Command.Id, received.Command.IsReadAfter, received.EntityId, received.ShardId));
        Assert.Equal(sent.Command.Fingerprint.ToArray(), received.Command.Fingerprint.ToArray());
        Assert.Equal(sent.Command.Parts.Select(static part => (part.Stream, part.Content)), received.Command.Parts.Select(static part => (part.Stream, part.Content)));
    }

    [Fact]
    public void A_reply_arrives_with_every_member()
    {
        ImmutableArray<StreamVersion> versions = [new(Shop.Serial.Stream, 3), new(Transaction.Stream, long.MaxValue)];
        CommandReply[] replies =
        [
            new(CommandOutcome.Accepted, null, versions, 17, Replayed: false),
            new(CommandOutcome.Rejected, new CommandRejection("terminal", 4, "Busy"), [], 9, Replayed: true),
            new(CommandOutcome.AlreadyDone, null, versions[..1], 0, Replayed: true),
        ];
        foreach (var reply in replies)
        {
            var received = (CommandAnswered)Cross(new CommandAnswered(7, reply));

            Assert.Equal(7, received.CallNumber);
            Assert.Equal(reply.Versions, received.Reply.Versions);
            Assert.Equal(reply with { Versions = [] }, received.Reply with { Versions = [] });
        }
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public void A_failure_arrives_as_the_exception_that_it_is(Exception error)
    {
        var failed = (CommandFailed)Cross(new CommandFailed(8, error));
        var received = failed.Error;

        Assert.Equal((8, error.GetType(), error.Message), (failed.CallNumber, received.GetType(), received.Message));
        if (error is CommandIdReusedException reused) Assert.Equal(reused.Id, ((CommandIdReusedException)received).Id);
        if (error is ActorFailedException ofActor) Assert.Equal(ofActor.Stream, ((ActorFailedException)received).Stream);
    }

    [Fact]
    public void A_node_that_stops_is_a_reason_to_repeat_and_any_other_fault_one_of_that_engine()
    {
        Assert.IsType<EventLogUnavailableException>(((CommandFailed)Cross(new CommandFailed(1, new ObjectDisposedException("engine")))).Error);
        Assert.IsType<EngineFaultedException>(((CommandFailed)Cross(new CommandFailed(1, new InvariantException("broken")))).Error);
    }

    [Fact]
    public void Bytes_that_are_cut_or_too_many_or_of_another_layout_are_refused()
    {
        IWireMessage[] messages = [new ExecuteCommand(long.MaxValue, Start()), new CommandAnswered(1, new(CommandOutcome.Accepted, null, [new(Shop.Serial.Stream, 3)], 1, false)), new CommandFailed(1, new MailboxFullException())];
        foreach (var message in messages)
        {
            var (manifest, bytes) = (_serializer.Manifest(message), _serializer.ToBinary(message));

            for (var length = 0; length < bytes.Length; length++) Assert.Throws<WireException>(() => _serializer.FromBinary(bytes[..length], manifest));
            Assert.Contains("1 bytes too many", Assert.Throws<WireException>(() => _serializer.FromBinary([.. bytes, 0], manifest)).Message, StringComparison.Ordinal);
            Assert.Contains("layout is 9", Assert.Throws<WireException>(() => _serializer.FromBinary([9, .. bytes[1..]], manifest)).Message, StringComparison.Ordinal);
            Assert.Contains("execute.2", Assert.Throws<WireException>(() => _serializer.FromBinary(bytes, "execute.2")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Bytes_that_were_changed_anywhere_are_a_message_or_refused()
    {
        var message = new ExecuteCommand(long.MaxValue, Start());
        var bytes = _serializer.ToBinary(message);
        var random = new Random(5);
        for (var at = 0; at < bytes.Length; at++)
        {
            var changed = bytes.ToArray();
            changed[at] ^= (byte)random.Next(1, 256);
            var error = Record.Exception(() => _serializer.FromBinary(changed, _serializer.Manifest(message)));
            Assert.True(error is null or WireException, $"byte {at}: {error}");
        }
    }

    [Fact]
    public async Task A_node_sends_nothing_by_its_class_name()
    {
        await using var shop = new Shop();
        await using var node = await ClusterNode.StartAsync(Nodes.Options, shop.Engine, Shop.Soon());
        var serialization = node.System.Serialization;

        Assert.IsType<WireSerializer>(serialization.FindSerializerFor(new ExecuteCommand(long.MaxValue, Start())));
        Assert.Throws<WireException>(() => serialization.FindSerializerFor(new object()).ToBinary(new object()));
        Assert.Throws<WireException>(() => serialization.FindSerializerFor(Start()).ToBinary(Start()));
    }

    private static EngineCommand Start()
    {
        var now = Shop.At(Shop.Day, 12);
        var sale = new SaleId(Transaction.Value);
        return new EngineCommand(Shop.Id(1), Shop.Fingerprint("body"),
        [
            new CommandPart(Shop.Serial.Stream, new TerminalCommand.StartTransaction(Transaction, sale, Shop.Terms, Shop.Device, Shop.Serial, now)),
            new CommandPart(Transaction.Stream, new NumberedRequest((TransactionCommand.Request)new Arbitrary(new Random(3)).Make(typeof(TransactionCommand.Request)))),
        ])
        {
            IsReadAfter = true,
        };
    }

    private object Cross(IWireMessage message) => _serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message));
}
