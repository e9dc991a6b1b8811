using System.Collections.Immutable;
using Ledger.EventLog.Sqlite.Commits;

namespace Ledger.EventLog.Sqlite;

/// <summary>What a log has that writes: decides a batch, makes it durable in a commit file, hands it to the tables. One caller at a time.</summary>
internal sealed class LogWriting(LogFrontier frontier, CommitFiles files, Applier tables, Action<CommitPoint>? reached) : IDisposable
{
    private readonly List<CommitFrame> _done = [];

    // Made once: while a batch is decided the last commit stays the one before it.
    private readonly Action _awaitTables = () => tables.Await(frontier.Sequence);
    private Exception? _stopped;

    /// <summary>Position of the last durable event.</summary>
    public long Position => frontier.Position;

    public Applier Tables => tables;

    public CommitMarks Reached { get; } = new();

    /// <inheritdoc cref="IEventLog.AppendAsync"/>
    public ImmutableArray<AppendResult> Append(IReadOnlyList<AppendUnit> units)
    {
        if ((_stopped ?? tables.Stopped) is { } stopped) throw SqliteEventLog.Again(stopped);
        ReturnDone();
        tables.AwaitRoom();
        reached?.Invoke(CommitPoint.TransactionBegun);
        var results = ImmutableArray.CreateBuilder<AppendResult>(units.Count);
        CommitFrame? frame;
        try
        {
            frame = frontier.Take(units, _awaitTables, results);
        }
        catch (EventLogFencedException fenced)
        {
            tables.Stop(_stopped = fenced);
            throw;
        }

        if (frame is not null) Commit(frame, units, results);
        return results.MoveToImmutable();
    }

    public void Dispose()
    {
        try
        {
            // What a failed sync left in the file in doubt stays for the next start.
            if (tables.Close() && _stopped is null) files.Delete();
        }
        finally
        {
            files.Dispose();
            frontier.Dispose();
            tables.Dispose();
        }
    }

    private void Commit(CommitFrame frame, IReadOnlyList<AppendUnit> units, ImmutableArray<AppendResult>.Builder results)
    {
        try
        {
            if (files.TurnsFor(frame)) Turn();
            files.Write(frame);
            reached?.Invoke(CommitPoint.BeforeCommit);
            files.Sync(frame);
        }
        catch (CommitSyncException failed)
        {
            frontier.TakeBack();
            throw _stopped = new EventLogUnavailableException(failed.Message, failed.InnerException);
        }
        catch
        {
            frontier.TakeBack();
            frame.Return();
            throw;
        }

        reached?.Invoke(CommitPoint.AfterCommit);
        Publish(frame, units, results);
    }

    /// <summary>Before a file is written anew all of its commits are in the tables for good.</summary>
    private void Turn()
    {
        tables.AwaitSettled(files.LastInOther);
        files.Turn();

        // Soon enough that nobody waits for it at the next turn.
        tables.SettleSoon(frontier.Sequence);
    }

    private void Publish(CommitFrame frame, IReadOnlyList<AppendUnit> units, ImmutableArray<AppendResult>.Builder results)
    {
        frontier.Keep(tables.Applied);
        for (var index = 0; index < units.Count; index++)
        {
            if (results[index] is AppendResult.Appended) Reached.Mark(units[index], frame.Sequence);
        }

        Reached.MarkAll(frame.Sequence);
        tables.Add(frame);
    }

    private void ReturnDone()
    {
        tables.TakeDone(_done);
        foreach (var frame in _done) frame.Return();
        _done.Clear();
    }
}
