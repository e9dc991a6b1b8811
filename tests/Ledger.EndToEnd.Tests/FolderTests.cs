using System.Buffers.Binary;
using Ledger.Testing;

namespace Ledger.EndToEnd.Tests;

/// <summary>Folders that cannot be used as asked: a clear error, its own exit code, and nothing changed.</summary>
public sealed class FolderTests(DemoFixture fixture)
{
    /// <summary>Where SQLite keeps what PRAGMA user_version and application_id say: file format, section 1.3.</summary>
    private const int UserVersionAt = 60;

    private const int ApplicationIdAt = 68;

    [Fact]
    public async Task A_second_host_on_a_folder_is_refused_and_the_first_serves_on()
    {
        using var folder = new TemporaryFolder();
        var (server, url) = await LedgerProcess.ServeAsync(folder.Path);
        await using var first = server;

        var second = await LedgerProcess.RunAsync("serve", "--data", folder.Path, "--urls", "http://127.0.0.1:0");

        Assert.Equal(3, second.ExitCode);
        Assert.Contains("in use by another process", second.Error, StringComparison.Ordinal);
        Assert.Contains("nothing was changed", second.Error, StringComparison.Ordinal);
        using var http = new HttpClient { BaseAddress = url };
        Assert.True((await http.GetAsync("/health/live")).IsSuccessStatusCode);
    }

    [Fact]
    public async Task Reading_commands_work_beside_a_running_host()
    {
        using var folder = new TemporaryFolder();
        var (server, _) = await LedgerProcess.ServeAsync(folder.Path);
        await using var first = server;

        Assert.Equal(0, (await LedgerProcess.RunAsync("verify", "--data", folder.Path)).ExitCode);
    }

    [Fact]
    public async Task A_server_writes_nothing_outside_of_its_folder()
    {
        using var folder = new TemporaryFolder();
        var home = Directory.CreateDirectory(folder.In("home")).FullName;
        await using var server = LedgerProcess.Start([$"HOME={home}"], ["serve", "--data", folder.In("data"), "--urls", "http://127.0.0.1:0"]);
        await server.WaitForUrlAsync();

        Assert.Equal(0, (await server.StopAsync()).ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var folder = new TemporaryFolder();
        var (server, url) = await LedgerProcess.ServeAsync(folder.Path);
        await using var first = server;
        var other = await LedgerProcess.RunAsync("serve", "--data", folder.In("other"), "--urls", url.ToString());

        Assert.Equal(5, other.ExitCode);
        Assert.Contains("another program listens there", other.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UserVersionAt, 99, "newer")]
    [InlineData(UserVersionAt, 0, "older")]
    [InlineData(ApplicationIdAt, 0x12345678, "another program's")]
    [Rule("E100")]
    public async Task A_log_of_another_version_or_program_is_refused_and_left_alone(int at, int value, string what)
    {
        using var folder = new TemporaryFolder();
        var file = fixture.CopyOfLog(folder);
        var bytes = await File.ReadAllBytesAsync(file);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), value);
        await File.WriteAllBytesAsync(file, bytes);

        var serve = await LedgerProcess.RunAsync("serve", "--data", folder.Path, "--urls", "http://127.0.0.1:0");
        var verify = await LedgerProcess.RunAsync("verify", "--data", folder.Path);

        Assert.True(serve.ExitCode == 3, $"{what}: {serve.ExitCode} {serve.Error}");
        Assert.Equal(3, verify.ExitCode);
        Assert.Contains(file, serve.Error, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(file));
    }

    /// <summary>A log that was restored from a backup, beside lists that are newer.</summary>
    [Fact]
    public async Task To_do_lists_that_know_more_than_the_log_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Path.Combine(fixture.Folder, "todo.db"), folder.In("todo.db"));

        var serve = await LedgerProcess.RunAsync("serve", "--data", folder.Path, "--urls", "http://127.0.0.1:0");

        Assert.Equal(3, serve.ExitCode);
        Assert.Contains("Delete", serve.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify", "--data", "{nowhere}")]
    [InlineData("replay", "terminal-DEMO000001", "--data", "{nowhere}")]
    [InlineData("replay", "no stream", "--data", "{demo}")]
    [InlineData("replay", "terminal-NOBODY", "--data", "{demo}")]
    [InlineData("replay", "terminal-DEMO000001", "--at", "yesterday", "--data", "{demo}")]
    [InlineData("replay", "terminal-DEMO000001", "--version", "0", "--data", "{demo}")]
    [InlineData("export", "--stream", "terminal-NOBODY", "--data", "{demo}")]
    [InlineData("rebuild", "nothing", "--data", "{demo}")]
    [InlineData("demo", "--data", "{demo}")]
    [InlineData("demo", "--sales", "3", "--data", "{nowhere}")]
    [InlineData("demo", "--port", "70000", "--data", "{nowhere}")]
    [InlineData("demo", "--day", "2099-01-01", "--data", "{nowhere}")]
    [InlineData("serve", "--urls", "nonsense", "--data", "{nowhere}")]
    [InlineData("staff", "add", "x", "--role", "king", "--data", "{nowhere}")]
    [InlineData("unknown")]
    [InlineData("replay")]
    public async Task A_wrong_command_line_says_so_and_does_nothing(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        var run = await LedgerProcess.RunAsync([.. arguments.Select(argument => argument.Replace("{demo}", fixture.Folder, StringComparison.Ordinal).Replace("{nowhere}", folder.In("nowhere"), StringComparison.Ordinal))]);

        Assert.True(run.ExitCode == 2, $"{run.ExitCode} {run.Error}");
        Assert.StartsWith("ledger: ", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.In("nowhere")));
    }
}
