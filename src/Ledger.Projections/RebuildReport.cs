using NodaTime;

namespace Ledger.Projections;

/// <summary>How far a rebuild is.</summary>
/// <param name="Position">Events taken in so far.</param>
/// <param name="Target">Position of the log just now; moves while writes go on.</param>
/// <param name="EventsPerSecond">Since the start; null while no time has passed on the clock.</param>
/// <param name="TimeLeft">At that rate; null while there is none.</param>
public sealed record RebuildProgress(string Name, RebuildStage Stage, long Position, long Target, double? EventsPerSecond, Duration? TimeLeft);

public enum RebuildStage
{
    /// <summary>Reading the log from its beginning.</summary>
    Folding = 1,

    /// <summary>Making the indexes and putting the file on disk for good.</summary>
    Finishing = 2,

    /// <summary>Comparing with the read model that serves, both at one position.</summary>
    Comparing = 3,

    /// <summary>Taking in what came meanwhile, then serving from the new one.</summary>
    Switching = 4,

    Done = 5,
}

/// <param name="SwitchOver">False compares only and throws the new build away.</param>
/// <param name="KeepOld">Leaves the old generation's file for inspection.</param>
public sealed record RebuildOptions(bool SwitchOver = true, bool KeepOld = false);

/// <summary>What a rebuild found and did.</summary>
/// <param name="Generation">The generation that serves now.</param>
/// <param name="Events">Events that the new build took in.</param>
/// <param name="Comparison">Null when the old read model could not be compared.</param>
/// <param name="NotComparedBecause">It was never finished, or could not be read; null when it was compared.</param>
public sealed record RebuildReport(string Name, int Generation, long Events, bool SwitchedOver, ViewComparison? Comparison, string? NotComparedBecause);

/// <summary>Two builds of one read model at one position, row by row.</summary>
/// <param name="ServingDigest">SHA-256 over all rows in key order, hexadecimal.</param>
/// <param name="Differences">The first <see cref="DifferencesMax"/> of <paramref name="DifferenceCount"/>.</param>
public sealed record ViewComparison(
    long Position,
    long ServingRows,
    long RebuiltRows,
    string ServingDigest,
    string RebuiltDigest,
    long DifferenceCount,
    IReadOnlyList<ViewDifference> Differences)
{
    public const int DifferencesMax = 100;

    public bool IsEqual => DifferenceCount == 0;
}

/// <param name="Table">Table of the read model.</param>
/// <param name="Key">The row's key.</param>
/// <param name="Serving">The row that was served; null when it was missing.</param>
/// <param name="Rebuilt">The row that follows from the log; null when there should be none.</param>
public sealed record ViewDifference(string Table, string Key, string? Serving, string? Rebuilt);
