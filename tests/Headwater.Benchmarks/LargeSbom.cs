using System.Text.Json;

namespace Headwater.Benchmarks;

/// <summary>Makes a large SBOM by multiplying a real one: same shapes, same sizes, different names, so that nothing can be cached away.</summary>
internal static class LargeSbom
{
    /// <summary>Writes a CycloneDX 1.5 JSON document with <paramref name="count"/> components made from a real document's.</summary>
    public static void Write(string source, string target, int count)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(source));
        var components = document.RootElement.GetProperty("components").EnumerateArray().ToArray();
        var edges = document.RootElement.GetProperty("dependencies").EnumerateArray().ToArray();
        using var stream = File.Create(target);
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", document.RootElement.GetProperty("specVersion").GetString());
        json.WriteNumber("version", 1);
        json.WriteStartObject("metadata");
        json.WriteStartObject("component");
        json.WriteString("type", "application");
        json.WriteString("bom-ref", "root");
        json.WriteString("name", "multiplied");
        json.WriteString("version", "1");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("components");
        for (var i = 0; i < count; i++)
        {
            WriteComponent(json, components[i % components.Length], i / components.Length);
            if (json.BytesPending > 1 << 20) json.Flush();
        }

        json.WriteEndArray();
        json.WriteStartArray("dependencies");
        var copies = (count + components.Length - 1) / components.Length;
        json.WriteStartObject();
        json.WriteString("ref", "root");
        json.WriteStartArray("dependsOn");
        for (var copy = 0; copy < copies; copy++) json.WriteStringValue(Copy(components[0].GetProperty("bom-ref").GetString()!, copy));
        json.WriteEndArray();
        json.WriteEndObject();
        var known = components.Select(c => c.GetProperty("bom-ref").GetString()!).ToHashSet();
        var last = count % components.Length;
        var knownInLast = components.Take(last == 0 ? components.Length : last).Select(c => c.GetProperty("bom-ref").GetString()!).ToHashSet();
        for (var copy = 0; copy < copies; copy++)
        {
            var present = copy == copies - 1 ? knownInLast : known;
            foreach (var edge in edges)
            {
                var from = edge.GetProperty("ref").GetString()!;
                if (!present.Contains(from)) continue;
                json.WriteStartObject();
                json.WriteString("ref", Copy(from, copy));
                json.WriteStartArray("dependsOn");
                if (edge.TryGetProperty("dependsOn", out var targets))
                {
                    foreach (var to in targets.EnumerateArray().Select(t => t.GetString()!).Where(present.Contains)) json.WriteStringValue(Copy(to, copy));
                }

                json.WriteEndArray();
                json.WriteEndObject();
                if (json.BytesPending > 1 << 20) json.Flush();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteComponent(Utf8JsonWriter json, JsonElement component, int copy)
    {
        json.WriteStartObject();
        foreach (var property in component.EnumerateObject())
        {
            switch (property.Name)
            {
                case "bom-ref": json.WriteString("bom-ref", Copy(property.Value.GetString()!, copy)); break;
                case "purl": json.WriteString("purl", CopyPurl(property.Value.GetString()!, copy)); break;
                case "name": json.WriteString("name", copy == 0 ? property.Value.GetString() : $"{property.Value.GetString()}-{copy}"); break;
                default: property.WriteTo(json); break;
            }
        }

        json.WriteEndObject();
    }

    private static string Copy(string reference, int copy) => copy == 0 ? reference : $"{reference}#copy{copy}";

    private static string CopyPurl(string purl, int copy)
    {
        if (copy == 0) return purl;
        var at = purl.LastIndexOf('@');
        return at < 0 ? $"{purl}-{copy}" : $"{purl[..at]}-{copy}{purl[at..]}";
    }
}
