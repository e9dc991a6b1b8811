using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace Ledger.Cluster.Akka;

/// <summary>
/// An entity's mailbox: a chain of what waits, and of nothing but one link where nothing does. Akka's own keeps room for 32 messages in each, and there are as many as streams, most of which get a
/// handful of messages ever. Not bounded by itself: what waits in all mailboxes of a node is bounded by its callers' <see cref="ClusterNodeOptions.CallsMax"/>.
/// </summary>
internal sealed class EntityMailbox(Settings settings, Config config) : MailboxType(settings, config)
{
    /// <summary>Of its settings.</summary>
    public const string Path = "ledger.entity-mailbox";

    public override IMessageQueue Create(IActorRef owner, ActorSystem system) => new Chain();

    /// <summary>Any thread puts in, one at a time takes out.</summary>
    internal sealed class Chain : IMessageQueue
    {
        private Link _first = new(default);
        private Link _last;

        public Chain() => _last = _first;

        /// <summary>
        /// By the last link, which is exchanged behind a full fence before whoever puts a message in looks whether the actor has its turn already: either that one sees that it has not, or this sees the
        /// message.
        /// </summary>
        public bool HasMessages => Volatile.Read(ref _last) != Volatile.Read(ref _first);

        /// <summary>At one moment; counted anew each time, for whoever looks.</summary>
        public int Count
        {
            get
            {
                var count = 0;
                for (var link = Volatile.Read(ref _first.Next); link is not null; link = Volatile.Read(ref link.Next)) count++;
                return count;
            }
        }

        public void Enqueue(IActorRef receiver, Envelope envelope)
        {
            var link = new Link(envelope);
            Volatile.Write(ref Interlocked.Exchange(ref _last, link).Next, link);
        }

        public bool TryDequeue(out Envelope envelope)
        {
            var first = _first;
            if (Volatile.Read(ref _last) == first)
            {
                envelope = default;
                return false;
            }

            // Between the two steps of putting it in: the second is an instruction away.
            Link? next;
            var spin = default(SpinWait);
            while ((next = Volatile.Read(ref first.Next)) is null) spin.SpinOnce();
            envelope = next.Envelope;
            next.Envelope = default;
            Volatile.Write(ref _first, next);
            return true;
        }

        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            while (TryDequeue(out var envelope)) deadletters.Enqueue(owner, envelope);
        }
    }

    private sealed class Link(Envelope envelope)
    {
        public Envelope Envelope = envelope;
        public Link? Next;
    }
}
