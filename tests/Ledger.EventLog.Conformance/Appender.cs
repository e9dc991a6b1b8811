using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using NodaTime;

namespace Ledger.EventLog.Conformance;

/// <summary>Makes units as a writer does: knows each stream's version and hash, draws command ids from a counter. One test uses it at a time.</summary>
public sealed class Appender
{
    public const string Type = "test-thing.1";

    private static readonly Instant Start = Instant.FromUtc(2026, 11, 22, 8, 0);

    private readonly Dictionary<StreamName, (long Version, ReadOnlyMemory<byte> Hash)> _heads = [];
    private int _commands;

    /// <summary>The version that the next write to <paramref name="stream"/> expects.</summary>
    public long VersionOf(StreamName stream) => _heads.GetValueOrDefault(stream).Version;

    public static StreamName Stream(int number) => new("thing", $"{number:0000}");

    public static Guid CommandId(int number) => new(number, 0x0192, 0x7A7B, 0x80, 1, 2, 3, 4, 5, 6, 7);

    public static CommandRecord Command(Guid id) =>
        new(id, SHA256.HashData(id.ToByteArray()), Encoding.UTF8.GetBytes($"reply to {id:N}"), Start);

    /// <summary>A unit with one event on each stream, under the next command id; the streams are taken to have it from now on.</summary>
    public AppendUnit Unit(params ReadOnlySpan<StreamName> streams)
    {
        var command = Command(CommandId(++_commands));
        var writes = ImmutableArray.CreateBuilder<StreamWrite>(streams.Length);
        foreach (var stream in streams) writes.Add(Write(command.Id, stream, $$"""{"command":"{{command.Id:N}}","é":"« exact  bytes »"}"""));
        return new AppendUnit(command, writes.MoveToImmutable());
    }

    /// <summary>One write of events with these payloads, chained to what the stream is taken to hold.</summary>
    public StreamWrite Write(Guid commandId, StreamName stream, params ReadOnlySpan<string> payloads)
    {
        var (version, hash) = _heads.GetValueOrDefault(stream, (0, ChainHash.Genesis));
        var (expected, previous) = (version, hash);
        var events = ImmutableArray.CreateBuilder<NewEvent>(payloads.Length);
        foreach (var payload in payloads)
        {
            version++;
            var @event = EventEncoder.Chain(hash, stream, version, Start.PlusNanoseconds(version), commandId, new EncodedEvent(Type, Encoding.UTF8.GetBytes(payload)));
            events.Add(@event);
            hash = @event.Hash;
        }

        _heads[stream] = (version, hash);
        return new StreamWrite(stream, expected, events.MoveToImmutable()) { PreviousHash = previous };
    }

    /// <summary>Forgets what was made and not appended: the stream is at this version.</summary>
    public void Rewind(StreamName stream, StreamHead? head)
    {
        if (head is null) _heads.Remove(stream);
        else _heads[stream] = (head.Version, head.Hash);
    }

    /// <summary>Appends units and asserts that each was taken.</summary>
    public static async Task<long> AppendAsync(IEventLog log, params AppendUnit[] units)
    {
        var results = await log.AppendAsync(units, CancellationToken.None);
        return results.Select(result => Assert.IsType<AppendResult.Appended>(result).LastPosition).Last();
    }

    /// <summary>Calls until the store is there again, as an engine does.</summary>
    public static async Task<T> UntilThereAsync<T>(Func<Task<T>> call, CancellationToken bound)
    {
        while (true)
        {
            try
            {
                return await call();
            }
            catch (EventLogUnavailableException)
            {
                bound.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }
    }

    /// <summary>Appends one unit, as soon as the store is there again.</summary>
    /// <param name="patience">With a server that starts again.</param>
    public static async Task<AppendResult> AppendWhenThereAsync(IEventLog log, AppendUnit unit, TimeSpan patience)
    {
        using var bound = new CancellationTokenSource(patience);
        return (await UntilThereAsync(async () => await log.AppendAsync([unit], CancellationToken.None), bound.Token)).Single();
    }
}
