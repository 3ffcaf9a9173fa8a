using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Headwater.Core.Policies.Cel;

namespace Headwater.Core.Policies.Facts;

/// <summary>Facts as JSON: what a judgement rested on, and the bytes that its digest is of.</summary>
public static class FactsJson
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The digest of facts: the same for the same facts, whoever gathered them.</summary>
    /// <param name="facts">The facts.</param>
    /// <returns>SHA-256 of their JSON, hexadecimal.</returns>
    public static string Digest(PolicyFacts facts)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, s_options)) Write(json, facts);
        return Convert.ToHexStringLower(SHA256.HashData(buffer.WrittenSpan));
    }

    /// <summary>Writes facts: objects with their members in ordinal order; what is not known is left out. The moment stands beside them: it changes though no fact does.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="facts">The facts.</param>
    public static void Write(Utf8JsonWriter json, PolicyFacts facts)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(facts);
        json.WriteStartObject();
        if (facts.Advisories is { } advisories)
        {
            json.WriteStartArray("advisories"u8);
            foreach (var advisory in advisories.OrderBy(a => a.Id, StringComparer.Ordinal)) Record(json, advisory);
            json.WriteEndArray();
        }

        Part(json, "component", facts.Component);
        Part(json, "context", facts.Context);
        Part(json, "health", facts.Health);
        Part(json, "licence", facts.Licence);
        Part(json, "occurrence", facts.Occurrence);
        Part(json, "project", facts.Project);
        Part(json, "request", facts.Request);
        Part(json, "signals", facts.Signals);
        if (facts.Waivers.Count > 0)
        {
            json.WriteStartArray("waivers"u8);
            foreach (var waiver in facts.Waivers.Select(w => w.Id).Order(StringComparer.Ordinal)) json.WriteStringValue(waiver);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
    }

    private static void Part(Utf8JsonWriter json, string name, ICelRecord record)
    {
        json.WritePropertyName(name);
        Record(json, record);
    }

    private static void Record(Utf8JsonWriter json, ICelRecord record)
    {
        json.WriteStartObject();
        foreach (var (name, field) in record.CelType.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            var value = field.Read(record);
            // The age follows from the moment, and would make a digest of facts that did not change.
            if (value.IsErrorOrUnknown || field.Type.Equals(CelType.Duration)) continue;
            json.WritePropertyName(name);
            Value(json, value);
        }

        json.WriteEndObject();
    }

    private static void Value(Utf8JsonWriter json, in CelValue value)
    {
        switch (value.Kind)
        {
            case CelKind.Bool: json.WriteBooleanValue(value.IsTrue); break;
            case CelKind.Int: json.WriteNumberValue(value.Int); break;
            case CelKind.Double: json.WriteNumberValue(value.Double); break;
            case CelKind.String: json.WriteStringValue(value.String); break;
            case CelKind.Record: Record(json, value.Record!); break;
            case CelKind.List:
                json.WriteStartArray();
                for (var i = 0; i < value.List!.Count; i++) Value(json, value.List[i]);
                json.WriteEndArray();
                break;
            case CelKind.Timestamp: json.WriteStringValue(DateTimeOffset.FromUnixTimeSeconds(value.TimestampSeconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)); break;
            default: json.WriteNullValue(); break;
        }
    }
}
