using System.Buffers.Binary;
using Ledger.Acquiring;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.Simulation.Servers;

namespace Ledger.Simulation.Town;

/// <summary>
/// How the town's people ask: a command id of their own each time, the same one when they ask again; and what was asked before can be asked once
/// more at any time, as a phone does that comes back. One instance serves the town.
/// </summary>
internal sealed class Caller(World world)
{
    private const int RememberedMax = 500;

    private readonly List<Func<Task>> _asked = [];

    public CommandHeader NewHeader()
    {
        var id = world.Chance.NextGuid();
        return new CommandHeader(id, FingerprintOf(id, 0));
    }

    /// <summary>Asks the desk for something.</summary>
    /// <returns>Null when there was no answer.</returns>
    public Task<DeskReply?> AskAsync(CommandHeader header, Func<Server, ValueTask<DeskReply>> call)
    {
        Remember(() => world.Phones.AskAsync(header.CommandId, call));
        return world.Phones.AskAsync(header.CommandId, call);
    }

    /// <summary>Asks an engine directly, as the staff's endpoints do.</summary>
    public Task<CommandReply?> AskAsync(StreamName stream, object command) => AskAsync(NewCommand(stream, command));

    public Task<CommandReply?> AskAsync(EngineCommand command)
    {
        Remember(() => world.Phones.AskAsync(command.Id, server => server.Engine.ExecuteAsync(command, CancellationToken.None)));
        if (world.Chance.OneIn(40)) Remember(() => AskWithAnotherBodyAsync(command));
        return world.Phones.AskAsync(command.Id, server => server.Engine.ExecuteAsync(command, CancellationToken.None));
    }

    /// <summary>Many independent commands in one message; each has an answer of its own, or none.</summary>
    public Task AskAsync(IReadOnlyList<EngineCommand> commands) => world.Phones.AskAsync(Guid.Empty, server => ExecuteAsync(server, commands));

    public EngineCommand NewCommand(StreamName stream, object command)
    {
        var id = world.Chance.NextGuid();
        return EngineCommand.One(id, FingerprintOf(id, 0), stream, command);
    }

    private static async ValueTask<object> ExecuteAsync(Server server, IReadOnlyList<EngineCommand> commands)
    {
        await Task.WhenAll(commands.Select(async command =>
        {
            try
            {
                await server.Engine.ExecuteAsync(command, CancellationToken.None);
            }
            catch (Exception exception) when (exception is EventLogUnavailableException or EventLogFencedException or MailboxFullException)
            {
                // This one has no answer; the message as a whole has.
            }
        }));
        return commands;
    }

    /// <summary>Something that was asked before, once more: the answer must be the same, and nothing must happen.</summary>
    public Task RepeatAsync() => _asked.Count == 0 ? Task.CompletedTask : world.Chance.Pick(_asked)();

    /// <summary>A used id with another body: a conflict, without effect (I11).</summary>
    private async Task AskWithAnotherBodyAsync(EngineCommand command)
    {
        var other = command with { Fingerprint = FingerprintOf(command.Id, 1) };
        if (!world.Oracle.IsDurable(command.Id)) return;

        world.Oracle.ExpectConflict(command.Id);
        await world.Phones.AskAsync(command.Id, server => server.Engine.ExecuteAsync(other, CancellationToken.None));
    }

    private void Remember(Func<Task> asking)
    {
        if (_asked.Count < RememberedMax) _asked.Add(asking);
        else _asked[world.Chance.Below(RememberedMax)] = asking;
    }

    /// <summary>Stands for SHA-256 of a body: as long, and different where the bodies are.</summary>
    private static byte[] FingerprintOf(Guid id, byte body)
    {
        var bytes = new byte[32];
        id.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), body);
        return bytes;
    }
}
