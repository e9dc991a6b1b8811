using NodaTime;

namespace Ledger.Simulation;

/// <summary>What strikes from outside: kills, take-overs, steps of the servers' clock. Every so many commits, by chance.</summary>
internal sealed class Weather(World world)
{
    private const int CommitsMin = 600;
    private const int CommitsMax = 4_000;

    /// <summary>
    /// How far the servers' clock may be wrong while questions are under way. Twice that, and the slowest question
    /// (<see cref="Lines.HostLine.TravelMax"/>), stay below the follow-up's AnswerTimeout of 90 s, after which « not found » is believed.
    /// </summary>
    public static readonly Duration ErrorMax = Duration.FromSeconds(30);

    /// <summary>How wrong it may be at night when nothing is under way: a machine that was set up with another day.</summary>
    private static readonly Duration CalmErrorMax = Duration.FromHours(30);

    /// <summary>Above the follow-up's 90 s: whatever was asked has arrived or never will, also what the host's network keeps for a while.</summary>
    private static readonly Duration CalmAfter = Duration.FromMinutes(5);

    private static readonly Duration StrikeWithin = Duration.FromSeconds(3);

    private int _untilStrike = CommitsMin;

    /// <summary>A unit was committed.</summary>
    public void Pass()
    {
        if (!world.IsBad || --_untilStrike > 0) return;

        _untilStrike = world.Chance.Between(CommitsMin, CommitsMax);
        world.Schedule.After(world.Chance.Between(Duration.Zero, StrikeWithin), Strike);
    }

    /// <summary>
    /// Nobody trades for a while: once nothing can be under way any more, the clock may go far wrong; it is set right before the next opening.
    /// </summary>
    public void StrikeAtRest(Duration rest)
    {
        if (rest < CalmAfter * 4 || !world.Chance.OneIn(25)) return;

        world.Schedule.After(CalmAfter, () =>
        {
            if (!world.IsBad || world.QuestionsUnderWay > 0) return;
            StepClock(world.Chance.Between(-CalmErrorMax, CalmErrorMax));
            world.Schedule.After(rest / 2, () => StepClock(Duration.Zero));
        });
    }

    private void Strike()
    {
        if (!world.IsBad || world.Site.Current is not { } current) return;

        switch (world.Chance.Below(20))
        {
            case < 9: world.Site.Crash(current); break;
            case < 12: world.Site.TakeOver(); break;
            default: StepClock(world.Chance.Between(-ErrorMax, ErrorMax)); break;
        }
    }

    private void StepClock(Duration error)
    {
        world.Clock.Step(error);
        world.Counts.ClockSteps++;
        world.Schedule.Note(2);
        // Alarms that were set by the wrong clock are set anew.
        world.Site.WakeProcesses();
    }
}
