using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Ledger.Cluster.Serving;
using Ledger.Host.CommandLine;
using Ledger.Hosting.CommandLine;
using Ledger.Hosting.Composition;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Ledger.Cluster.Tests;

/// <summary>The files in ops/compose are in step with the code: what they name is there, and means what they say.</summary>
public sealed partial class ComposeTests
{
    private const string Prefix = "LEDGER_";

    /// <summary>Of OpenTelemetry's exporter and resource, and of ASP.NET, which read them by themselves.</summary>
    private static readonly string[] Standard = [Telemetry.EndpointVariable, "OTEL_RESOURCE_ATTRIBUTES", "ASPNETCORE_HTTP_PORTS"];

    private static readonly string[] Nodes = ["node1", "node2", "node3"];

    /// <summary>What the image's programs are, by their path in it.</summary>
    private static readonly Dictionary<string, (string Project, Func<Command> Build)> Programs = new()
    {
        ["/opt/ledger/ledger/ledger.dll"] = ("Ledger.Host", LedgerCommands.Build),
        ["/opt/ledger/cluster/Ledger.Cluster.dll"] = ("Ledger.Cluster", static () => new RootCommand { ServeNodeCommand.Build() }),
    };

    private static readonly Dictionary<object, object> Compose = Read("compose.yaml");

    [Fact]
    public void Three_nodes_have_settings_that_the_server_takes_and_know_each_other()
    {
        var seeds = Nodes.Select(static node =>
        {
            var configuration = ConfigurationOf(node);
            var settings = ServerSettings.Read(configuration);
            var options = ClusterSettings.Read(configuration);
            Assert.IsType<LogPlace.Database>(settings.Log);
            ServeOptions.CheckAcquirer(settings);
            Assert.Contains($"{options.Host}:{options.Port}", options.Seeds);
            Assert.Equal(new UriBuilder("http", "acquirer", 5090).Uri, settings.Acquirer);
            Assert.Contains(options.Host, Texts(At(Service(node), "networks", "cluster", "aliases")));
            return string.Join(' ', options.Seeds);
        });

        Assert.Single(seeds.Distinct());
    }

