using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Ledger.Contracts.V1;

namespace Ledger.Client;

/// <summary>One request on its way: its outcomes one by one, until there are no more. Used by one caller.</summary>
internal sealed class SwitchRequest : IDisposable
{
    /// <summary>An outcome has at most so many characters; a longer line is not the ledger's.</summary>
    private const int OutcomeLengthMax = 16 * 1024;

    private readonly HttpClient _http;
    private readonly string _token;
    private readonly IReadOnlyList<PendingSwitchCommand> _commands;
    private readonly CancellationToken _given;
    private readonly CancellationTokenSource _stop;
    private HttpResponseMessage? _response;
    private StreamReader? _lines;
    private int _count;

    /// <param name="cancellation">The caller's; beside it the client's time-out bounds request and answer together.</param>
    public SwitchRequest(HttpClient http, string token, IReadOnlyList<PendingSwitchCommand> commands, CancellationToken cancellation)
    {
        (_http, _token, _commands, _given) = (http, token, commands, cancellation);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _stop.CancelAfter(http.Timeout);
    }

    /// <summary>Why there was no outcome, or not one for each; null while all is well.</summary>
    public Exception? Lost { get; private set; }

    /// <summary>What the server asked for, in seconds; null when it did not.</summary>
    public int? RetryAfterSeconds { get; private set; }

    /// <returns>The outcome of the next command in order; null when no more is known.</returns>
    /// <exception cref="SwitchRefusedException">A repeat would be of no use.</exception>
    public async ValueTask<SwitchOutcome?> NextAsync()
    {
        if (_count == _commands.Count || Lost is not null) return null;

        try
        {
            _lines ??= await OpenAsync(_stop.Token).ConfigureAwait(false);
            if (_lines is null) return null;
            if (await _lines.ReadLineAsync(_stop.Token).ConfigureAwait(false) is not { Length: <= OutcomeLengthMax } line) throw new IOException("The answer ended early.");

            var outcome = JsonSerializer.Deserialize<SwitchOutcome>(line, LedgerJson.Client);
            var id = _commands[_count].Command.Id;
            // The server repeats no id that is none.
            if (outcome is { Result: SwitchResult.Invalid, Id: null }) outcome = outcome with { Id = id };
            if (outcome is null || outcome.Line != _count + 1 || outcome.Id != id) throw new IOException("The answer is not about what was asked.");

            if (outcome.RetryAfterSeconds is { } seconds) RetryAfterSeconds = Math.Max(seconds, RetryAfterSeconds ?? 0);
            _count++;
            return outcome;
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException or JsonException || (lost is OperationCanceledException && !_given.IsCancellationRequested))
        {
            Lost = lost;
            return null;
        }
    }

    public void Dispose()
    {
        _lines?.Dispose();
        _response?.Dispose();
        _stop.Dispose();
    }

    private async ValueTask<StreamReader?> OpenAsync(CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/switch/commands");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        request.Content = new ByteArrayContent(BodyOf(_commands));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(SwitchCommand.MediaType);
        _response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        if (_response.StatusCode is HttpStatusCode.OK) return new StreamReader(await _response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false));

        var problem = await ProblemOf(_response, cancellation).ConfigureAwait(false);
        if (AdviceOf(_response.StatusCode) is { } advice) throw new SwitchRefusedException(_response.StatusCode, problem, advice);

        RetryAfterSeconds = (int?)_response.Headers.RetryAfter?.Delta?.TotalSeconds ?? problem?.RetryAfterSeconds;
        Lost = new HttpRequestException($"The server answered {(int)_response.StatusCode} {problem?.Code}.", null, _response.StatusCode);
        return null;
    }

    /// <returns>Null for what may go well later.</returns>
    private static string? AdviceOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => null,
        HttpStatusCode.Unauthorized => "Ask the ledger's operator for a token: ledger staff add … --role switch.",
        HttpStatusCode.Forbidden => "The token is not a switch's: ledger staff add … --role switch.",
        HttpStatusCode.NotFound => "The address is not a ledger's, or of a version without bulk commands.",
        HttpStatusCode.RequestEntityTooLarge => "Send fewer commands in one request.",
        _ => "Client and server are not of one version.",
    };

    private static async ValueTask<Problem?> ProblemOf(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType != Problem.MediaType) return null;
        var body = await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false);
        return JsonSerializer.Deserialize<Problem>(body, LedgerJson.Client);
    }

    private static byte[] BodyOf(IReadOnlyList<PendingSwitchCommand> commands)
    {
        var body = new byte[commands.Sum(static c => c.Line.Length + 1)];
        var at = 0;
        foreach (var (_, line) in commands)
        {
            line.CopyTo(body, at);
            at += line.Length;
            body[at++] = (byte)'\n';
        }

        return body;
    }
}

/// <param name="Line">The command as it is sent, each time.</param>
internal sealed record PendingSwitchCommand(SwitchCommand Command, byte[] Line);
