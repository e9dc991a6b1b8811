using System.Security.Cryptography;
using System.Text;
using Ledger.Projections.Storage;

namespace Ledger.Projections.Running;

/// <summary>Two pictures of one view, walked side by side in key order.</summary>
internal static class ViewComparer
{
    /// <summary>Between how many rows a cancellation is looked for.</summary>
    private const int RowsPerCheck = 1_024;

    public static ViewComparison Compare(ViewSchema schema, IViewSnapshot serving, IViewSnapshot rebuilt, CancellationToken cancellation)
    {
        using var walk = new Walk();
        foreach (var table in schema.Tables) walk.Compare(table, serving, rebuilt, cancellation);
        return walk.Result(serving.Position);
    }

    /// <summary>SHA-256 over all rows of all tables in key order, hexadecimal: equal for equal read models, in whatever store.</summary>
    public static string DigestOf(ViewSchema schema, IViewSnapshot snapshot)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var table in schema.Tables)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(table.Name));
            using var rows = snapshot.Scan(table);
            while (rows.Next()) hash.AppendData(rows.Row);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class Walk : IDisposable
    {
        private readonly IncrementalHash _servingHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly IncrementalHash _rebuiltHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private readonly List<ViewDifference> _differences = [];
        private long _servingRows;
        private long _rebuiltRows;
        private long _differenceCount;

        public void Compare(ViewTable table, IViewSnapshot serving, IViewSnapshot rebuilt, CancellationToken cancellation)
        {
            _servingHash.AppendData(Encoding.UTF8.GetBytes(table.Name));
            _rebuiltHash.AppendData(Encoding.UTF8.GetBytes(table.Name));
            using var left = serving.Scan(table);
            using var right = rebuilt.Scan(table);
            var (hasLeft, hasRight) = (NextServing(left), NextRebuilt(right));
            while (hasLeft || hasRight)
            {
                if ((_servingRows + _rebuiltRows) % RowsPerCheck == 0) cancellation.ThrowIfCancellationRequested();
                var order = !hasLeft ? 1 : !hasRight ? -1 : left.Key.SequenceCompareTo(right.Key);
                if (order != 0 || !left.Row.SequenceEqual(right.Row)) Differ(table, order <= 0 ? left : null, order >= 0 ? right : null);
                if (order <= 0) hasLeft = NextServing(left);
                if (order >= 0) hasRight = NextRebuilt(right);
            }
        }

        public ViewComparison Result(long position) => new(
            position,
            _servingRows,
            _rebuiltRows,
            Convert.ToHexStringLower(_servingHash.GetHashAndReset()),
            Convert.ToHexStringLower(_rebuiltHash.GetHashAndReset()),
            _differenceCount,
            _differences);

        public void Dispose()
        {
            _servingHash.Dispose();
            _rebuiltHash.Dispose();
        }

        private bool NextServing(IViewCursor rows) => Next(rows, _servingHash, ref _servingRows);

        private bool NextRebuilt(IViewCursor rows) => Next(rows, _rebuiltHash, ref _rebuiltRows);

        private static bool Next(IViewCursor rows, IncrementalHash hash, ref long count)
        {
            if (!rows.Next()) return false;
            hash.AppendData(rows.Row);
            count++;
            return true;
        }

        private void Differ(ViewTable table, IViewCursor? serving, IViewCursor? rebuilt)
        {
            _differenceCount++;
            if (_differences.Count >= ViewComparison.DifferencesMax) return;
            _differences.Add(new ViewDifference(table.Name, (serving ?? rebuilt)!.DescribeKey(), serving?.DescribeRow(), rebuilt?.DescribeRow()));
        }
    }
}
