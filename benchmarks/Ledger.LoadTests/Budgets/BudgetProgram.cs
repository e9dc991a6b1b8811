using System.CommandLine;

namespace Ledger.LoadTests.Budgets;

/// <summary>The same work in a process of its own, for a tool that counts a whole process's instructions.</summary>
internal static class BudgetProgram
{
    public const string Name = "budget-work";

    private static readonly Option<BudgetKind> Kind = new("--kind") { Required = true, Description = "Payment or Read." };
    private static readonly Option<int> Count = new("--count") { Required = true, Description = "Commands, or events." };
    private static readonly Option<string> Log = new("--log") { Required = true, Description = "The log's file, which is not there yet." };

    /// <summary>What every run does before, so that the difference of two runs is work that is compiled.</summary>
    private const int CountFirst = 8;

    public static Command Command()
    {
        var command = new Command(Name, "Work that the tests count the instructions of.") { Kind, Count, Log };
        command.Hidden = true;
        command.SetAction(async (result, _) =>
        {
            await using var work = new BudgetWork(result.GetRequiredValue(Log));
            work.Run(BudgetKind.Payment, CountFirst);
            work.Run(BudgetKind.Read, CountFirst);
            work.Run(result.GetRequiredValue(Kind), result.GetRequiredValue(Count));
            return 0;
        });
        return command;
    }
}
