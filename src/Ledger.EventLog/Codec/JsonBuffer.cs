using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Ledger.EventLog.Codec;

/// <summary>One writer and buffer per thread, so that encoding allocates the payload and nothing else.</summary>
internal static class JsonBuffer
{
    // A buffer that grew past this for one large event is not kept.
    private const int KeptLengthMax = 64 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _kept;

    public static byte[] Write(object value, JsonTypeInfo type)
    {
        var (buffer, writer) = _kept ?? Create();
        _kept = null;
        buffer.ResetWrittenCount();
        writer.Reset(buffer);
        JsonSerializer.Serialize(writer, value, type);
        writer.Flush();
        var payload = buffer.WrittenSpan.ToArray();
        if (buffer.Capacity <= KeptLengthMax) _kept = (buffer, writer);
        return payload;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) Create()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        return (buffer, new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = LedgerJsonOptions.Encoder, SkipValidation = true }));
    }
}
