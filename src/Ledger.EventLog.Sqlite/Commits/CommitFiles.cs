using System.Collections.Immutable;

namespace Ledger.EventLog.Sqlite.Commits;

/// <summary>
/// The two files beside the log that a commit is written to first: one is written until it is full, then the other, from its beginning. A file may be
/// written anew once all of its commits are in the tables for good; who writes sees to that. One thread at a time.
/// </summary>
internal sealed class CommitFiles : IDisposable
{
    /// <summary>Files grow by so much at a time, in zeros: a commit that fits then changes no length, which would cost the file system an entry of its own.</summary>
    private const int GrowthLength = 1024 * 1024;

    private static readonly byte[] Zeros = new byte[GrowthLength];

    private readonly string _path;
    private readonly CommitDisk _disk;
    private readonly int _lengthMax;
    private readonly ImmutableArray<OpenCommitFile> _files;
    private int _current;

    private CommitFiles(string path, CommitDisk disk, int lengthMax, ImmutableArray<OpenCommitFile> files) =>
        (_path, _disk, _lengthMax, _files) = (path, disk, lengthMax, files);

    /// <summary>The sequence of the last commit in the file that is written next when this one is full; 0 when it holds none.</summary>
    public long LastInOther => _files[1 - _current].LastSequence;

    /// <summary>Paths of a log's commit files.</summary>
    public static ImmutableArray<string> PathsOf(string path) => [path + "-commits1", path + "-commits2"];

    /// <summary>The same, for people.</summary>
    public static string NamesOf(string path) => string.Join(" and ", PathsOf(path));

    /// <param name="path">Of the log.</param>
    /// <param name="lengthMax">A file takes commits until it has so many bytes; one that is larger goes in whole.</param>
    /// <exception cref="EventLogUnavailableException">The folder or the disk does not let them be.</exception>
    public static CommitFiles Open(string path, CommitDisk disk, int lengthMax)
    {
        var files = ImmutableArray.CreateBuilder<OpenCommitFile>();
        try
        {
            foreach (var name in PathsOf(path)) files.Add(new OpenCommitFile(disk.Open(name)));
            foreach (var file in files) file.Store.Sync();
            disk.SyncFolder(Path.GetDirectoryName(path)!);
            return new CommitFiles(path, disk, lengthMax, files.DrainToImmutable());
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            foreach (var file in files) file.Store.Dispose();
            throw new EventLogUnavailableException($"The commit files beside {path} cannot be opened ({exception.Message}): check the disk and the folder. Nothing was changed.", exception);
        }
    }

    /// <summary>All commits after <paramref name="applied"/>, in order; the files are as they were.</summary>
    /// <exception cref="EventLogCorruptException">One that was durable is missing.</exception>
    public static ImmutableArray<CommitFrame> ReadAfter(long applied, string path, IEnumerable<ReadOnlyMemory<byte>> files)
    {
        var found = new SortedDictionary<long, CommitFrame>();
        foreach (var file in files)
        {
            foreach (var frame in FramesOf(file).Where(frame => frame.Sequence > applied))
            {
                if (!found.TryGetValue(frame.Sequence, out var other) || other.Epoch < frame.Epoch) found[frame.Sequence] = frame;
            }
        }

        var expected = applied;
        foreach (var sequence in found.Keys)
        {
            if (sequence == ++expected) continue;
            throw new EventLogCorruptException(
                $"{path} is damaged: commit {expected} is not in its tables, and in its commit files {NamesOf(path)} it is missing or not as it was written, though commit {sequence} is there. {EventLogCorruptException.WhatToDo}");
        }

        return [.. found.Values];
    }

    /// <summary>What the files hold now.</summary>
    /// <exception cref="EventLogUnavailableException">They cannot be read.</exception>
    public ImmutableArray<ReadOnlyMemory<byte>> Read()
    {
        try
        {
            return [.. _files.Select(static file => (ReadOnlyMemory<byte>)file.ReadAll())];
        }
        catch (IOException exception)
        {
            throw new EventLogUnavailableException($"The commit files beside {_path} cannot be read ({exception.Message}): check the disk. Nothing was changed.", exception);
        }
    }

