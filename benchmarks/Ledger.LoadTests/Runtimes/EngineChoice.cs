using System.CommandLine;
using Ledger.Engine;
using Ledger.EventLog;
using Ledger.LoadTests.CommandLine;
using Ledger.LoadTests.Peers;

namespace Ledger.LoadTests.Runtimes;

/// <summary>--log, --runtime and --with: which engines a run is about.</summary>
internal sealed class EngineChoice
{
    private readonly Option<string[]> _logs;
    private readonly Option<string[]> _runtimes;
    private readonly Option<string[]> _with = new("--with") { Description = "Assemblies with more logs and runtimes, see benchmarks/README.md.", AllowMultipleArgumentsPerToken = true };

    /// <param name="log">The log by default; null for all.</param>
    /// <param name="runtime">The runtime by default; null for all.</param>
    public EngineChoice(string? log = null, string? runtime = null)
    {
        _logs = Names("--log", "Which log: sqlite, postgres, memory, or one of --with.", log);
        _runtimes = Names("--runtime", "Which runtime: embedded, or one of --with.", runtime);
    }

    public IEnumerable<Option> Options => [_logs, _runtimes, _with];

    /// <summary>Each chosen runtime on each chosen log.</summary>
    /// <exception cref="UsageException">There is none of that name.</exception>
    public IReadOnlyList<EngineKind> Engines(ParseResult arguments, EngineOptions options)
    {
        var sources = Sources(arguments);
        var logs = Chosen("log", arguments.GetValue(_logs), [.. EngineCatalogue.Logs, .. sources.SelectMany(static source => source.Logs)], static kind => kind.Name);
        var runtimes = Chosen("runtime", arguments.GetValue(_runtimes), [.. EngineCatalogue.Runtimes, .. sources.SelectMany(static source => source.Runtimes)], static kind => kind.Name);
        return [.. from log in logs from runtime in runtimes select KindOf(log, runtime, options)];
    }

    /// <summary>The one engine of a run that is about one.</summary>
    /// <exception cref="UsageException">There is none of that name, or there are several.</exception>
    public EngineKind Engine(ParseResult arguments, EngineOptions options) =>
        Engines(arguments, options) is [var one] ? one : throw new UsageException("This is about one engine: give one --log and one --runtime. Nothing was run.");

    /// <summary>What else the assemblies of --with bring.</summary>
    public IEnumerable<EngineKind> Peers(ParseResult arguments) => Sources(arguments).SelectMany(static source => source.Engines);

    private static Option<string[]> Names(string name, string description, string? byDefault) => new(name)
    {
        Description = $"{description} Default: {byDefault ?? "all"}.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => byDefault is null ? [] : [byDefault],
    };

    private List<IEngineSource> Sources(ParseResult arguments) => [.. (arguments.GetValue(_with) ?? []).SelectMany(PeerAssembly.Load<IEngineSource>)];

    private static List<T> Chosen<T>(string what, string[]? names, List<T> all, Func<T, string> nameOf)
    {
        if (names is not { Length: > 0 }) return all;
        return [.. names.Select(name => all.Find(kind => nameOf(kind) == name) ?? throw new UsageException($"There is no {what} « {name} »; there are: {string.Join(", ", all.Select(nameOf))}. Nothing was run."))];
    }

    private static EngineKind KindOf(LogKind log, RuntimeKind runtime, EngineOptions options) => new($"{runtime.Name} on {log.Name}", log.CommandsMax, async (place, cancellation) =>
    {
        var opened = await log.OpenAsync(place, cancellation);
        try
        {
            return new WithLog(await runtime.StartAsync(opened, options, cancellation), opened);
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    });

    private sealed class WithLog(IRunningEngine running, IEventLog log) : IRunningEngine
    {
        public ILedgerEngine Engine => running.Engine;

        public async ValueTask DisposeAsync()
        {
            await running.DisposeAsync();
            await log.DisposeAsync();
        }
    }
}
