using Ledger.Engine;
using Ledger.EventLog;
using Ledger.Simulation.Servers;
using NodaTime;

namespace Ledger.Simulation.Lines;

/// <summary>
/// Between phones and servers: messages take their time, arrive late, twice, or not at all, and so do answers. Who gets none asks again by the
/// same command id, a bounded number of times. An instance serves the whole town.
/// </summary>
internal sealed class PhoneLine(World world)
{
    /// <summary>How often one thing is asked before the phone's owner gives up.</summary>
    private const int AttemptsMax = 7;

    private static readonly Duration TravelMin = Duration.FromMilliseconds(5);
    private static readonly Duration TravelUsualMax = Duration.FromMilliseconds(150);
    private static readonly Duration TravelMax = Duration.FromSeconds(15);
    private static readonly Duration PatienceMin = Duration.FromSeconds(8);
    private static readonly Duration PatienceMax = Duration.FromSeconds(65);
    private static readonly Duration RetryMin = Duration.FromMilliseconds(200);
    private static readonly Duration RetryMax = Duration.FromSeconds(6);

    /// <summary>Asks until there is an answer.</summary>
    /// <param name="id">The command's; an answer to it is the same each time.</param>
    /// <returns>Null when the caller gave up: the command may have taken effect, or may still.</returns>
    public async Task<T?> AskAsync<T>(Guid id, Func<Server, ValueTask<T>> call)
        where T : class
    {
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            if (await AskOnceAsync(id, call) is { } answer) return answer;
            await world.Schedule.PauseAsync(world.Chance.Between(RetryMin, RetryMax * attempt));
        }

        return null;
    }

    private Task<T?> AskOnceAsync<T>(Guid id, Func<Server, ValueTask<T>> call)
        where T : class
    {
        var answer = new TaskCompletionSource<T?>();
        if (IsLost()) world.Counts.LostMessages++;
        else Send(id, call, answer);

        if (world.IsBad && world.Chance.OneIn(25))
        {
            world.Counts.DoubledMessages++;
            Send(id, call, answer);
        }

        world.Schedule.After(world.Chance.Between(PatienceMin, PatienceMax), () => answer.TrySetResult(null));
        return answer.Task;
    }

    private void Send<T>(Guid id, Func<Server, ValueTask<T>> call, TaskCompletionSource<T?> answer)
        where T : class
        => world.Schedule.After(DrawTravel(), () =>
        {
            if (world.Site.Reached() is not { IsAlive: true } server) world.Schedule.After(DrawTravel(), () => answer.TrySetResult(null));
            else server.Home.Begin(() => ServeAsync(id, server, call, answer));
        });

    /// <summary>The server's edge. If it is killed meanwhile, what follows the wait does not happen.</summary>
    private async Task ServeAsync<T>(Guid id, Server server, Func<Server, ValueTask<T>> call, TaskCompletionSource<T?> answer)
        where T : class
    {
        T? said = null;
        try
        {
            said = await call(server);
            world.Oracle.Told(id, said);
        }
        catch (Exception exception) when (exception is EventLogUnavailableException or EventLogFencedException or MailboxFullException)
        {
            // The phone hears that nothing is known, and asks again.
        }
        catch (CommandIdReusedException)
        {
            world.Oracle.Conflicted(id);
        }
        catch (Exception exception)
        {
            world.Oracle.Fault("a request", exception);
        }

        if (IsLost()) world.Counts.LostMessages++;
        else world.Schedule.After(DrawTravel(), () => answer.TrySetResult(said));
    }

    private bool IsLost() => world.IsBad && world.Chance.OneIn(25);

    private Duration DrawTravel() => world.IsBad && world.Chance.OneIn(50) ? world.Chance.Between(TravelUsualMax, TravelMax) : world.Chance.Between(TravelMin, TravelUsualMax);
}
