using System.Text;

namespace Ledger.Cluster.EventStoreDb.Tests;

/// <summary>What somebody with access to the server's disk can do.</summary>
internal static class ChunkFiles
{
    /// <summary>Replaces a word in the last place that has a text, by one that is as long. The server is down.</summary>
    public static void Change(string data, string text, string word, string by)
    {
        var (sought, with) = (Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(text.Replace(word, by, StringComparison.Ordinal)));
        Assert.Equal(sought.Length, with.Length);
        var changed = 0;
        foreach (var path in Directory.EnumerateFiles(data, "chunk-*"))
        {
            var bytes = File.ReadAllBytes(path);
            var at = bytes.AsSpan().LastIndexOf(sought);
            if (at < 0) continue;

            using var file = File.OpenWrite(path);
            file.Position = at;
            file.Write(with);
            changed++;
        }

        Assert.Equal(1, changed);
    }
}
