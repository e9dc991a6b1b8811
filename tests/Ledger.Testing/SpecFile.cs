using System.Text;
using Xunit;

namespace Ledger.Testing;

/// <summary>Files under specs/ that tests compare with, or write when LEDGER_WRITE_GOLDEN=1 is set.</summary>
public static class SpecFile
{
    private static readonly bool Writes = Environment.GetEnvironmentVariable("LEDGER_WRITE_GOLDEN") == "1";

    private static readonly string Specs = Path.Combine(Root(), "specs");

    /// <summary>A file's or folder's path.</summary>
    public static string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Specs, .. parts]);

    /// <param name="path">As <see cref="PathOf"/> gives it.</param>
    /// <param name="expected">What it is to hold.</param>
    /// <param name="mayChange">False: once written it stays, so that what was stored or sent under a name can always be read; delete it by hand before its first release.</param>
    public static void Compare(string path, ReadOnlySpan<byte> expected, bool mayChange)
    {
        if (Writes && (mayChange || !File.Exists(path)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, expected);
        }

        Assert.True(File.Exists(path), $"{path} is missing. Write it with LEDGER_WRITE_GOLDEN=1 and this test, read it, and commit it.");
        Assert.Equal(Encoding.UTF8.GetString(expected), File.ReadAllText(path));
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Ledger.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside a clone: no Ledger.sln was found above them.");
    }
}
