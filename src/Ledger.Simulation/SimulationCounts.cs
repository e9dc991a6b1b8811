namespace Ledger.Simulation;

/// <summary>What happened in a run, in numbers. The run's thread counts; read it when the run is over.</summary>
public sealed class SimulationCounts
{
    /// <summary>Commands that an engine answered: accepted, in effect before, refused, or answered again.</summary>
    public long Commands { get; internal set; }

    /// <summary>Of these, answered by a stored reply.</summary>
    public long Repeats { get; internal set; }

    /// <summary>Of these, refused by a rule.</summary>
    public long Refusals { get; internal set; }

    public long Events { get; internal set; }

    /// <summary>Payments that were completed.</summary>
    public long Payments { get; internal set; }

    /// <summary>Commands that got an error, and not an answer.</summary>
    public long Errors { get; internal set; }

    /// <summary>Server processes that were killed.</summary>
    public long Crashes { get; internal set; }

    /// <summary>Servers that another one replaced while they still ran.</summary>
    public long Fences { get; internal set; }

    public long Stalls { get; internal set; }

    public long FailedCommits { get; internal set; }

    /// <summary>Commits that took effect and whose writer did not hear of it.</summary>
    public long LostCommitAnswers { get; internal set; }

    /// <summary>Messages between phones and servers, and questions to the host, that were lost, or whose answer was.</summary>
    public long LostMessages { get; internal set; }

    /// <summary>Messages that arrived twice.</summary>
    public long DoubledMessages { get; internal set; }

    public long ClockSteps { get; internal set; }

    /// <summary>To-do lists that were lost and folded anew from the log.</summary>
    public long LostLists { get; internal set; }

    /// <summary>Remittances that were credited.</summary>
    public long Remittances { get; internal set; }

    /// <summary>Business days on which payments were asked for.</summary>
    public long Days { get; internal set; }

    /// <summary>Things that happened on the schedule.</summary>
    public long Steps { get; internal set; }

    /// <summary>Adds what happened in another run.</summary>
    public void Add(SimulationCounts other)
    {
        Commands += other.Commands;
        Repeats += other.Repeats;
        Refusals += other.Refusals;
        Events += other.Events;
        Payments += other.Payments;
        Errors += other.Errors;
        Crashes += other.Crashes;
        Fences += other.Fences;
        Stalls += other.Stalls;
        FailedCommits += other.FailedCommits;
        LostCommitAnswers += other.LostCommitAnswers;
        LostMessages += other.LostMessages;
        DoubledMessages += other.DoubledMessages;
        ClockSteps += other.ClockSteps;
        LostLists += other.LostLists;
        Remittances += other.Remittances;
        Days += other.Days;
        Steps += other.Steps;
    }
}
