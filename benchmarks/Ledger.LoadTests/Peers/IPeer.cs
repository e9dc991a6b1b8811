namespace Ledger.LoadTests.Peers;

/// <summary>
/// Something else that makes the same data durable, to measure beside the engine in the same run. An adapter is opened on an empty folder or
/// server, is called by one caller at a time, and returns from a commit only when it survives a power cut: settings that give that away make no
/// peer. How to add one: benchmarks/README.md.
/// </summary>
public interface IPeer : IAsyncDisposable
{
    /// <summary>What its row in the report is called.</summary>
    string Name { get; }

    /// <summary>Everything that is not to be measured: turning the batch into the peer's own form. Called before each commit.</summary>
    ValueTask PrepareAsync(PeerBatch batch, CancellationToken cancellation);

    /// <summary>Makes the prepared batch durable, in one commit where the peer can. This is measured.</summary>
    ValueTask CommitAsync(CancellationToken cancellation);
}

/// <summary>How a peer comes to be.</summary>
/// <param name="Name">Its row's beginning.</param>
/// <param name="BatchCommands">Commands a commit.</param>
/// <param name="CommandsMax">More are not asked of it: one at a time takes its time.</param>
/// <param name="OpenAsync">On an empty folder. <exception cref="PeerMissingException">It is not on this machine.</exception></param>
public sealed record PeerKind(string Name, int BatchCommands, long CommandsMax, Func<PeerPlace, CancellationToken, ValueTask<IPeer>> OpenAsync);

/// <summary>Where peers of another assembly are: a public class of it with a constructor without parameters. See --with.</summary>
public interface IPeerSource
{
    IReadOnlyList<PeerKind> Kinds { get; }
}

/// <param name="Folder">Empty, on the disk that is measured.</param>
/// <param name="Source">A closed log that our engine wrote: what is to be made durable.</param>
public sealed record PeerPlace(string Folder, string Source);

/// <summary>Commands that go into one commit: numbers <see cref="First"/> and on of those in the source log.</summary>
/// <param name="Of">Commands in the whole source log.</param>
/// <param name="Appends">One event each.</param>
public sealed record PeerBatch(long First, int Count, long Of, IReadOnlyList<PeerAppend> Appends);

/// <summary>One command's event.</summary>
/// <param name="Version">That the event gets; the stream must be one below it.</param>
public sealed record PeerAppend(string Stream, long Version, Guid CommandId, string Type, DateTimeOffset RecordedAt, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Hash);

/// <summary>The peer cannot be measured here; the message is the reason that the report gives.</summary>
public sealed class PeerMissingException(string reason) : Exception(reason);
