using System.Diagnostics;
using System.Globalization;
using Ledger.Crashes;

// dotnet run --project tests/Ledger.Crashes -- --kills 200 [--seed 7]
if (args is ["victim", .. var rest]) return await Victim.RunAsync(rest);

if (Number("--kills") is not { } kills || kills < 1)
{
    await Console.Error.WriteLineAsync("Usage: Ledger.Crashes --kills <1 or more> [--seed <number>]: kills a process under load so often, and checks its log after each.");
    return 2;
}

var seed = Number("--seed") ?? Environment.TickCount;
var folder = Directory.CreateTempSubdirectory("ledger-crashes-").FullName;
var start = Stopwatch.GetTimestamp();
try
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Seed {seed}, in {folder}"));
    var report = await new CrashRun(folder, seed).RunAsync(kills, new Progress());
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report} {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s."));
    Directory.Delete(folder, recursive: true);
    return 0;
}
catch (CrashFoundException found)
{
    await Console.Error.WriteLineAsync(found.Message);
    return 1;
}

int? Number(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length && int.TryParse(args[at + 1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

internal sealed class Progress : IProgress<string>
{
    public void Report(string value) => Console.WriteLine(value);
}
