using Akka.Actor;

namespace Ledger.Cluster.Akka.Tests;

/// <summary>What waits for an entity is taken out once, in each sender's order.</summary>
public sealed class EntityMailboxTests
{
    private const int Senders = 4;
    private const int Each = 50_000;

    [Fact]
    public async Task Messages_of_many_threads_are_each_taken_out_once_in_their_senders_order()
    {
        var mailbox = new EntityMailbox.Chain();
        var sending = Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(() =>
        {
            for (var number = 0; number < Each; number++) mailbox.Enqueue(ActorRefs.Nobody, new Envelope((sender, number), ActorRefs.NoSender));
        })));

        var next = new int[Senders];
        while (next.Sum() < Senders * Each)
        {
            if (!mailbox.TryDequeue(out var envelope))
            {
                // All are in, so what is not there now never comes.
                if (sending.IsCompleted && !mailbox.HasMessages) break;
                continue;
            }

            var (sender, number) = ((int, int))envelope.Message;
            Assert.Equal(next[sender]++, number);
        }

        await sending;
        Assert.All(next, static count => Assert.Equal(Each, count));
        Assert.False(mailbox.HasMessages);
        Assert.False(mailbox.TryDequeue(out _));
    }

    [Fact]
    public void What_is_left_when_the_entity_is_gone_goes_where_it_is_told()
    {
        var (mailbox, left) = (new EntityMailbox.Chain(), new EntityMailbox.Chain());
        foreach (var message in new[] { "a", "b", "c" }) mailbox.Enqueue(ActorRefs.Nobody, new Envelope(message, ActorRefs.NoSender));
        Assert.Equal(3, mailbox.Count);
        Assert.True(mailbox.HasMessages);

        mailbox.CleanUp(ActorRefs.Nobody, left);

        Assert.Equal(0, mailbox.Count);
        Assert.False(mailbox.HasMessages);
        foreach (var message in new[] { "a", "b", "c" })
        {
            Assert.True(left.TryDequeue(out var envelope));
            Assert.Equal(message, envelope.Message);
        }
    }
}
