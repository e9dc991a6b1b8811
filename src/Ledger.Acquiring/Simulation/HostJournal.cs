using System.Text;
using System.Text.Json;
using Ledger.Domain;
using Ledger.Domain.Cards;
using Ledger.Domain.Merchants;
using Ledger.Domain.Transactions;

namespace Ledger.Acquiring.Simulation;

/// <summary>
/// The host's books in a file, one JSON line per change, so that the simulated acquirer outlives the server beside it. A line is with the
/// operating system before its answer leaves; a last line that was cut by a kill was never answered, and is dropped.
/// One process at a time; its users take turns under the lock of <see cref="SimulatedHost"/>.
/// </summary>
internal sealed class HostJournal : IDisposable
{
    private readonly FileStream _stream;

    private HostJournal(FileStream stream) => _stream = stream;

    /// <exception cref="IOException">Another process holds the file.</exception>
    /// <exception cref="InvalidDataException">A line that is not the last is not ours.</exception>
    public static HostJournal Open(string path, out HostBooks books)
    {
        var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var journal = new HostJournal(stream);
            books = new HostBooks(journal);
            journal.ReadInto(books, path);
            return journal;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Dispose() => _stream.Dispose();

    public void Append(ReadOnlySpan<HostEntry> entries)
    {
        var bytes = new List<byte>();
        foreach (var entry in entries) bytes.AddRange(BytesOf(LineOf(entry)));
        Append([.. bytes]);
    }

    /// <summary>A reversal came before its original.</summary>
    public void AppendReversedUnseen(ExchangeId exchange) => Append(BytesOf(new Line(exchange.Value, 0, "", "", 0, "", null, null, null, null, 0, null)));

    private static Line LineOf(HostEntry entry) => new(
        entry.Exchange.Value,
        (int)entry.Kind,
        entry.Merchant.Value,
        entry.Card.Value,
        entry.Asked.MinorUnits,
        entry.Asked.Currency.Code,
        entry.Original?.Value,
        entry.Approved?.MinorUnits,
        entry.Code?.Value,
        entry.Response?.Value,
        entry.QueriesLeft,
        (int?)entry.UndoneBy);

    private static byte[] BytesOf(Line line) => [.. JsonSerializer.SerializeToUtf8Bytes(line), (byte)'\n'];

    private void Append(byte[] bytes)
    {
        _stream.Write(bytes);
        _stream.Flush();
    }

    private void ReadInto(HostBooks books, string path)
    {
        using var reader = new StreamReader(_stream, Encoding.UTF8, leaveOpen: true);
        var text = reader.ReadToEnd();
        var whole = text.LastIndexOf('\n') + 1;
        var number = 0;
        foreach (var line in text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            number++;
            Restore(books, Parse(line) ?? throw new InvalidDataException($"{path}: line {number} is not the simulated host's. Move the file away to start with empty books."));
        }

        _stream.SetLength(Encoding.UTF8.GetByteCount(text.AsSpan(0, whole)));
        _stream.Seek(0, SeekOrigin.End);
    }

    private static Line? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<Line>(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Restore(HostBooks books, Line line)
    {
        var exchange = new ExchangeId(line.Exchange);
        if (line.Kind == 0)
        {
            books.RestoreReversedUnseen(exchange);
            return;
        }

        var currency = new Currency(line.Currency);
        books.Restore(new HostEntry(
            exchange,
            (HostEntryKind)line.Kind,
            new MerchantId(line.Merchant),
            new CardToken(line.Card),
            new Money(line.Asked, currency),
            line.Original is { } original ? new ExchangeId(original) : null,
            line.Approved is { } approved ? new Money(approved, currency) : null,
            line.Code is { } code ? new AuthorisationCode(code) : null,
            line.Response is { } response ? new ResponseCode(response) : null,
            line.QueriesLeft,
            (HostUndo?)line.UndoneBy));
    }

    private sealed record Line(
        Guid Exchange,
        int Kind,
        string Merchant,
        string Card,
        long Asked,
        string Currency,
        Guid? Original,
        long? Approved,
        string? Code,
        string? Response,
        int QueriesLeft,
        int? UndoneBy);
}
