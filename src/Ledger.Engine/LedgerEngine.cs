using System.Security.Cryptography;
using Ledger.Engine.Runtime;
using Ledger.EventLog;
using NodaTime;

namespace Ledger.Engine;

/// <summary>
/// The engine over one log, which it must be the only writer of unless the log has others too (<see cref="IEventLog.HasOtherWriters"/>). Composed once per process; the log is disposed by whoever made it, after
/// the engine. Safe for any number of callers.
/// </summary>
public sealed class LedgerEngine : ILedgerEngine, IAsyncDisposable
{
    /// <summary>Parts of one command.</summary>
    public const int PartsMax = 16;

    private readonly IEventLog _log;
    private readonly EventCodec _codec;
    private readonly StreamTypes _types;
    private readonly EngineState _state;
    private readonly Committer _committer;
    private readonly Shard[] _shards;
    private readonly EngineThreads? _threads;
    private readonly TimeSpan _stopWaitMax;
    private int _isDisposed;

    /// <param name="clock">Gives <see cref="RecordedEvent.RecordedAt"/>.</param>
    public LedgerEngine(IEventLog log, EventCodec codec, IClock clock, EngineOptions options)
        : this(log, codec, clock, options, StreamTypes.Default)
    {
    }

    internal LedgerEngine(IEventLog log, EventCodec codec, IClock clock, EngineOptions options, StreamTypes types)
    {
        (_log, _codec, _types, _stopWaitMax) = (log, codec, types, options.StopWaitMax);
        _state = new EngineState(new EngineMeter(
            () => _shards!.Sum(static shard => shard.Mailbox.Depth), () => _shards!.Sum(static shard => shard.InFlight), () => _shards!.Sum(static shard => shard.ActorCount)));
        _committer = new Committer(_state, log, options);
        _shards = [.. Enumerable.Range(0, options.ShardCount).Select(_ => new Shard(_state, log, codec, _committer, clock, types, options))];
        _threads = options.HasThreads ? new EngineThreads(_committer, _shards) : null;
    }

    /// <summary>How it is now.</summary>
    public EngineStatus Status => new(
        HealthOf(_state.Stopped),
        _state.Stopped?.Message,
        _shards.Sum(static shard => shard.Mailbox.Depth),
        _shards.Sum(static shard => shard.InFlight),
        _shards.Sum(static shard => shard.ActorCount),
        _shards.Sum(static shard => shard.FailedStreams),
        _log.LastPosition);

    /// <summary>Parts that <see cref="RunOnce"/> runs: the shards, then the committer.</summary>
    public int StepPartCount => _shards.Length + 1;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The command is malformed: no parts, too many, of several partitions, a stream twice, no fingerprint.</exception>
    /// <exception cref="EventLogFencedException">Another writer took the log over; this engine refuses everything.</exception>
    /// <exception cref="EngineFaultedException">The engine itself broke; it refuses everything.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public ValueTask<CommandReply> ExecuteAsync(EngineCommand command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var partition = CheckCommand(command);
        var pending = new PendingCommand(command);
        if (Post(partition, pending) is { } refused) return ValueTask.FromException<CommandReply>(refused);
        return new ValueTask<CommandReply>(cancellation.CanBeCanceled ? pending.Task.WaitAsync(cancellation) : pending.Task);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No such stream type, or another state type.</exception>
    /// <exception cref="MailboxFullException">Too much is waiting.</exception>
    public ValueTask<StreamState<TState>> ReadAsync<TState>(StreamName stream, CancellationToken cancellation)
        where TState : class
    {
        cancellation.ThrowIfCancellationRequested();
        var type = TypeOf<TState>(stream);
        if (_log.HasOtherWriters) return ReadAfterOthersAsync<TState>(type, stream, cancellation);
        return FindCommitted<TState>(stream) is { } known ? new(known) : new ValueTask<StreamState<TState>>(PostReadAsync<TState>(type, stream, isAfterOthers: false, cancellation));
    }

    /// <summary>What is in memory is the answer if the log has nothing after it, as of a moment after the question.</summary>
    private async ValueTask<StreamState<TState>> ReadAfterOthersAsync<TState>(StreamType type, StreamName stream, CancellationToken cancellation)
        where TState : class
    {
        var known = FindCommitted<TState>(stream) ?? await PostReadAsync<TState>(type, stream, isAfterOthers: false, cancellation).ConfigureAwait(false);
        var later = await _log.ReadStreamAsync(stream, known.Version, 1, cancellation).ConfigureAwait(false);
        return later.IsEmpty ? known : await PostReadAsync<TState>(type, stream, isAfterOthers: true, cancellation).ConfigureAwait(false);
    }

    private StreamState<TState>? FindCommitted<TState>(StreamName stream)
        where TState : class =>
        _state.Stopped is null && _state.Committed.Find(stream) is { } known ? new StreamState<TState>(stream, known.Version, (TState)known.State) : null;

