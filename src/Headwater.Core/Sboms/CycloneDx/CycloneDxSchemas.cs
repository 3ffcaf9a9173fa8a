using System.Collections.Concurrent;
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
    private static readonly ConcurrentDictionary<string, Lazy<XmlSchemaSet>> XmlSchemas = new(StringComparer.Ordinal);

    /// <summary>The JSON schema of a version of <see cref="JsonVersions"/>.</summary>
    public static JsonSchema Json(string version) => JsonSchemas.GetOrAdd(version, static v => JsonSchema.Load(Open($"bom-{v}.schema.json")!, Open));

    /// <summary>The compiled XSD of a version of <see cref="XmlVersions"/>.</summary>
    public static XmlSchemaSet Xml(string version) => XmlSchemas.GetOrAdd(version, static v => new Lazy<XmlSchemaSet>(() => Compile(v))).Value;

    /// <summary>Opens an embedded schema by file name; null when there is none.</summary>
    public static Stream? Open(string file) => typeof(CycloneDxSchemas).Assembly.GetManifestResourceStream("cyclonedx/" + file);

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
