using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace Ledger.LoadTests.Http;

/// <summary>
/// HTTP/1.1 on one connection, one POST at a time, with next to no cost of its own: the client shares two cores with the server that it measures,
/// and .NET's client would take as much of them as the server does. Reads what servers send for such a POST: a length or chunks.
/// </summary>
internal sealed class HttpWire : IDisposable
{
    /// <summary>Longer answers are none that these endpoints give.</summary>
    private const int AnswerLengthMax = 256 * 1024;

    private const int RequestHeadLengthMax = 2 * 1024;

    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    private readonly Socket _socket;
    private readonly string _authority;
    private byte[] _out = new byte[8 * 1024];
    private byte[] _in = new byte[16 * 1024];
    private int _inLength;

    private HttpWire(Socket socket, string authority) => (_socket, _authority) = (socket, authority);

    public static async Task<HttpWire> ConnectAsync(Uri server, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port, cancellation);
        return new HttpWire(socket, server.Authority);
    }

    /// <summary>Sends and waits for the whole answer.</summary>
    /// <returns>Its body is valid until the next call.</returns>
    /// <exception cref="IOException">The server closed the connection.</exception>
    /// <exception cref="InvalidDataException">What came is no answer that this reads.</exception>
    public async ValueTask<HttpAnswer> PostAsync(string path, string token, Guid idempotencyKey, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        var length = Compose(path, token, idempotencyKey, body.Span);
        for (var sent = 0; sent < length;) sent += await _socket.SendAsync(_out.AsMemory(sent, length - sent), cancellation);

        _inLength = 0;
        HttpAnswer answer;
        while (!TryRead(out answer))
        {
            if (_inLength == _in.Length) Grow();
            var received = await _socket.ReceiveAsync(_in.AsMemory(_inLength), cancellation);
            if (received == 0) throw new IOException("The server closed the connection.");
            _inLength += received;
        }

        return answer;
    }

    public void Dispose() => _socket.Dispose();

    private int Compose(string path, string token, Guid key, ReadOnlySpan<byte> body)
    {
        if (_out.Length < RequestHeadLengthMax + body.Length) _out = new byte[RequestHeadLengthMax + body.Length];
        if (!Utf8.TryWrite(
            _out, CultureInfo.InvariantCulture,
            $"POST {path} HTTP/1.1\r\nHost: {_authority}\r\nAuthorization: Bearer {token}\r\nIdempotency-Key: {key:D}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n",
            out var head)) throw new InvalidOperationException($"The request's head is longer than {RequestHeadLengthMax} bytes.");
        body.CopyTo(_out.AsSpan(head));
        return head + body.Length;
    }

    private void Grow()
    {
        if (_in.Length >= AnswerLengthMax) throw new InvalidDataException($"An answer is longer than {AnswerLengthMax} bytes.");
        Array.Resize(ref _in, _in.Length * 2);
    }

    /// <returns>False when more must come first.</returns>
    private bool TryRead(out HttpAnswer answer)
    {
        answer = default;
        var headLength = _in.AsSpan(0, _inLength).IndexOf(HeadEnd);
        if (headLength < 0) return false;

        var head = _in.AsSpan(0, headLength);
        if (!head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head[9..], out int status, out _)) throw new InvalidDataException($"No answer in HTTP/1.1: {Encoding.UTF8.GetString(head)}");

        var start = headLength + HeadEnd.Length;
        var end = start;
        if (Header(head, "content-length:"u8) is { Length: > 0 } text && Utf8Parser.TryParse(text, out int length, out _)) end = start + length;
        else if (!Header(head, "transfer-encoding:"u8).IsEmpty) return TryReadChunks(start, status, out answer);

        if (_inLength < end) return false;
        answer = new HttpAnswer((HttpStatusCode)status, _in.AsMemory(start, end - start));
        return true;
    }

    /// <summary>Joins the chunks where they lie, once all are there.</summary>
    private bool TryReadChunks(int start, int status, out HttpAnswer answer)
    {
        answer = default;
        if (!_in.AsSpan(0, _inLength).EndsWith("0\r\n\r\n"u8)) return false;

        var (at, end) = (start, start);
        while (true)
        {
            if (!Utf8Parser.TryParse(_in.AsSpan(at, _inLength - at), out int length, out var digits, 'x')) throw new InvalidDataException("A chunk has no length.");
            at += digits + 2;
            if (length == 0) break;
            if (_inLength < at + length + 2) return false;

            _in.AsSpan(at, length).CopyTo(_in.AsSpan(end));
            end += length;
            at += length + 2;
        }

        answer = new HttpAnswer((HttpStatusCode)status, _in.AsMemory(start, end - start));
        return true;
    }

    /// <param name="name">In lower case, with its colon.</param>
    private static ReadOnlySpan<byte> Header(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        while (head.IndexOf("\r\n"u8) is >= 0 and var end)
        {
            head = head[(end + 2)..];
            if (head.Length >= name.Length && Ascii.EqualsIgnoreCase(head[..name.Length], name))
            {
                var line = head[name.Length..];
                var stop = line.IndexOf("\r\n"u8);
                return (stop < 0 ? line : line[..stop]).TrimStart(" "u8);
            }
        }

        return default;
    }
}

internal readonly record struct HttpAnswer(HttpStatusCode Status, ReadOnlyMemory<byte> Body);
