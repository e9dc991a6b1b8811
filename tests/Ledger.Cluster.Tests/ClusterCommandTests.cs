using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Ledger.Cluster.Tests;

/// <summary>The command as a user runs it: processes, one killed with SIGKILL, over a PostgreSQL that syncs.</summary>
public sealed partial class ClusterCommandTests
{
    [Fact]
    public async Task Three_nodes_go_on_without_the_one_that_is_killed_and_the_one_that_leaves_and_the_books_agree()
    {
        var (exit, output, error) = await RunAsync("--nodes", "3");

        if (error.Contains("PostgreSQL is not installed", StringComparison.Ordinal)) Assert.Skip(error);
        Assert.True(exit == 0, output + error);
        Assert.Equal("", error);
        var shards = Shards().Matches(output).Select(static match => match.Groups["count"].Value).ToArray();
        Assert.Equal(3 + 2 + 1, shards.Length);
        Assert.DoesNotContain("0", shards);
        Assert.Contains("Node 1 was killed (SIGKILL", output, StringComparison.Ordinal);
        Assert.Contains("Node 2 left in good order (exit code 0).", output, StringComparison.Ordinal);
        Assert.Contains("Intact.", output, StringComparison.Ordinal);
        Assert.Contains("The books agree:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fewer_nodes_than_leave_a_majority_are_refused()
    {
        var (exit, _, error) = await RunAsync("--nodes", "2");

        Assert.Equal(2, exit);
        Assert.Contains("--nodes is 3 to 9.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_said_so()
    {
        var (exit, _, error) = await RunAsync("--connection", "Host=127.0.0.1;Port=1;Username=nobody;Database=none");

        Assert.Equal(5, exit);
        Assert.NotEqual("", error);
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Ledger.Cluster.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromMinutes(4)).Token);
        return (process.ExitCode, await output, (await error).Trim());
    }

    [GeneratedRegex(@"(?<count>[0-9]+) shards$", RegexOptions.Multiline)]
    private static partial Regex Shards();
}
