using System.Buffers;
using System.IO.Pipelines;

namespace Ledger.Api.Switch;

/// <summary>A body's lines, one at a time: never more of it is held than one line and what the socket brought. One reader at a time.</summary>
internal sealed class SwitchLines(PipeReader body)
{
    private bool _isSkipping;

    /// <summary>Of the last line that was read.</summary>
    public int Number { get; private set; }

    /// <summary>The next line that is not blank; null at the end.</summary>
    /// <exception cref="Microsoft.AspNetCore.Http.BadHttpRequestException">The body is longer than allowed, or broke off.</exception>
    public async ValueTask<SwitchLine?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellation);
            var rest = read.Buffer;
            var line = Take(ref rest, read.IsCompleted);
            body.AdvanceTo(rest.Start, line is null ? rest.End : rest.Start);
            if (line is not null) return line;
            if (read.IsCompleted && rest.IsEmpty) return null;
        }
    }

    private SwitchLine? Take(ref ReadOnlySequence<byte> rest, bool isLast)
    {
        while (TryCut(ref rest, isLast, out var line))
        {
            if (_isSkipping)
            {
                // The end of a line that was refused for its length.
                _isSkipping = false;
                continue;
            }

            Number++;
            if (line.Length > ApiLimits.SwitchLineLengthMax) return new SwitchLine(Number, null);
            var bytes = line.ToArray();
            if (bytes.AsSpan().Trim(" \t\r"u8).Length > 0) return new SwitchLine(Number, bytes);
        }

        if (rest.Length <= ApiLimits.SwitchLineLengthMax) return null;

        rest = rest.Slice(rest.End);
        if (_isSkipping) return null;

        _isSkipping = true;
        return new SwitchLine(++Number, null);
    }

    private static bool TryCut(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = rest;
        if (!isLast || rest.IsEmpty) return false;

        rest = rest.Slice(rest.End);
        return true;
    }
}

/// <param name="Number">From 1, blank ones counted.</param>
/// <param name="Bytes">Null when it is longer than a command may be; its end was passed over.</param>
internal sealed record SwitchLine(int Number, byte[]? Bytes);
