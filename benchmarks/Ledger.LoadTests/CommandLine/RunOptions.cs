using Ledger.Engine;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests;

/// <summary>What every subcommand is told.</summary>
internal sealed record RunOptions
{
    public const int RoundsDefault = 5;

    /// <summary>Where the report goes.</summary>
    public required string Output { get; init; }

    /// <summary>Where logs are written: the disk that is measured.</summary>
    public required string Folder { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Target and floor in turn, this often; rows are medians.</summary>
    public int Rounds { get; init; } = RoundsDefault;

    /// <summary>Multiplies the sizes: 1 is what the results quote, 0.001 a try-out.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Tasks or threads that send.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Commands under way in a saturated closed loop.</summary>
    public int InFlight { get; init; } = 16_384;

    /// <summary>Of the engine; 0: its default.</summary>
    public int Shards { get; init; }

    public Spacing Spacing { get; init; } = Spacing.Poisson;

    /// <summary>The `ledger` command's file, for runs over HTTP.</summary>
    public required string Host { get; init; }

    /// <summary>Whether to draw progress.</summary>
    public bool IsQuiet { get; init; }

    public EngineOptions Engine => Shards > 0 ? new EngineOptions { ShardCount = Shards } : new EngineOptions();

    /// <param name="full">The size at scale 1.</param>
    /// <param name="least">However small the scale.</param>
    public long Size(long full, long least = 1) => Math.Max(least, (long)Math.Round(full * Scale));

    /// <param name="full">Seconds at scale 1.</param>
    public double Time(double full) => Math.Max(0.2, full * Math.Min(1, Scale));
}
