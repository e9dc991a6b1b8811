using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Ledger.Crashes;

/// <summary>One life of the process that is killed: where it is to die, and what it had said by then.</summary>
/// <param name="Number">From 0; part of what the callers do.</param>
/// <param name="Pass">From 1; for <see cref="KillPoint.AnyInstant"/>, after so many lines it is killed.</param>
internal sealed record Life(int Number, KillPoint Point, int Pass)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"life {Number}, {Point} at pass {Pass}");
}

/// <summary>Starts the process and sees it die.</summary>
internal sealed class Killing(string file, int seed, int callers)
{
    /// <summary>SIGKILL, as .NET gives the exit code of a process that a signal ended: 128 + 9.</summary>
    private const int KilledExitCode = 137;

    /// <summary>After the last line, a kill from outside comes within so many milliseconds: anywhere in a commit.</summary>
    private const int DelayMilliseconds = 20;

    /// <summary>Before the first line it comes within so many: anywhere in its start, with what that recovers.</summary>
    private const int StartMilliseconds = 400;

    /// <summary>For a whole life, on a busy machine.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    /// <returns>All that it said.</returns>
    /// <exception cref="CrashFoundException">It ended otherwise than by its kill.</exception>
    public async Task<ImmutableArray<Acknowledgement>> RunAsync(Life life, Random random)
    {
        using var bound = new CancellationTokenSource(Bound);
        using var process = Start(life);
        var error = process.StandardError.ReadToEndAsync(bound.Token);
        var text = "";
        try
        {
            if (life.Point == KillPoint.AnyInstant) text = await KillAtAnyInstantAsync(process, life.Pass, random, bound.Token).ConfigureAwait(false);
            text += await process.StandardOutput.ReadToEndAsync(bound.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(bound.Token).ConfigureAwait(false);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        if (process.ExitCode != KilledExitCode) throw new CrashFoundException($"The process ended by itself with exit code {process.ExitCode}: {await error.ConfigureAwait(false)}");
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Acknowledgement.Parse)];
    }

    private static async Task<string> KillAtAnyInstantAsync(Process process, int lines, Random random, CancellationToken cancellation)
    {
        var said = new System.Text.StringBuilder();
        for (var line = 0; line < lines && await process.StandardOutput.ReadLineAsync(cancellation).ConfigureAwait(false) is { } text; line++) said.Append(text).Append('\n');
        await Task.Delay(random.Next((lines == 0 ? StartMilliseconds : DelayMilliseconds) + 1), cancellation).ConfigureAwait(false);
        process.Kill();
        return said.ToString();
    }

    private Process Start(Life life)
    {
        var arguments = new[] { seed, life.Number, callers, (int)life.Point, life.Pass }.Select(static number => number.ToString(CultureInfo.InvariantCulture));
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        return Process.Start(new ProcessStartInfo(dotnet, ["exec", typeof(Killing).Assembly.Location, "victim", file, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }
}

/// <summary>A guarantee did not hold.</summary>
internal sealed class CrashFoundException(string message) : Exception(message);
