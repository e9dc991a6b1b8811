using System.CommandLine;
using System.Runtime.CompilerServices;
using Ledger.LoadTests.Load;

namespace Ledger.LoadTests.CommandLine;

/// <summary>The options that every subcommand has, and how they are read.</summary>
internal sealed class CommonOptions
{
    private readonly Option<string> _output = new("--output") { Description = "Folder for the report (Markdown, JSON, SVG).", DefaultValueFactory = static _ => "load-report" };
    private readonly Option<string?> _folder = new("--folder") { Description = "Folder for the logs: choose the disk to measure. Default: the system's temporary folder." };
    private readonly Option<int> _seed = new("--seed") { Description = "Of ids and arrivals.", DefaultValueFactory = static _ => 1 };
    private readonly Option<int> _rounds = new("--rounds") { Description = "Target and floor in turn, so often; rows are medians.", DefaultValueFactory = static _ => RunOptions.RoundsDefault };
    private readonly Option<double> _scale = new("--scale") { Description = "Multiplies sizes and, below 1, times: 0.01 to try it out.", DefaultValueFactory = static _ => 1 };
    private readonly Option<int> _workers = new("--workers") { Description = "Tasks (closed loop) or threads (open loop) that send.", DefaultValueFactory = static _ => 2 };
    private readonly Option<int> _inFlight = new("--in-flight") { Description = "Commands under way in a saturated closed loop, over all workers.", DefaultValueFactory = static _ => 16_384 };
    private readonly Option<int> _shards = new("--shards") { Description = "The engine's shards; 0: its default.", DefaultValueFactory = static _ => 0 };
    private readonly Option<Spacing> _spacing = new("--spacing") { Description = "Open loop: Poisson or Even gaps.", DefaultValueFactory = static _ => Spacing.Poisson };
    private readonly Option<string?> _host = new("--host") { Description = "The server's ledger.dll. Default: artifacts/bin/Ledger.Host/release." };
    private readonly Option<bool> _quiet = new("--quiet") { Description = "No progress." };

    public CommonOptions()
    {
        Least(_rounds, 1);
        Least(_workers, 1);
        Least(_inFlight, 1);
        Least(_shards, 0);
        _scale.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 100)) result.AddError("--scale is above 0 and at most 100.");
        });
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _output, _folder, _seed, _rounds, _scale, _workers, _inFlight, _shards, _spacing, _host, _quiet }) command.Add(option);
    }

    public RunOptions Read(ParseResult result) => new()
    {
        Output = Path.GetFullPath(result.GetValue(_output)!),
        Folder = Path.GetFullPath(result.GetValue(_folder) ?? Path.GetTempPath()),
        Seed = result.GetValue(_seed),
        Rounds = result.GetValue(_rounds),
        Scale = result.GetValue(_scale),
        Workers = result.GetValue(_workers),
        InFlight = result.GetValue(_inFlight),
        Shards = result.GetValue(_shards),
        Spacing = result.GetValue(_spacing),
        Host = Path.GetFullPath(result.GetValue(_host) ?? Path.Combine(Repository(), "artifacts", "bin", "Ledger.Host", "release", "ledger.dll")),
        IsQuiet = result.GetValue(_quiet),
    };

    private static void Least(Option<int> option, int least) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() < least) result.AddError($"{option.Name} is at least {least}.");
    });

    private static string Repository([CallerFilePath] string thisFile = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", ".."));
}
