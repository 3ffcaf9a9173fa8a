using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Headwater.Server.Platform.Data;

namespace Headwater.Server.Features.Backup;

/// <summary>Rows as lines of JSON arrays.</summary>
internal static class RowCodec
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(ArrayBufferWriter<byte> buffer, IReadOnlyList<ColumnKind> kinds, ReadOnlySpan<object?> row)
    {
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartArray();
            for (var i = 0; i < kinds.Count; i++)
            {
                switch (row[i])
                {
                    case null: json.WriteNullValue(); break;
                    case long number: json.WriteNumberValue(number); break;
                    case double real: json.WriteNumberValue(real); break;
                    case string text: json.WriteStringValue(text); break;
                    case byte[] bytes: json.WriteBase64StringValue(bytes); break;
                    case var other: throw new ArgumentException($"A row holds a {other.GetType().Name}.");
                }
            }

            json.WriteEndArray();
        }

        buffer.GetSpan(1)[0] = (byte)'\n';
        buffer.Advance(1);
    }

    /// <summary>The rows of a part, each in the same array.</summary>
    /// <exception cref="BackupException">The part holds something else.</exception>
    public static IEnumerable<object?[]> Read(string part, byte[] bytes, IReadOnlyList<ColumnKind> kinds)
    {
        var row = new object?[kinds.Count];
        for (var (start, line) = (0, 1); start < bytes.Length; line++)
        {
            var end = Array.IndexOf(bytes, (byte)'\n', start);
            if (end < 0) end = bytes.Length;
            try
            {
                ReadLine(bytes.AsSpan(start, end - start), kinds, row);
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
            {
                throw new DamagedBackupException($"line {line} of {part} is no row of that table: {e.Message}", e);
            }

            yield return row;
            start = end + 1;
        }
    }

    private static void ReadLine(ReadOnlySpan<byte> line, IReadOnlyList<ColumnKind> kinds, object?[] row)
    {
        var json = new Utf8JsonReader(line);
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray) throw new FormatException("It does not begin with an array.");
        for (var i = 0; i < kinds.Count; i++)
        {
            json.Read();
            row[i] = json.TokenType == JsonTokenType.Null ? null : kinds[i] switch
            {
                ColumnKind.Number => json.GetInt64(),
                ColumnKind.Real => json.GetDouble(),
                ColumnKind.Text => json.GetString(),
                _ => json.GetBytesFromBase64(),
            };
        }

        if (!json.Read() || json.TokenType != JsonTokenType.EndArray) throw new FormatException($"It has not {kinds.Count} values.");
    }
}
