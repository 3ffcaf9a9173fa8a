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
            if (Misfit(bytes.AsSpan(start, end - start), kinds, row) is { } misfit) throw new DamagedBackupException($"line {line} of {part} is no row of that table: {misfit}");

            yield return row;
            start = end + 1;
        }
    }

    /// <summary>Reads a line into the row. What is wrong with it, in our own words; null when it is a row.</summary>
    private static string? Misfit(ReadOnlySpan<byte> line, IReadOnlyList<ColumnKind> kinds, object?[] row)
    {
        var json = new Utf8JsonReader(line);
        try
        {
            if (!json.Read() || json.TokenType != JsonTokenType.StartArray) return "it does not begin with [.";
            for (var i = 0; i < kinds.Count; i++)
            {
                json.Read();
                if (json.TokenType == JsonTokenType.EndArray) return $"it has {i} values instead of {kinds.Count}.";
                if (json.TokenType == JsonTokenType.Null) row[i] = null;
                else if (!TryRead(ref json, kinds[i], out row[i])) return $"value {i + 1} of {kinds.Count}, at byte {json.TokenStartIndex + 1}, is not {Name(kinds[i])}.";
            }

            if (!json.Read() || json.TokenType != JsonTokenType.EndArray) return $"it has more than {kinds.Count} values.";
            return json.Read() ? "something follows its last value." : null;
        }
        catch (JsonException e)
        {
            return line.IsEmpty ? "it is empty." : $"it is not JSON from byte {(e.BytePositionInLine ?? json.BytesConsumed) + 1} on, or it ends there.";
        }
    }

    private static bool TryRead(ref Utf8JsonReader json, ColumnKind kind, out object? value)
    {
        value = null;
        switch (kind)
        {
            case ColumnKind.Number when json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number):
                value = number;
                return true;
            case ColumnKind.Real when json.TokenType == JsonTokenType.Number && json.TryGetDouble(out var real):
                value = real;
                return true;
            case ColumnKind.Text when json.TokenType == JsonTokenType.String:
                value = Text(ref json);
                return value is not null;
            case ColumnKind.Number or ColumnKind.Real or ColumnKind.Text:
                return false;
            default:
                if (json.TokenType != JsonTokenType.String || !json.TryGetBytesFromBase64(out var bytes)) return false;
                value = bytes;
                return true;
        }
    }

    /// <summary>Null for text that is not valid UTF-8 or has half a character in an escape.</summary>
    private static string? Text(ref Utf8JsonReader json)
    {
        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string Name(ColumnKind kind) => kind switch { ColumnKind.Number => "a whole number", ColumnKind.Real => "a number", ColumnKind.Text => "text", _ => "bytes in Base64" };
}
