using System.Diagnostics;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.Tests;

/// <summary>The search for the highest rate that is kept up with, on a made-up target in made-up time.</summary>
public class RateSearchTests
{
    private const double Seconds = 8;
    private const double Capacity = 2_000;

    [Theory]
    [InlineData(500)]
    [InlineData(1_900)]
    [InlineData(12_000)]
    public async Task The_search_finds_the_rate_that_is_kept_up_with_from_wherever_it_begins(double first)
    {
        var (peak, steps) = await RateSearch.RunAsync(first, halvings: 6, static rate => Task.FromResult(new Target().Step(rate)));

        Assert.True(peak.KeepsUp);
        Assert.InRange(peak.Offered, Capacity * 0.97, Capacity * 1.03);
        Assert.InRange(steps.Count, 5, 25);
    }

    /// <summary>A collector's pause, a disk that hangs: whichever step it hits, the search goes on to what the target can do.</summary>
    [Fact]
    public async Task One_stall_in_any_step_does_not_end_the_search_early()
    {
        for (var stalled = 1; stalled <= 10; stalled++)
        {
            var count = 0;
            var (peak, _) = await RateSearch.RunAsync(
                first: Capacity / 2, halvings: 5, rate => Task.FromResult(new Target { StallAt = ++count == stalled ? 6.5 : null, StallSeconds = 1.5 }.Step(rate)));

            Assert.True(peak.Offered > Capacity * 0.96, $"With a stall in step {stalled} the search ended at {peak.Offered}.");
        }
    }

    [Fact]
    public async Task A_rate_that_fails_is_tried_again_before_it_counts()
    {
        var (_, steps) = await RateSearch.RunAsync(first: Capacity, halvings: 2, static rate => Task.FromResult(new Target().Step(rate)));

        foreach (var tries in steps.GroupBy(static step => step.Offered)) Assert.Equal(tries.First().KeepsUp ? 1 : RateSearch.AttemptsMax, tries.Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5.5)]
    [InlineData(7.7)]
    public void A_stall_that_is_caught_up_with_or_comes_at_the_end_is_no_falling_behind(double stallAt)
    {
        var step = new Target { StallAt = stallAt, StallSeconds = 0.3 }.Step(Capacity * 0.8);

        Assert.True(step.KeepsUp, step.Describe());
        if (stallAt > 7) Assert.True(step.LagSeconds > 0.1, step.Describe());
    }

    [Theory]
    [InlineData(1.03)]
    [InlineData(1.2)]
    [InlineData(3)]
    public void A_target_that_is_slower_than_the_rate_falls_behind_also_when_all_is_answered_in_the_end(double factor)
    {
        var step = new Target().Step(Capacity * factor);

        Assert.False(step.KeepsUp, step.Describe());
        Assert.Equal(1, step.AnsweredShare, 9);
    }

    [Fact]
    public void A_few_refusals_of_a_stall_are_allowed_and_those_of_a_rate_that_is_too_high_are_not()
    {
        var stalled = new Target { Room = 200, StallAt = 3, StallSeconds = 0.2 }.Step(Capacity * 0.8);
        var tooMuch = new Target { Room = 200 }.Step(Capacity * 1.05);

        Assert.True(stalled.KeepsUp && stalled.AnsweredShare < 1, stalled.Describe());
        Assert.False(tooMuch.KeepsUp, tooMuch.Describe());
    }

    [Fact]
    public void A_target_that_answers_nothing_keeps_up_with_nothing()
    {
        Assert.False(new Target { Room = 0 }.Step(Capacity).KeepsUp);
    }

    /// <summary>Answers one call after another, <see cref="Capacity"/> a second, and refuses what finds no room.</summary>
    private sealed class Target
    {
        public int Room { get; init; } = int.MaxValue;

        /// <summary>Seconds since the start; null: never.</summary>
        public double? StallAt { get; init; }

        public double StallSeconds { get; init; }

        public RateStep Step(double rate)
        {
            var tally = new Tally(0, TimeSpan.FromMilliseconds(100));
            var waiting = new Queue<double>();
            var free = 0.0;
            for (var due = 0.0; due < Seconds; due += 1 / rate)
            {
                tally.Offered++;
                while (waiting.TryPeek(out var first) && first <= due) waiting.Dequeue();
                if (waiting.Count >= Room)
                {
                    tally.Refused++;
                    continue;
                }

                free = Math.Max(free, due) + (1 / Capacity);
                if (StallAt is { } stall && free >= stall && free < stall + StallSeconds) free = stall + StallSeconds;
                waiting.Enqueue(free);
                tally.Accept(Ticks(due), Ticks(free));
            }

            return RateStep.Of(rate, Seconds, LoadResult.Of(0, [tally], TimeSpan.FromMilliseconds(100)));
        }

        private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
    }
}
