using System.Globalization;
using System.Text;
using System.Text.Json;
using Headwater.Core.Sboms;

namespace Headwater.Core.Vex.Reading;

/// <summary>Brings a document into memory as UTF-8 within bounds, and refuses what is not strict JSON: with the pointer, the line and the column.</summary>
internal static class VexInput
{
    /// <exception cref="SbomFormatException">Too large, or not valid in its encoding.</exception>
    public static ReadOnlyMemory<byte> Load(Stream stream, VexReadOptions options, CancellationToken cancellationToken)
    {
        using var kept = new MemoryStream();
        var buffer = new byte[64 * 1024];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (kept.Length + read > options.MaxBytes) throw new SbomFormatException("1:1", $"the document is larger than {options.MaxBytes.ToString("N0", CultureInfo.InvariantCulture)} bytes");
            kept.Write(buffer, 0, read);
        }

        var bytes = kept.GetBuffer().AsMemory(0, (int)kept.Length);
        var (encoding, bom) = SbomInput.Detect(bytes.Span);
        try
        {
            if (encoding is not UTF8Encoding) return Encoding.UTF8.GetBytes(encoding.GetString(bytes.Span[bom..]));
        }
        catch (DecoderFallbackException)
        {
            throw new SbomFormatException("1:1", "the text is not valid in its Unicode encoding");
        }

        bytes = bytes[bom..];
        if (!System.Text.Unicode.Utf8.IsValid(bytes.Span) && !IsXml(bytes.Span)) throw new SbomFormatException("1:1", "the bytes are not valid UTF-8");
        return bytes;
    }

    /// <summary>True when the first character is that of XML.</summary>
    public static bool IsXml(ReadOnlySpan<byte> utf8) => utf8.TrimStart(" \t\r\n"u8) is [(byte)'<', ..];

    /// <exception cref="SbomFormatException">Not JSON, too deep, too long a string, or a property that stands in one object twice.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, VexReadOptions options, CancellationToken cancellationToken)
    {
        Scan(utf8.Span, options, cancellationToken);
        return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = 512 });
    }

    /// <summary>Which format this is.</summary>
    /// <exception cref="SbomFormatException">None that is known.</exception>
    public static VexFormat Recognise(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new SbomFormatException("/", "a VEX document is a JSON object");
        if (root.TryGetProperty("bomFormat"u8, out _) || root.TryGetProperty("specVersion"u8, out _)) return VexFormat.CycloneDx;
        if (root.TryGetProperty("document"u8, out var document) && document.ValueKind == JsonValueKind.Object && document.TryGetProperty("csaf_version"u8, out var version))
        {
            if (version.ValueKind == JsonValueKind.String && version.GetString() is "2.0") return VexFormat.Csaf;
            throw new SbomFormatException("/document/csaf_version", $"CSAF is known in the version 2.0; this document says {version.GetRawText()}");
        }

        if (root.TryGetProperty("@context"u8, out var context))
        {
            if (context.ValueKind == JsonValueKind.String && context.GetString()!.Contains("openvex", StringComparison.OrdinalIgnoreCase)) return VexFormat.OpenVex;
            throw new SbomFormatException("/@context", "this JSON-LD does not name the context of OpenVEX (https://openvex.dev/ns/v0.2.0)");
        }

        throw new SbomFormatException("/", "this JSON is neither OpenVEX (no \"@context\"), CSAF (no \"document\" with \"csaf_version\") nor CycloneDX (no \"bomFormat\")");
    }

    private static void Scan(ReadOnlySpan<byte> utf8, VexReadOptions options, CancellationToken cancellationToken)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Math.Clamp(options.MaxDepth, 1, 500), CommentHandling = JsonCommentHandling.Disallow });
        var path = new Stack<Level>();
        var tokens = 0;
        try
        {
            while (reader.Read())
            {
                if ((++tokens & 0xFFFF) == 0) cancellationToken.ThrowIfCancellationRequested();
                switch (reader.TokenType)
                {
                    case JsonTokenType.PropertyName:
                        var name = Text(ref reader, path, options);
                        if (!path.Peek().Names!.Add(name)) throw new SbomFormatException(Pointer(path, name), $"this property stands in the object twice ({Place(utf8, reader.TokenStartIndex)})");
                        path.Peek().Name = name;
                        break;
                    case JsonTokenType.StartObject or JsonTokenType.StartArray:
                        Count(path);
                        path.Push(new Level(reader.TokenType == JsonTokenType.StartObject));
                        break;
                    case JsonTokenType.EndObject or JsonTokenType.EndArray:
                        path.Pop();
                        break;
                    default:
                        Count(path);
                        if (reader.TokenType == JsonTokenType.String) Text(ref reader, path, options);
                        break;
                }
            }
        }
        catch (JsonException broken)
        {
            var message = broken.Message;
            var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw new SbomFormatException($"{(broken.LineNumber ?? 0) + 1}:{(broken.BytePositionInLine ?? 0) + 1}", end < 0 ? message : message[..end], broken);
        }
    }

    private static string Text(ref Utf8JsonReader reader, Stack<Level> path, VexReadOptions options)
    {
        if (reader.ValueSpan.Length > options.MaxStringBytes) throw new SbomFormatException(Pointer(path, null), $"a string is longer than {options.MaxStringBytes} bytes");
        if (!reader.ValueIsEscaped && reader.TokenType == JsonTokenType.String) return string.Empty;
        try
        {
            var text = reader.GetString()!;
            if (text.Contains('\0', StringComparison.Ordinal)) throw new SbomFormatException(Pointer(path, null), "a string holds the character NUL");
            return text;
        }
        catch (InvalidOperationException broken)
        {
            throw new SbomFormatException(Pointer(path, null), "a string holds half of a surrogate pair", broken);
        }
    }

    private static void Count(Stack<Level> path)
    {
        if (path.TryPeek(out var level) && level.Names is null) level.Index++;
    }

    private static string Pointer(Stack<Level> path, string? last)
    {
        var text = new StringBuilder();
        foreach (var level in path.Reverse())
        {
            if (ReferenceEquals(level, path.Peek()) && last is not null) break;
            text.Append('/').Append(level.Names is null ? Math.Max(0, level.Index).ToString(CultureInfo.InvariantCulture) : VexReading.Escape(level.Name));
        }

        return last is null ? text.ToString() : text.Append('/').Append(VexReading.Escape(last)).ToString();
    }

    private static string Place(ReadOnlySpan<byte> utf8, long at)
    {
        var before = utf8[..(int)at];
        return $"line {before.Count((byte)'\n') + 1}, column {before.Length - before.LastIndexOf((byte)'\n')}";
    }

    private sealed class Level(bool isObject)
    {
        public HashSet<string>? Names { get; } = isObject ? new HashSet<string>(StringComparer.Ordinal) : null;

        public string Name { get; set; } = string.Empty;

        public int Index { get; set; } = -1;
    }
}
