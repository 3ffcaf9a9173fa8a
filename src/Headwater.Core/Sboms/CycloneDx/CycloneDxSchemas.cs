using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Schema;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>The official schemas, read from the assembly when first needed and kept.</summary>
internal static class CycloneDxSchemas
{
    /// <summary>The versions that have a JSON form.</summary>
    public static IReadOnlyList<string> JsonVersions { get; } = ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"];

    /// <summary>The versions that have an XML form.</summary>
    public static IReadOnlyList<string> XmlVersions { get; } = ["1.0", "1.1", .. JsonVersions];

    private static readonly ConcurrentDictionary<string, JsonSchema> JsonSchemas = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, JsonSchema> WritingSchemas = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, Lazy<XmlSchemaSet>> XmlSchemas = new(StringComparer.Ordinal);

    /// <summary>The JSON schema of a version of <see cref="JsonVersions"/>.</summary>
    public static JsonSchema Json(string version) => JsonSchemas.GetOrAdd(version, static v => JsonSchema.Load(Open($"bom-{v}.schema.json")!, Open));

    /// <summary>
    /// What a version of <see cref="XmlVersions"/> can say. From 1.4 on that is its JSON schema. Those of 1.2 and 1.3 let any other property pass, so they are closed here;
    /// 1.0 and 1.1 have none, and get one that says what their XSD does.
    /// </summary>
    public static JsonSchema Writing(string version) => WritingSchemas.GetOrAdd(version, static v => v switch
    {
        "1.0" or "1.1" => JsonSchema.Load(Open($"fit-{v}.schema.json")!, Open),
        "1.2" or "1.3" => JsonSchema.Load(Closed(v), Open),
        _ => Json(v),
    });

    /// <summary>The compiled XSD of a version of <see cref="XmlVersions"/>.</summary>
    public static XmlSchemaSet Xml(string version) => XmlSchemas.GetOrAdd(version, static v => new Lazy<XmlSchemaSet>(() => Compile(v))).Value;

    /// <summary>Opens an embedded schema by file name; null when there is none.</summary>
    public static Stream? Open(string file) => typeof(CycloneDxSchemas).Assembly.GetManifestResourceStream("cyclonedx/" + file);

    private static MemoryStream Closed(string version)
    {
        using var stream = Open($"bom-{version}.schema.json")!;
        var schema = JsonNode.Parse(stream)!;
        Close(schema, false);
        return new MemoryStream(System.Text.Encoding.UTF8.GetBytes(schema.ToJsonString()));
    }

    /// <summary>Refuses what is not named; in what holds schemas by name (<paramref name="names"/>), "properties" is one of the names.</summary>
    private static void Close(JsonNode? node, bool names)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list) Close(item, false);
        }
        else if (node is JsonObject o)
        {
            foreach (var (name, inner) in o) Close(inner, !names && name is "properties" or "definitions");
            if (!names && o["properties"] is JsonObject) o["additionalProperties"] = false;
        }
    }

    private static XmlSchemaSet Compile(string version)
    {
        var set = new XmlSchemaSet { XmlResolver = null };
        set.Add(Parse("spdx.xsd"));
        set.Add(Parse($"bom-{version}.xsd"));
        // The extensions of the versions that had no place of their own for these things.
        if (version is "1.0" or "1.1" or "1.2" or "1.3")
        {
            set.Add(Parse("dependency-graph-1.0.xsd"));
            set.Add(Parse("vulnerability-1.0.xsd"));
            if (version == "1.1") set.Add(Parse("bom-descriptor-1.0.xsd"));
        }

        set.Compile();
        return set;
    }

    private static XmlSchema Parse(string file)
    {
        using var stream = Open(file)!;
        using var reader = XmlReader.Create(stream, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        return XmlSchema.Read(reader, null)!;
    }
}
