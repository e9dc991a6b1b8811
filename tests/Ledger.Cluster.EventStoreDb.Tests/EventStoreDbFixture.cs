using System.Globalization;
using Ledger.Cluster.Testing.EventStoreDb;
using Ledger.EventLog;

[assembly: AssemblyFixture(typeof(Ledger.Cluster.EventStoreDb.Tests.EventStoreDbFixture))]

// One server for all, and some kill it: each test has it for itself.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Ledger.Cluster.EventStoreDb.Tests;

/// <summary>
/// One server for all tests; each takes a log's stream of its own. Started from the program that is found, or one that runs already and is named by
/// <see cref="ServerVariable"/>: that is not killed, and the tests that would are skipped.
/// </summary>
public sealed class EventStoreDbFixture : IAsyncLifetime
{
    /// <summary>Environment variable: connection string of a server that runs. Logs of these tests stay in it.</summary>
    public const string ServerVariable = "LEDGER_TEST_EVENTSTOREDB";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ledger-esdb-");
    private readonly string _run = Guid.NewGuid().ToString("N");
    private string? _connection;
    private string? _missing;
    private EventStoreDbServer? _server;
    private int _names;

    /// <summary>A server that a test may kill. Skips the test where there is none.</summary>
    public EventStoreDbServer Server
    {
        get
        {
            SkipWhereMissing();
            if (_server is null) Assert.Skip($"The server of {ServerVariable} is not ours to kill. Leave it out and provide the program: {EventStoreDbServer.ProgramVariable}, or eventstored on the PATH.");
            return _server;
        }
    }

    public async ValueTask InitializeAsync()
    {
        _connection = Environment.GetEnvironmentVariable(ServerVariable);
        if (_connection is { Length: > 0 }) return;

        try
        {
            _server = await EventStoreDbServer.StartAsync(_folder.FullName, [], default);
            _connection = _server.ConnectionString;
        }
        catch (EventStoreDbMissingException missing)
        {
            _missing = $"{missing.Message} Or name a server that runs in {ServerVariable}, as esdb://localhost:2113?tls=false.";
        }
    }

    /// <summary>A new, empty log. Skips the test where there is no server.</summary>
    public EventStoreDbOptions CreateLog()
    {
        SkipWhereMissing();
        return new EventStoreDbOptions(_connection!) { LogStream = string.Create(CultureInfo.InvariantCulture, $"ledger-{_run}-{++_names}"), ReconnectAfter = TimeSpan.FromMilliseconds(50) };
    }

    /// <summary>A file for an index, not there yet.</summary>
    public string IndexFile() => Path.Combine(_folder.FullName, string.Create(CultureInfo.InvariantCulture, $"index-{++_names}.db"));

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private void SkipWhereMissing()
    {
        if (_missing is not null) Assert.Skip(_missing);
    }
}