    private Task<StreamState<TState>> PostReadAsync<TState>(StreamType type, StreamName stream, bool isAfterOthers, CancellationToken cancellation)
        where TState : class
    {
        var read = new PendingRead<TState>(stream, isAfterOthers);
        if (Post(type.PartitionOf(stream), read) is { } refused) return Task.FromException<StreamState<TState>>(refused);
        return cancellation.CanBeCanceled ? read.Task.WaitAsync(cancellation) : read.Task;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The stream has fewer events.</exception>
    public async ValueTask<StreamState<TState>> ReadAtAsync<TState>(StreamName stream, long version, CancellationToken cancellation)
        where TState : class
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        const int pageCountMax = 1000;
        var type = TypeOf<TState>(stream);
        var state = type.Initial;
        for (var at = 0L; at < version;)
        {
            var page = await _log.ReadStreamAsync(stream, at, (int)Math.Min(pageCountMax, version - at), cancellation).ConfigureAwait(false);
            if (page.IsEmpty) throw new ArgumentOutOfRangeException(nameof(version), version, $"« {stream} » has {at} events.");
            foreach (var recorded in page) state = type.Evolve(state, _codec.Decode(recorded.Type, recorded.Payload.Span));
            at += page.Length;
        }

        return new StreamState<TState>(stream, version, (TState)state);
    }

    /// <summary>Without threads (<see cref="EngineOptions.HasThreads"/>): does what one part can do now, on the caller's thread.</summary>
    /// <param name="part">0 to <see cref="StepPartCount"/> - 1.</param>
    /// <returns>False when it had nothing to do.</returns>
    /// <exception cref="InvalidOperationException">The engine has threads of its own.</exception>
    public bool RunOnce(int part)
    {
        if (_threads is not null) throw new InvalidOperationException("This engine runs on threads of its own; compose it with HasThreads = false to step it.");
        return part < _shards.Length ? _shards[part].RunOnce(commitsItself: false) : _committer.RunOnce();
    }

    /// <summary>Takes nothing more in, ends what was taken in, and stops. Without threads: fails what waits.</summary>
    /// <exception cref="TimeoutException">The log kept a commit for longer than <see cref="EngineOptions.StopWaitMax"/>: what waits for it has no answer.</exception>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;

        if (_threads is not null) await StopThreadsAsync(_threads).ConfigureAwait(false);
        _state.Stop(new ObjectDisposedException(nameof(LedgerEngine)));
        foreach (var shard in _shards) shard.FailAll(_state.Stopped!);
        _state.Meter.Dispose();
    }

    /// <summary>Whatever is late keeps its thread, which dies with the process, and is left alone: only that thread may touch its shard.</summary>
    private async Task StopThreadsAsync(EngineThreads threads)
    {
        try
        {
            await threads.StopAsync().WaitAsync(_stopWaitMax).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            _state.Stop(new ObjectDisposedException(nameof(LedgerEngine)));
            _state.Meter.Dispose();
            throw new TimeoutException($"The log did not finish within {_stopWaitMax}. Commands that wait have no answer; after the restart, repeat them with the same id.", late);
        }
    }

    private static EngineHealth HealthOf(Exception? stopped) => stopped switch
    {
        null => EngineHealth.Running,
        EventLogFencedException => EngineHealth.Fenced,
        ObjectDisposedException => EngineHealth.Stopped,
        _ => EngineHealth.Faulted,
    };

    /// <returns>Why it was not taken in; null when it was.</returns>
    private Exception? Post(ushort partition, IShardWork work)
    {
        if (_state.Stopped is { } stopped) return stopped;
        var shard = _shards[partition % _shards.Length];
        switch (shard.Mailbox.Post(work))
        {
            case PostResult.Posted: return null;
            case PostResult.Lent:
                shard.RunLent();
                return null;
            case PostResult.Closed: return _state.Stopped ?? new ObjectDisposedException(nameof(LedgerEngine));
            case PostResult.Full:
                _state.Meter.RefusedFull();
                return new MailboxFullException();
            default: throw new System.Diagnostics.UnreachableException();
        }
    }

    private ushort CheckCommand(EngineCommand command)
    {
        if (command.Parts.IsDefaultOrEmpty || command.Parts.Length > PartsMax) throw new ArgumentException($"A command has 1 to {PartsMax} parts.", nameof(command));
        if (command.Fingerprint.Length != SHA256.HashSizeInBytes) throw new ArgumentException("A command's fingerprint has 32 bytes.", nameof(command));

        var first = command.Parts[0].Stream;
        var partition = _types.Of(first).PartitionOf(first);
        for (var index = 1; index < command.Parts.Length; index++)
        {
            var stream = command.Parts[index].Stream;
            if (_types.Of(stream).PartitionOf(stream) != partition) throw new ArgumentException($"« {stream} » is of another partition than « {first} »: they cannot be decided as one.", nameof(command));
            for (var earlier = 0; earlier < index; earlier++)
            {
                if (command.Parts[earlier].Stream == stream) throw new ArgumentException($"« {stream} » stands in two parts; a command has one per stream.", nameof(command));
            }
        }

        return partition;
    }

    private StreamType TypeOf<TState>(StreamName stream)
    {
        var type = _types.Of(stream);
        return type.StateType == typeof(TState) ? type : throw new ArgumentException($"The state of « {stream} » is a {type.StateType.Name}, not a {typeof(TState).Name}.", nameof(stream));
    }
}
