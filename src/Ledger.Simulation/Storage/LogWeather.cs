using Ledger.Simulation.Scheduling;
using NodaTime;

namespace Ledger.Simulation.Storage;

/// <summary>How the disk behaves towards one log: how long commits take and what becomes of them. Draws from the run's chance.</summary>
internal sealed class LogWeather(Chance chance, SimulationCounts counts)
{
    private static readonly Duration CommitMin = Duration.FromTicks(400);
    private static readonly Duration CommitMax = Duration.FromMilliseconds(1);
    private static readonly Duration HiccupMin = Duration.FromMilliseconds(5);
    private static readonly Duration HiccupMax = Duration.FromMilliseconds(200);
    private static readonly Duration StallMin = Duration.FromSeconds(2);
    private static readonly Duration StallMax = Duration.FromSeconds(40);

    /// <summary>False: all goes well, and quickly.</summary>
    public bool IsBad { get; set; }

    /// <summary>When what was only promised is written; of use to a broken disk alone.</summary>
    public Duration FlushDelay => Duration.FromMilliseconds(20);

    public (CommitFate Kind, Duration Latency) Next()
    {
        if (!IsBad) return (CommitFate.Committed, CommitMin);

        var fate = chance.Below(4000) switch
        {
            < 24 => CommitFate.Unavailable,
            < 44 => CommitFate.AnswerLost,
            < 46 => CommitFate.Crash,
            _ => CommitFate.Committed,
        };
        if (fate == CommitFate.Unavailable) counts.FailedCommits++;
        if (fate == CommitFate.AnswerLost) counts.LostCommitAnswers++;
        return (fate, Latency());
    }

    public bool ReadFails() => IsBad && chance.OneIn(20_000);

    /// <summary>Of a commit that was on its way when its process was killed.</summary>
    public bool ReachesTheDisk() => chance.OneIn(2);

    private Duration Latency()
    {
        if (chance.OneIn(2000))
        {
            counts.Stalls++;
            return chance.Between(StallMin, StallMax);
        }

        return chance.OneIn(60) ? chance.Between(HiccupMin, HiccupMax) : chance.Between(CommitMin, CommitMax);
    }
}