    [Fact]
    public void Every_variable_is_one_that_the_code_reads()
    {
        var asked = new AskedConfiguration();
        _ = ServerSettings.Read(asked);
        _ = ClusterSettings.Read(asked);
        var read = asked.Keys.Select(static key => Prefix + key).Concat(Standard);

        var named = Ours().SelectMany(static service => EnvironmentOf(service).Keys).Concat(VariablesOfDockerfile()).Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(read));
    }

    [Fact]
    public void Every_command_line_is_one_that_its_program_takes()
    {
        foreach (var service in Ours())
        {
            var entry = Service(service).TryGetValue("entrypoint", out var own) ? Texts(own) : EntryPointOfDockerfile();
            var (_, build) = Programs[entry.Last()];
            Assert.Equal("dotnet", entry.First());

            var parsed = build().Parse([.. Texts(Service(service)["command"])]);

            Assert.True(parsed.Errors.Count == 0, $"{service}: {string.Join(' ', parsed.Errors)}");
            Assert.NotNull(parsed.CommandResult.Parent);
        }
    }

    [Fact]
    public void The_image_is_built_from_projects_that_are_there_and_does_not_run_as_root()
    {
        var lines = File.ReadAllLines(PathOf("Dockerfile"));
        var published = lines.SelectMany(static line => Publish().Matches(line)).ToDictionary(static match => $"/opt/ledger/{match.Groups["to"].Value}", static match => match.Groups["project"].Value);

        Assert.Equal(Programs.Select(static program => (Path.GetDirectoryName(program.Key)!, program.Value.Project)).Order(), published.Select(static pair => (pair.Key, pair.Value)).Order());
        foreach (var (path, (project, _)) in Programs)
        {
            var file = Path.Combine(Root(), "src", project, $"{project}.csproj");
            Assert.True(File.Exists(file), file);
            var name = Path.GetFileNameWithoutExtension(path);
            Assert.True(name == project || File.ReadAllText(file).Contains($"<AssemblyName>{name}</AssemblyName>", StringComparison.Ordinal), path);
        }

        Assert.Contains("COPY --from=build /out /opt/ledger", lines);
        Assert.Equal("USER $APP_UID", lines.Last(static line => line.StartsWith("USER ", StringComparison.Ordinal)));
        Assert.All(lines.Where(static line => line.StartsWith("FROM ", StringComparison.Ordinal)), static line => Assert.Matches(@"^FROM mcr\.microsoft\.com/dotnet/[a-z]+:10\.0( AS \w+)?$", line));
    }

    [Fact]
    public void Every_node_has_the_same_key_where_the_server_looks_for_it()
    {
        foreach (var node in Nodes)
        {
            var secret = Assert.IsType<Dictionary<object, object>>(Assert.Single((List<object>)Service(node)["secrets"]));
            Assert.Equal("vault-key", secret["source"]);
            Assert.Equal(new LedgerFolder(DataOfDockerfile()).MasterKey, secret["target"]);
            Assert.Contains(Texts(Service(node)["volumes"]), static volume => volume.EndsWith($":{DataOfDockerfile()}", StringComparison.Ordinal));
        }

        Assert.Contains("ledger-vault-key 1", File.ReadAllText(PathOf("README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_is_told_to_stop_has_the_time_that_it_takes()
    {
        foreach (var node in Nodes) Assert.True(TimeSpan.FromSeconds(int.Parse(((string)Service(node)["stop_grace_period"]).TrimEnd('s'), null)) > Edge.StopMax, node);
        Assert.True(WebParts.StopMax + ClusterRuntime.LeaveMax < Edge.StopMax);
    }

    [Fact]
    public void Images_are_pinned_and_PostgreSQL_is_one_that_the_log_takes()
    {
        var images = Services().Values.Select(static service => (string)((Dictionary<object, object>)service)["image"]).ToArray();

        Assert.All(images, static image => Assert.Matches(@":[0-9]+\.[0-9]+(\.[0-9]+)?(-[a-z]+)?$", image));
        Assert.True(int.Parse(Version().Match(Assert.Single(images, static image => image.StartsWith("postgres:", StringComparison.Ordinal))).Value, null) >= 15);
        Assert.StartsWith("eventstore/eventstore:23.10.", (string)Service("eventstoredb")["image"], StringComparison.Ordinal);
        Assert.Equal(["eventstoredb"], Texts(Service("eventstoredb")["profiles"]));
    }

    [Fact]
    public void What_services_name_of_each_other_is_there()
    {
        foreach (var name in Services().Keys.Cast<string>())
        {
            var service = Service(name);
            if (service.TryGetValue("depends_on", out var others)) AssertAmong(KeysOf(others), KeysOf(Services()));
            AssertAmong(service["networks"] is Dictionary<object, object> map ? KeysOf(map) : Texts(service["networks"]), KeysOf(Compose["networks"]));
            if (service.TryGetValue("volumes", out var volumes)) AssertAmong(Texts(volumes).Where(static volume => volume[0] != '.').Select(static volume => volume.Split(':')[0]), KeysOf(Compose["volumes"]));
        }
    }

    [Fact]
    public void The_collector_listens_where_the_nodes_send_and_shows_where_the_port_leads()
    {
        var collector = Read("collector.yaml");
        var pipeline = (Dictionary<object, object>)At(collector, "service", "pipelines", "metrics");
        foreach (var part in new[] { "receivers", "processors", "exporters" }) AssertAmong(Texts(pipeline[part]), KeysOf(collector[part]));

        var endpoint = new Uri(EnvironmentOf("node1")[Telemetry.EndpointVariable]);
        Assert.Equal("collector", endpoint.Host);
        Assert.Equal($"0.0.0.0:{endpoint.Port}", At(collector, "receivers", "otlp", "protocols", "grpc", "endpoint"));
        var shown = ((string)At(collector, "exporters", "prometheus", "endpoint")).Split(':')[1];
        Assert.Equal([$"127.0.0.1:{shown}:{shown}"], Texts(Service("collector")["ports"]));
    }

    [Fact]
    public void One_image_is_built_once_and_run_by_all_of_ours()
    {
        var builder = Assert.Single(Services().Keys.Cast<string>(), static name => Service(name).ContainsKey("build"));

        // It runs before the nodes, so the image is there when they start.
        Assert.All(Nodes, node => Assert.Equal("service_completed_successfully", At(Service(node), "depends_on", builder, "condition")));
        Assert.Single(Ours().Select(static service => Service(service)["image"]).Distinct());
    }

    [Fact]
    public void The_database_is_asked_whether_it_is_well_where_the_nodes_reach_it() => Assert.Contains("--host=postgres", Texts(At(Service("postgres"), "healthcheck", "test")));

    private static Dictionary<object, object> Services() => (Dictionary<object, object>)Compose["services"];

    private static Dictionary<object, object> Service(string name) => (Dictionary<object, object>)Services()[name];

    /// <summary>Those that run our image.</summary>
    private static IEnumerable<string> Ours() => Services().Keys.Cast<string>().Where(static name => ((string)Service(name)["image"]).StartsWith("ledger:", StringComparison.Ordinal));

    private static Dictionary<string, string> EnvironmentOf(string service) =>
        ((Dictionary<object, object>)Service(service)["environment"]).ToDictionary(static pair => (string)pair.Key, static pair => (string)pair.Value);

    private static IConfigurationRoot ConfigurationOf(string service) => new ConfigurationBuilder()
        .AddInMemoryCollection(EnvironmentOf(service).Where(static pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal)).Select(static pair => new KeyValuePair<string, string?>(pair.Key[Prefix.Length..], pair.Value)))
        .Build();

    private static IEnumerable<string> KeysOf(object map) => ((Dictionary<object, object>)map).Keys.Cast<string>();

    private static void AssertAmong(IEnumerable<string> names, IEnumerable<string> known) => Assert.Empty(names.Except(known));

    private static IEnumerable<string> Texts(object list) => ((List<object>)list).Cast<string>();

    private static object At(object tree, params string[] path) => path.Aggregate(tree, static (at, key) => ((Dictionary<object, object>)at)[key]);

    private static string DataOfDockerfile() => File.ReadLines(PathOf("Dockerfile")).Single(static line => line.StartsWith($"ENV {Prefix}DATA=", StringComparison.Ordinal)).Split('=')[1];

    private static IEnumerable<string> VariablesOfDockerfile() => File.ReadLines(PathOf("Dockerfile")).Where(static line => line.StartsWith("ENV ", StringComparison.Ordinal)).Select(static line => line[4..].Split('=')[0]);

    private static IEnumerable<string> EntryPointOfDockerfile() =>
        Quoted().Matches(File.ReadLines(PathOf("Dockerfile")).Single(static line => line.StartsWith("ENTRYPOINT ", StringComparison.Ordinal))).Select(static match => match.Value.Trim('"'));

    /// <summary>As Compose reads it: anchors and merges resolved.</summary>
    private static Dictionary<object, object> Read(string file)
    {
        using var text = new StreamReader(PathOf(file));
        return new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(text)));
    }

    private static string PathOf(string file) => Path.Combine(Root(), "ops", "compose", file);

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));

    [GeneratedRegex("dotnet publish src/(?<project>[A-Za-z.]+) --configuration Release --output /out/(?<to>[a-z]+)")]
    private static partial Regex Publish();

    [GeneratedRegex("(?<=:)[0-9]+")]
    private static partial Regex Version();

    [GeneratedRegex("\"[^\"]+\"")]
    private static partial Regex Quoted();

    /// <summary>Remembers what it was asked for. Has what is asked for in any case, and nothing else.</summary>
    private sealed class AskedConfiguration : IConfiguration
    {
        private static readonly Dictionary<string, string> Needed = new() { ["CLUSTER_HOST"] = "node1", ["CLUSTER_SEEDS"] = "node1:4053", ["LOG"] = "postgres", ["CONNECTION"] = "Host=postgres" };

        public HashSet<string> Keys { get; } = [];

        public string? this[string key]
        {
            get
            {
                Keys.Add(key);
                return Needed.GetValueOrDefault(key);
            }
            set => throw new NotSupportedException();
        }

        public IEnumerable<IConfigurationSection> GetChildren() => throw new NotSupportedException();

        public IChangeToken GetReloadToken() => throw new NotSupportedException();

        public IConfigurationSection GetSection(string key) => throw new NotSupportedException();
    }
}