    /// <summary>Whether the frame must go into the other file, for which that one's commits must be in the tables for good.</summary>
    public bool TurnsFor(CommitFrame frame) => _files[_current].End > 0 && _files[_current].End + frame.Length > _lengthMax;

    /// <summary>From here on the other file is written, from its beginning.</summary>
    public void Turn()
    {
        _current = 1 - _current;
        _files[_current].BeginAnew();
    }

    /// <summary>Writes the frame; it is durable after <see cref="Sync"/> only.</summary>
    /// <exception cref="EventLogUnavailableException">It is not there, and may be written again: a full disk, or one that refuses.</exception>
    /// <exception cref="CommitSyncException">It may be there in whole: nobody knows.</exception>
    public void Write(CommitFrame frame)
    {
        var file = _files[_current];
        try
        {
            file.Write(frame);
        }
        catch (IOException failed)
        {
            try
            {
                file.Erase();
            }
            catch (IOException)
            {
                throw InDoubt(failed);
            }

            throw new EventLogUnavailableException($"The commit file beside {_path} cannot be written ({failed.Message}): free space, or check the disk. Nothing of this was stored.", failed);
        }
    }

    /// <summary>Makes the frame durable that was just written.</summary>
    /// <exception cref="CommitSyncException">Whether it is durable is not known.</exception>
    public void Sync(CommitFrame frame)
    {
        var file = _files[_current];
        try
        {
            file.Store.Sync();
            file.Keep(frame);
        }
        catch (IOException failed)
        {
            throw InDoubt(failed);
        }
    }

    /// <summary>All commits are in the tables for good: the files are not needed any more.</summary>
    public void Delete()
    {
        Dispose();
        try
        {
            foreach (var name in PathsOf(_path)) _disk.Delete(name);
        }
        catch (IOException)
        {
            // What stays holds nothing that the tables have not: the next start finds that out.
        }
    }

    public void Dispose()
    {
        foreach (var file in _files) file.Store.Dispose();
    }

    private CommitSyncException InDoubt(IOException failed) =>
        new($"The disk that holds {_path} failed to make a write durable ({failed.Message}). This process stops writing: check the disk, then start it again.", failed);

    /// <summary>Every whole frame, wherever it stands: behind a damaged one too.</summary>
    private static IEnumerable<CommitFrame> FramesOf(ReadOnlyMemory<byte> file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = CommitFrame.LengthAt(file.Span[at..]);
            if (length is { } whole) yield return new CommitFrame(file.Slice(at, whole).ToArray(), whole);
            at += (int)CommitFrame.Aligned(length ?? CommitFrame.Alignment);
        }
    }

    private sealed class OpenCommitFile(ICommitStore store)
    {
        // Up to here the file has a length already.
        private long _allocated = store.Length;

        public ICommitStore Store { get; } = store;

        /// <summary>Where the next frame begins.</summary>
        public long End { get; private set; }

        public long LastSequence { get; private set; }

        public void BeginAnew() => End = 0;

        public void Write(CommitFrame frame)
        {
            for (; _allocated < End + frame.Length; _allocated += GrowthLength) Store.Write(Zeros, _allocated);
            Store.Write(frame.Bytes, End);
        }

        /// <summary>What was written at the end is durable.</summary>
        public void Keep(CommitFrame frame) => (End, LastSequence) = (End + CommitFrame.Aligned(frame.Length), frame.Sequence);

        /// <summary>What begins at the end is no frame.</summary>
        public void Erase()
        {
            if (End < _allocated) Store.Write(Zeros.AsSpan(0, CommitFrame.HeaderLength), End);
        }

        public byte[] ReadAll()
        {
            var bytes = new byte[Store.Length];
            var read = Store.Read(bytes, 0);
            return bytes[..read];
        }
    }
}

/// <summary>Whether a commit is durable is not known: nothing more may be written by this process.</summary>
internal sealed class CommitSyncException(string message, Exception inner) : Exception(message, inner);
