using System.Globalization;

namespace Ledger.Simulation;

/// <summary>How a run is played again.</summary>
public static class SimulationReplay
{
    /// <summary>The command line, exactly.</summary>
    public static string CommandOf(SimulationOptions options) => string.Create(CultureInfo.InvariantCulture, $"ledger simulate --seed {options.Seed} --events {options.Commands}");
}
