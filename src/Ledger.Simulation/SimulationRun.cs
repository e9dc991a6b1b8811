using Ledger.Domain.Merchants;
using Ledger.Engine;
using Ledger.Simulation.Scheduling;
using Ledger.Simulation.Town;
using NodaTime;

namespace Ledger.Simulation;

/// <summary>
/// Plays one seeded run: a town pays, cancels and refunds for days, while servers are killed and replaced, commits fail and messages are lost.
/// Then everything comes to rest, and the whole is checked once more. See specs/decisions/0015.
/// </summary>
public static class SimulationRun
{
    /// <summary>A run that goes on for so many things per command never comes to rest.</summary>
    private const long StepsPerCommandMax = 400;

    private const long StepsMin = 2_000_000;

    private const int StackBytes = 16 * 1024 * 1024;

    /// <summary>Plays it on a thread of its own, and waits for that: no context of the caller reaches it.</summary>
    /// <param name="progress">Told now and then how many commands were answered. Another thread calls it.</param>
    /// <exception cref="OperationCanceledException">Cancelled first.</exception>
    public static SimulationReport Play(SimulationOptions options, Action<long>? progress, CancellationToken cancellation)
    {
        SimulationReport? report = null;
        Exception? fault = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    report = new Player(options, progress, cancellation).Play();
                }
                catch (Exception exception)
                {
                    // The thread's edge: who waits gets it.
                    fault = exception;
                }
            },
            StackBytes);
        thread.Start();
        thread.Join();
        if (fault is OperationCanceledException) throw new OperationCanceledException(cancellation);
        return report ?? throw new InvalidOperationException("The simulation itself broke.", fault);
    }

    private sealed class Player
    {
        private const int LookEvery = 1024;

        private readonly World _world;
        private readonly TownHall _town = new();
        private readonly HomeContext _home;
        private readonly Action<long>? _progress;
        private readonly CancellationToken _cancellation;

        public Player(SimulationOptions options, Action<long>? progress, CancellationToken cancellation)
        {
            (_world, _progress, _cancellation) = (new World(options), progress, cancellation);
            _home = new HomeContext(_world.Schedule);
        }

        private bool IsClosing => _world.Counts.Commands >= _world.Options.Commands;

        public SimulationReport Play()
        {
            _world.Site.Start();
            RunUntilRest(Open);
            _world.LogWeather.IsBad = true;
            RunUntilRest(Trade);
            if (_world.Oracle.Failure is null) new Inspection(_world).Begin(_home);
            RunUntilRest(static () => Task.CompletedTask);
            _world.Counts.Steps = _world.Schedule.Steps;
            return new SimulationReport(_world.Options, _world.Counts, _world.Schedule.Digest, _world.Oracle.Failure);
        }

        private async Task Open()
        {
            var now = _world.Clock.GetCurrentInstant();
            foreach (var shop in _town.Shops)
            {
                ContractTerms? terms = null;
                foreach (var (stream, command) in _town.OpeningOf(shop, now))
                {
                    var id = _world.Chance.NextGuid();
                    var engine = _world.Site.Current!.Engine;
                    var reply = await engine.ExecuteAsync(EngineCommand.One(id, new byte[32], stream, command(terms)), CancellationToken.None);
                    if (!reply.IsAccepted) throw new InvalidOperationException($"The town cannot open: {stream} {reply.Rejection}.");
                    terms = await _world.Site.Current!.TermsAsync(shop.Merchant);
                }
            }
        }

        private async Task Trade()
        {
            var caller = new Caller(_world);
            var lives = _town.Shops
                .SelectMany(shop => shop.Tills.Select(till => new Phone(_world, _town, shop, till, caller).LiveAsync(() => IsClosing)))
                .Append(new Staff(_world, _town, caller).LiveAsync(() => IsClosing))
                .Append(new Switch(_world, _town, caller).LiveAsync(() => IsClosing))
                .ToArray();
            await Task.WhenAll(lives);
            // The network heals, the disk is well, nobody is killed any more.
            _world.LogWeather.IsBad = false;
            _world.Clock.Step(Duration.Zero);
            _world.Site.WakeProcesses();
        }

        /// <summary>Lets happen what happens, until nothing is left to happen or something happened that must not.</summary>
        private void RunUntilRest(Func<Task> work)
        {
            Task? running = null;
            _home.Begin(() => running = work());
            var stepsMax = _world.Schedule.Steps + Math.Max(StepsMin, _world.Options.Commands * StepsPerCommandMax);
            while (_world.Oracle.Failure is null && RunNext())
            {
                if (running is { IsFaulted: true }) _world.Oracle.Fault("the town", running.Exception!.InnerException!);
                if (_world.Schedule.Steps >= stepsMax) _world.Oracle.Broken("I50", $"it does not come to rest: {stepsMax} things happened, and there is always one more");
                if (_world.Schedule.Steps % LookEvery == 0) Look();
            }

            if (_world.Oracle.Failure is null && running is not { IsCompleted: true }) _world.Oracle.Broken("I50", "somebody waits for an answer that never comes, and nobody is left to give it");
        }

        private bool RunNext()
        {
            try
            {
                return _world.Schedule.RunNext();
            }
            catch (Exception exception)
            {
                // A step's edge: whatever it is, the run ends with it and its seed.
                _world.Oracle.Fault("a step", exception);
                return false;
            }
        }

        private void Look()
        {
            _cancellation.ThrowIfCancellationRequested();
            _progress?.Invoke(_world.Counts.Commands);
        }
    }
}
