namespace Headwater.Core.Sboms;

/// <summary>The two families of SBOM documents.</summary>
public enum SbomFormat
{
    /// <summary>OWASP CycloneDX (ECMA-424).</summary>
    CycloneDx,

    /// <summary>SPDX (ISO/IEC 5962 for 2.2.1).</summary>
    Spdx,
}

/// <summary>How a document is written down.</summary>
public enum SbomSerialization
{
    /// <summary>JSON.</summary>
    Json,

    /// <summary>XML.</summary>
    Xml,

    /// <summary>YAML.</summary>
    Yaml,

    /// <summary>SPDX tag-value text.</summary>
    TagValue,

    /// <summary>RDF/XML.</summary>
    Rdf,

    /// <summary>JSON-LD (SPDX 3).</summary>
    JsonLd,
}

/// <summary>What a document says it is.</summary>
/// <param name="Format">The family.</param>
/// <param name="SpecVersion">The version of the specification, for example <c>1.6</c> or <c>2.3</c>.</param>
/// <param name="Serialization">How it is written down.</param>
public readonly record struct SbomKind(SbomFormat Format, string SpecVersion, SbomSerialization Serialization)
{
    /// <summary>The family's name as people write it.</summary>
    public string FormatName => Format == SbomFormat.CycloneDx ? "CycloneDX" : "SPDX";

    /// <summary>The serialisation as used on the command line: json, xml, yaml, tag-value, rdf, json-ld.</summary>
    public string SerializationName => Serialization switch
    {
        SbomSerialization.TagValue => "tag-value",
        SbomSerialization.JsonLd => "json-ld",
        var other => other.ToString().ToLowerInvariant(),
    };
}
