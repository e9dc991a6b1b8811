using System.Security.Cryptography;
using System.Text.Json;
using Ledger.Acquiring;
using Ledger.Contracts.V1;
using Ledger.Engine;
using Ledger.EventLog;
using Microsoft.AspNetCore.Http;

namespace Ledger.Api.Commands;

/// <summary>A POST as a command: its id follows from who asks and their key, so that doing it again is the same command (I11).</summary>
/// <param name="Fingerprint">32 bytes: SHA-256 of method, path and body, without secrets and contacts: what is kept for ever must not tell them.</param>
/// <param name="WasSeen">A command with this id and fingerprint was decided before. False also where nobody looked, see <see cref="CommandDesk.Of"/>.</param>
internal sealed record ApiCommand(Guid Id, ReadOnlyMemory<byte> Fingerprint, bool WasSeen)
{
    public CommandHeader Header => new(Id, Fingerprint);

    /// <summary>Eight bytes that look random and follow from the command, so that no chance is needed to name what it makes.</summary>
    public byte[] Entropy() => Derive("api/entropy").ToByteArray(bigEndian: true)[8..];

    public Guid Derive(string purpose) => DerivedId.Of(purpose, Id.ToString("N"));
}

/// <summary>Opens POSTs as commands. Safe for any number of requests.</summary>
internal sealed class CommandDesk(IEventLog log)
{
    /// <summary>
    /// For a POST whose first effect is the engine's command under this very id: the engine finds a repeat, or a key that stands for another request, by
    /// itself, so the log is not asked twice.
    /// </summary>
    /// <param name="principal">Scopes the key.</param>
    /// <param name="body">The request's record, with every secret and contact blanked.</param>
    public static ApiCommand Of(HttpContext http, string principal, object body)
    {
        // Enters stored command ids, so never changed.
        var id = IdOf(principal, http.Request.Method, IdempotencyKey.Of(http));
        return new ApiCommand(id, FingerprintOf(http, body), WasSeen: false);
    }

    /// <summary>For a POST that does something else before its command: a repeat is known for one from here on.</summary>
    /// <inheritdoc cref="Of"/>
    /// <exception cref="CommandIdReusedException">The key stands for another request; nothing was done.</exception>
    public async ValueTask<ApiCommand> OpenAsync(HttpContext http, string principal, object body, CancellationToken cancellation)
    {
        var command = Of(http, principal, body);
        if (await log.FindCommandAsync(command.Id, cancellation) is not { } earlier) return command;
        if (!earlier.Fingerprint.Span.SequenceEqual(command.Fingerprint.Span)) throw new CommandIdReusedException(command.Id);

        return command with { WasSeen = true };
    }

    /// <summary>A key that is a UUID of version 7 or 8 keeps its place in time, so that the log's index of commands grows at its end.</summary>
    private static Guid IdOf(string principal, string method, string key) => Guid.TryParse(key, out var uuid) && uuid.Version is 7 or 8
        ? DerivedId.Beside(uuid, "api/v1", principal, method, key)
        : DerivedId.Of("api/v1", principal, method, key);

    private static byte[] FingerprintOf(HttpContext http, object body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{http.Request.Method}\n{http.Request.Path.Value}\n"));
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), LedgerJson.Server));
        return hash.GetHashAndReset();
    }
}
