using Ledger.Simulation.Storage;

namespace Ledger.Simulation;

/// <summary>Which run to play. The same options give the same run, step by step, on any machine with the same version.</summary>
public sealed record SimulationOptions
{
    /// <summary>Commands of one run at most: a run is kept in memory as a whole (about 4 KiB a command).</summary>
    public const long CommandsMax = 500_000;

    /// <summary>What a run has when nobody says how many: about two weeks of trading.</summary>
    public const long CommandsDefault = 25_000;

    /// <summary>Any number; another one is another run.</summary>
    public required long Seed { get; init; }

    /// <summary>The town trades until so many commands were answered, then everything comes to rest. 1 to <see cref="CommandsMax"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public long Commands
    {
        get;
        init => field = value is >= 1 and <= CommandsMax ? value : throw new ArgumentOutOfRangeException(nameof(Commands), value, $"A run has 1 to {CommandsMax} commands.");
    }
    = CommandsDefault;

    /// <summary>A guarantee that is broken on purpose; for tests of the simulation itself.</summary>
    internal BrokenGuarantee Broken { get; init; } = BrokenGuarantee.None;
}
