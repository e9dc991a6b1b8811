using System.Diagnostics;
using Ledger.Contracts.Integration.V1;
using Ledger.Postgres.Fixture;
using Ledger.Projections.Conformance;

namespace Ledger.Cluster.Wolverine.Tests;

/// <summary>The command as an operator runs it: real processes, killed with SIGKILL.</summary>
public sealed class KillTests(PostgresFixture postgres)
{
    private const int Kills = 4;

    [Fact]
    public async Task Processes_that_are_killed_under_load_leave_neither_a_gap_nor_a_double_in_the_outbox()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        await bench.CountPutsAsync();
        var writer = new LogWriter(bench.Log);
        var heard = new HashSet<Guid>();
        using var over = new CancellationTokenSource();
        var living = Task.Run(() =>
        {
            for (var number = 1; !over.IsCancellationRequested; number++) writer.Append(Sample.StreamOf(Sample.Payment(number)), [.. Sample.Paid(number)]);
        });

        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = await RunAsync(bench);
            var before = await bench.PutsAsync();
            await Bench.UntilAsync(async () => living.IsFaulted || await bench.PutsAsync() > before, "it tells something");
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            heard.UnionWith((await bench.TakeEventsAsync()).Select(static message => message.Origin.MessageId));
        }

        await over.CancelAsync();
        await living;
        using var last = await RunAsync(bench);
        await bench.UntilToldAsync();
        heard.UnionWith((await bench.TakeEventsAsync()).Select(static message => message.Origin.MessageId));
        last.Kill(entireProcessTree: true);
        await last.WaitForExitAsync();

        var expected = await RelayTests.ExpectedIdsAsync(bench);
        Assert.Equal(expected.Length, await bench.PutsAsync());
        Assert.Equal(expected.Length, await bench.PutsAsync("DISTINCT id"));
        Assert.Equal(expected.ToHashSet(), heard);
    }

    [Fact]
    public async Task The_command_says_what_waits_and_refuses_what_it_does_not_know()
    {
        await using var bench = await Bench.CreateAsync(postgres);
        var fresh = await postgres.CreateLogAsync();

        Assert.Equal(3, (await CallAsync(fresh.ConnectionString, "run")).Exit);
        Assert.Equal(3, (await CallAsync(fresh.ConnectionString, "status")).Exit);
        Assert.Equal(0, (await CallAsync(fresh.ConnectionString, "migrate")).Exit);
        var (exit, output) = await CallAsync(bench.Options.Database.ConnectionString, "status", "--json");
        Assert.Equal(0, exit);
        Assert.Contains("\"told\": 0", output, StringComparison.Ordinal);
        Assert.Equal((0, "[]"), await CallAsync(bench.Options.Database.ConnectionString, "dead", "--json"));
        Assert.Equal(2, (await CallAsync(bench.Options.Database.ConnectionString, "replay")).Exit);
        Assert.Equal(2, (await CallAsync(bench.Options.Database.ConnectionString, "replay", Guid.NewGuid().ToString())).Exit);
        Assert.Equal(2, (await CallAsync(bench.Options.Database.ConnectionString, "discard", Guid.NewGuid().ToString())).Exit);
        Assert.Equal(2, (await CallAsync(bench.Options.Database.ConnectionString, "resend", "--from", "1")).Exit);
        Assert.Equal(2, (await CallAsync("", "status")).Exit);
        Assert.Equal(5, (await CallAsync("Host=127.0.0.1;Port=1;Username=nobody;Database=none", "status")).Exit);
    }

    private static async Task<Process> RunAsync(Bench bench)
    {
        var process = Process.Start(Command(bench.Options.Database.ConnectionString, "run"))!;
        var test = TestContext.Current.TestOutputHelper;
        process.ErrorDataReceived += (_, line) => test?.WriteLine(line.Data ?? "");
        process.BeginErrorReadLine();
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().WaitAsync(Bench.Patience));
        return process;
    }

    private static async Task<(int Exit, string Output)> CallAsync(string connection, params string[] arguments)
    {
        using var process = Process.Start(Command(connection, arguments))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Bench.Patience);
        Assert.True(process.ExitCode == 0 || await error != "", "it says why");
        return (process.ExitCode, (await output).Trim());
    }

    private static ProcessStartInfo Command(string connection, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Ledger.Cluster.dll"), "messages", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["LEDGER_CONNECTION"] = connection;
        return start;
    }
}
