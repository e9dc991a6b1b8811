namespace Ledger.EventLog.Tests.Codec;

/// <summary>Files under specs/events that tests compare with, or write when LEDGER_WRITE_GOLDEN=1 is set.</summary>
internal static class Specs
{
    public static readonly bool Writes = Environment.GetEnvironmentVariable("LEDGER_WRITE_GOLDEN") == "1";

    public static readonly string Events = Path.Combine(Root(), "specs", "events");

    /// <param name="mayChange">False: once written it stays, so that what was stored under a name can always be read; delete it by hand before its first release.</param>
    public static void Compare(string path, ReadOnlySpan<byte> expected, bool mayChange)
    {
        if (Writes && (mayChange || !File.Exists(path)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, expected);
        }

        Assert.True(File.Exists(path), $"{path} is missing. Write it with LEDGER_WRITE_GOLDEN=1 dotnet test tests/Ledger.EventLog.Tests, read it, and commit it.");
        Assert.Equal(System.Text.Encoding.UTF8.GetString(expected), File.ReadAllText(path));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ledger.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside a clone: no Ledger.sln was found above them.");
    }
}
