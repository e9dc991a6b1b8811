using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Ledger.LoadTests.Budgets;

namespace Ledger.LoadTests.Tests;

/// <summary>
/// What a command and an event may cost: bytes allocated, and instructions as callgrind counts them. Neither depends on how fast the machine is or what
/// else it does. A budget is what was measured and a tenth; whoever needs more says why in the change that raises it. They are those of a Debug build,
/// compiled quickly, as the test run has it: they guard against growth and say nothing of speed.
/// </summary>
public sealed partial class BudgetTests : IDisposable
{
    private const double PaymentBytes = 2_800;
    private const double ReadBytes = 860;
    private const double PaymentInstructions = 160_000;
    private const double ReadInstructions = 55_000;

    private const int AllocationCount = 2_000;
    private const int InstructionCount = 400;

    /// <summary>For one run under callgrind, on a busy machine.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(8);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_allocates_no_more_than_its_budget()
    {
        await using var work = new BudgetWork(_folder.In("ledger.db"));
        AssertWithin(work.MeasureBytes(BudgetKind.Payment, AllocationCount), PaymentBytes, "bytes a command");
    }

    [Fact]
    public async Task An_event_that_is_read_allocates_no_more_than_its_budget()
    {
        await using var work = new BudgetWork(_folder.In("ledger.db"));
        work.Run(BudgetKind.Payment, AllocationCount);
        AssertWithin(work.MeasureBytes(BudgetKind.Read, AllocationCount), ReadBytes, "bytes an event");
    }

    [Fact]
    public async Task A_command_and_an_event_that_is_read_take_no_more_instructions_than_their_budgets()
    {
        if (Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).All(static folder => !File.Exists(Path.Combine(folder, "valgrind")))) Assert.Skip("valgrind is not installed.");

        // What the runs have in common, starting and compiling above all, falls out of the differences.
        var (none, payments, reads) = (CountAsync(BudgetKind.Payment, 0), CountAsync(BudgetKind.Payment, InstructionCount), CountAsync(BudgetKind.Read, InstructionCount));
        AssertWithin((await payments - await none) / (double)InstructionCount, PaymentInstructions, "instructions a command");
        AssertWithin((await reads - await none) / (double)InstructionCount, ReadInstructions, "instructions an event");
    }

    private static void AssertWithin(double measured, double budget, string unit)
    {
        if (typeof(BudgetWork).Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true }) Assert.Skip("Budgets are those of a Debug build.");
        Assert.True(measured <= budget, string.Create(CultureInfo.InvariantCulture, $"{measured:N0} {unit}, the budget is {budget:N0}."));
        Assert.True(measured >= budget / 2, string.Create(CultureInfo.InvariantCulture, $"{measured:N0} {unit}: the budget of {budget:N0} is more than twice that. Lower it, so that it guards what was gained."));
    }

    private async Task<long> CountAsync(BudgetKind kind, int count)
    {
        using var bound = new CancellationTokenSource(Bound);
        var log = _folder.In(string.Create(CultureInfo.InvariantCulture, $"{kind}-{count}.db"));
        string[] arguments =
        [
            "--tool=callgrind", "--callgrind-out-file=/dev/null", "--smc-check=all-non-file", Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            typeof(BudgetProgram).Assembly.Location, BudgetProgram.Name, "--kind", $"{kind}", "--count", count.ToString(CultureInfo.InvariantCulture), "--log", log,
        ];
        var start = new ProcessStartInfo("valgrind", arguments) { RedirectStandardError = true, RedirectStandardOutput = true };

        // Compiled once, quickly and for good, a heap that valgrind can map, and no collector threads that count along.
        foreach (var (name, value) in new[] { ("DOTNET_TC_CallCounting", "0"), ("DOTNET_TieredPGO", "0"), ("DOTNET_GCHeapHardLimit", "20000000"), ("DOTNET_gcServer", "0"), ("DOTNET_gcConcurrent", "0"), ("DOTNET_GCgen0size", "10000000") })
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(bound.Token);
        await process.WaitForExitAsync(bound.Token);
        Assert.True(process.ExitCode == 0 && Collected().Match(said) is { Success: true }, said);
        return long.Parse(Collected().Match(said).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"Collected : (\d+)")]
    private static partial Regex Collected();
}
