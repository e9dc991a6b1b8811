using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Ledger.Contracts.V1;

namespace Ledger.LoadTests.Http;

/// <summary>A phone with its terminal on a connection of its own: create, authorise, complete, one payment at a time.</summary>
internal sealed class Phone : IDisposable
{
    public static readonly IReadOnlyList<string> Steps = ["create", "authorise", "complete"];

    private readonly HttpWire _wire;
    private readonly string _token;
    private readonly string _serial;
    private readonly byte[] _authorise;

    private Phone(HttpWire wire, string token, int number)
    {
        (_wire, _token, _serial) = (wire, token, Shop.SerialOf(number));
        var card = new CardInput(
            string.Create(CultureInfo.InvariantCulture, $"load_card_{number}"), "1234", CardBrand.Cb, BrandChoice.OnlyBrand, CardCategory.ConsumerDebit, CardRegion.France,
            EntryMode.Chip, "A0000000421010", "CB");
        _authorise = JsonSerializer.SerializeToUtf8Bytes(new AuthorisePayment(card, Convert.ToBase64String("load"u8)), LedgerJson.Client);
    }

    public static async Task<Phone> ConnectAsync(Uri server, string token, int number, CancellationToken cancellation) =>
        new(await HttpWire.ConnectAsync(server, cancellation), token, number);

    /// <summary>One payment.</summary>
    /// <param name="stepDone">Told after each step: its index in <see cref="Steps"/>, when it was sent, the answer's bytes.</param>
    /// <returns>False when the server refused it because it had too much to do.</returns>
    /// <exception cref="InvalidOperationException">Any other answer than the one that a payment gets.</exception>
    public async ValueTask<bool> PayAsync(Action<int, long, ReadOnlyMemory<byte>>? stepDone, CancellationToken cancellation)
    {
        var payment = new CreatePayment(Guid.NewGuid().ToString("D"), new Money(42_00, "EUR"), TicketChoice.Paper, LinkedSerial: _serial);
        var create = JsonSerializer.SerializeToUtf8Bytes(payment, LedgerJson.Client);
        if (await PostAsync(0, "/v1/payments", create, stepDone, cancellation) is not { } created) return false;
        if (await PostAsync(1, $"/v1/payments/{created.Id}/authorise", _authorise, stepDone, cancellation) is not { } approved) return false;

        var complete = JsonSerializer.SerializeToUtf8Bytes(new CompletePayment(CardholderVerification.Pin, approved.Exchange, "A1B2C3D4E5F60718", 42), LedgerJson.Client);
        if (await PostAsync(2, $"/v1/payments/{created.Id}/complete", complete, stepDone, cancellation) is not { } completed) return false;

        return completed.Status == "completed" ? true : throw new InvalidOperationException($"Payment {created.Id} ended « {completed.Status} ».");
    }

    public void Dispose() => _wire.Dispose();

    private async ValueTask<(string Id, string Exchange, string Status)?> PostAsync(
        int step, string path, byte[] body, Action<int, long, ReadOnlyMemory<byte>>? stepDone, CancellationToken cancellation)
    {
        var sentAt = Stopwatch.GetTimestamp();
        var answer = await _wire.PostAsync(path, _token, Guid.NewGuid(), body, cancellation);
        if (answer.Status is HttpStatusCode.ServiceUnavailable) return null;
        if (answer.Status is not (HttpStatusCode.OK or HttpStatusCode.Created)) throw new InvalidOperationException($"{path}: {(int)answer.Status} {Encoding.UTF8.GetString(answer.Body.Span)}");

        stepDone?.Invoke(step, sentAt, answer.Body);
        return Read(answer.Body.Span);
    }

    /// <summary>The three members that the next step needs, of the outermost object.</summary>
    private static (string Id, string Exchange, string Status) Read(ReadOnlySpan<byte> json)
    {
        var (id, exchange, status) = ("", "", "");
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType is not JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;

            if (reader.ValueTextEquals("id"u8)) id = Value(ref reader);
            else if (reader.ValueTextEquals("exchangeId"u8)) exchange = Value(ref reader);
            else if (reader.ValueTextEquals("status"u8)) status = Value(ref reader);
        }

        return (id, exchange, status);
    }

    private static string Value(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType is JsonTokenType.String ? reader.GetString()! : "";
    }
}
