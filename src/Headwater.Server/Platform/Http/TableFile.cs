using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Headwater.Server.Platform.Http;

/// <summary>Writes the rows of a table as a file while they come: CSV (RFC 4180, with a mark that spreadsheets know UTF-8 by), JSON, XLSX.</summary>
internal static class TableFile
{
    private const int Chunk = 32 * 1024;

    public static async Task WriteCsvAsync(Stream stream, IReadOnlyList<string> names, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync(string.Join(',', names.Select(Field)));
        await foreach (var row in rows.WithCancellation(cancellationToken)) await writer.WriteLineAsync(string.Join(',', row.Select(value => Field(Plain(value)))));
    }

    public static async Task WriteJsonAsync(Stream stream, IReadOnlyList<string> names, IAsyncEnumerable<object?[]> rows, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(buffer);
        json.WriteStartArray();
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            json.WriteStartObject();
            for (var i = 0; i < names.Count; i++)
            {
                json.WritePropertyName(names[i]);
                JsonSerializer.Serialize(json, row[i]);
            }

            json.WriteEndObject();
            if (buffer.WrittenCount + json.BytesPending < Chunk) continue;
            json.Flush();
            await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
            buffer.ResetWrittenCount();
        }

        json.WriteEndArray();
        json.Flush();
        await stream.WriteAsync(buffer.WrittenMemory, cancellationToken);
    }

    /// <summary>A value as text.</summary>
    public static string Plain(object? value) => value switch
    {
        null => "",
        string text => text,
        DateTimeOffset time => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        IEnumerable<string> list => string.Join("; ", list),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    /// <summary>Names come from strangers' documents: what a spreadsheet would take for a formula is disarmed with an apostrophe.</summary>
    private static string Field(string text)
    {
        if (text.Length > 0 && (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r') && !double.TryParse(text, out _)) text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
