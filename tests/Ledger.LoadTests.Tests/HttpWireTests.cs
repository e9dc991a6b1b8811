using System.Net;
using System.Net.Sockets;
using System.Text;
using Ledger.LoadTests.Http;

namespace Ledger.LoadTests.Tests;

public class HttpWireTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"id\":\"abcd\"}", 200, "{\"id\":\"abcd\"}")]
    [InlineData("HTTP/1.1 201 Created\r\ncontent-length:2\r\n\r\n{}", 201, "{}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{\"id\":\"\r\n6\r\nabcd\"}\r\n0\r\n\r\n", 200, "{\"id\":\"abcd\"}")]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", 503, "")]
    public async Task An_answer_is_read_whole_however_it_is_cut(string raw, int status, string body)
    {
        foreach (var pieceLength in new[] { 1, 7, raw.Length })
        {
            var (answer, _) = await AskAsync(raw, pieceLength);

            Assert.Equal((HttpStatusCode)status, answer.Status);
            Assert.Equal(body, answer.Body);
        }
    }

    [Fact]
    public async Task The_request_has_its_token_key_and_length()
    {
        var (_, request) = await AskAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 100);

        Assert.StartsWith("POST /v1/payments HTTP/1.1\r\nHost: 127.0.0.1:", request, StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer a-token\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"\r\nIdempotency-Key: {Guid.Empty:D}\r\n", request, StringComparison.Ordinal);
        Assert.EndsWith("\r\nContent-Length: 7\r\n\r\n{\"a\":1}", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_closed_is_an_error() => await Assert.ThrowsAsync<IOException>(() => AskAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 100));

    [Fact]
    public async Task What_is_no_HTTP_is_an_error() => await Assert.ThrowsAsync<InvalidDataException>(() => AskAsync("SSH-2.0-OpenSSH\r\n\r\n", 100));

    /// <summary>A server that answers one request with these bytes, in pieces, and closes.</summary>
    private static async Task<((HttpStatusCode Status, string Body) Answer, string Request)> AskAsync(string raw, int pieceLength)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = ServeAsync(listener, Encoding.UTF8.GetBytes(raw), pieceLength);
        using var wire = await HttpWire.ConnectAsync(new Uri($"http://{listener.LocalEndpoint}"), CancellationToken.None);
        var answer = await wire.PostAsync("/v1/payments", "a-token", Guid.Empty, "{\"a\":1}"u8.ToArray(), CancellationToken.None);
        return ((answer.Status, Encoding.UTF8.GetString(answer.Body.Span)), await served);
    }

    private static async Task<string> ServeAsync(TcpListener listener, byte[] raw, int pieceLength)
    {
        using var socket = await listener.AcceptSocketAsync();
        socket.NoDelay = true;
        var request = new byte[4096];
        var length = 0;
        while (!Encoding.UTF8.GetString(request, 0, length).EndsWith('}')) length += await socket.ReceiveAsync(request.AsMemory(length));
        foreach (var piece in raw.Chunk(pieceLength)) await socket.SendAsync(piece);
        return Encoding.UTF8.GetString(request, 0, length);
    }
}
