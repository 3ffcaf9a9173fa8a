using System.Text;
using System.Text.Json;
using System.Xml;
using Headwater.Core.Sboms.Json;

namespace Headwater.Core.Sboms;

/// <summary>Recognises a document by what is in it. It reads no further than it must, but a JSON document may say what it is at its very end.</summary>
internal static class SbomSniffer
{
    /// <summary>So much of a text is looked at for the line that says what it is.</summary>
    private const int TextWindow = 256 * 1024;

    /// <exception cref="SbomFormatException">Nothing that is known, or broken before it could be recognised.</exception>
    public static SbomKind Recognise(Stream utf8, byte[] head, SbomReadOptions options, CancellationToken cancellationToken)
    {
        var text = head.AsSpan();
        while (text.Length > 0 && text[0] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') text = text[1..];
        if (text.Length == 0) throw new SbomFormatException("1:1", "the document is empty");
        return text[0] switch
        {
            (byte)'{' => Json(utf8, options, cancellationToken),
            (byte)'[' => throw new SbomFormatException("1:1", "a list is not an SBOM; expected a CycloneDX or SPDX document"),
            (byte)'<' => Xml(utf8, options, cancellationToken),
            _ when text.StartsWith("PK\u0003\u0004"u8) => throw new SbomFormatException("1:1", "spreadsheets and other zip files are not supported; save the document as JSON"),
            _ when IsProtobuf(head) => throw new SbomFormatException("1:1", Protobuf),
            _ => Text(utf8),
        };
    }

    private const string Protobuf = "protobuf is not supported; save the document as CycloneDX JSON or XML";

    /// <summary>The message Bom begins with its field 1, spec_version, a short text such as <c>1.6</c>.</summary>
    private static bool IsProtobuf(ReadOnlySpan<byte> head) =>
        head is [0x0A, >= 3 and <= 4, (byte)'1', (byte)'.', >= (byte)'0' and <= (byte)'9', ..];

    private static SbomKind Json(Stream utf8, SbomReadOptions options, CancellationToken cancellationToken)
    {
        string? bomFormat = null, specVersion = null;
        var graph = false;
        var json = new JsonStream(utf8, options, cancellationToken);
        json.Read();
        while (json.Read() && json.Token == JsonTokenType.PropertyName)
        {
            switch (json.Text)
            {
                case "bomFormat": bomFormat = Value(json); break;
                case "specVersion": specVersion = Value(json); break;
                case "spdxVersion": return Spdx(Value(json), SbomSerialization.Json);
                case "@context": return new SbomKind(SbomFormat.Spdx, ContextVersion(json, options, cancellationToken), SbomSerialization.JsonLd);
                // The context, which tells the version, may come after it.
                case "@graph": graph = true; json.SkipValue(); break;
                default: json.SkipValue(); break;
            }

            if (bomFormat is not null && specVersion is not null) break;
        }

        if (graph) return new SbomKind(SbomFormat.Spdx, "3.0.1", SbomSerialization.JsonLd);
        if (bomFormat is not null || specVersion is not null) return new SbomKind(SbomFormat.CycloneDx, specVersion ?? string.Empty, SbomSerialization.Json);
        throw new SbomFormatException("/", "this JSON is neither CycloneDX (no \"bomFormat\") nor SPDX (no \"spdxVersion\" or \"@context\")");
    }

    private static string? Value(JsonStream json)
    {
        json.Read();
        if (json.Token == JsonTokenType.String) return json.Text;
        json.SkipRest();
        return string.Empty;
    }

    private static SbomKind Spdx(string? version, SbomSerialization serialization) =>
        new(SbomFormat.Spdx, version?.StartsWith("SPDX-", StringComparison.Ordinal) == true ? version[5..] : version ?? string.Empty, serialization);

    /// <summary>The version stands in the context's address: <c>https://spdx.org/rdf/3.0.1/spdx-context.jsonld</c>.</summary>
    private static string ContextVersion(JsonStream json, SbomReadOptions options, CancellationToken cancellationToken)
    {
        json.Read();
        var depth = json.Depth;
        do
        {
            if (json.Token != JsonTokenType.String) continue;
            var at = json.Text.IndexOf("spdx.org/rdf/", StringComparison.Ordinal);
            if (at < 0) continue;
            var version = json.Text[(at + 13)..].Split('/')[0];
            if (version.Length > 0 && char.IsAsciiDigit(version[0])) return version;
        }
        while (json.Depth > depth - 1 && !(json.Depth == depth && json.Token is JsonTokenType.String or JsonTokenType.EndArray or JsonTokenType.EndObject) && json.Read());
        throw new SbomFormatException("/@context", "this JSON-LD does not name the SPDX 3 context (https://spdx.org/rdf/3.0.1/spdx-context.jsonld)");
    }

    private static SbomKind Xml(Stream utf8, SbomReadOptions options, CancellationToken cancellationToken)
    {
        using var xml = SbomXml.CreateReader(utf8, options);
        try
        {
            if (xml.MoveToContent() != XmlNodeType.Element) throw new SbomFormatException("1:1", "this XML has no element");
            const string cycloneDx = "http://cyclonedx.org/schema/bom/";
            if (xml.NamespaceURI.StartsWith(cycloneDx, StringComparison.Ordinal)) return new SbomKind(SbomFormat.CycloneDx, xml.NamespaceURI[cycloneDx.Length..], SbomSerialization.Xml);
            var rdf = xml is { LocalName: "RDF", NamespaceURI: "http://www.w3.org/1999/02/22-rdf-syntax-ns#" } || xml.NamespaceURI.StartsWith("http://spdx.org/rdf/", StringComparison.Ordinal);
            if (!rdf && xml.LocalName != "Document")
            {
                throw new SbomFormatException(SbomXml.Place(xml), $"this XML is not an SBOM: its root is <{xml.Name}> in the namespace \"{xml.NamespaceURI}\"; CycloneDX uses {cycloneDx}1.x");
            }

            var serialization = rdf ? SbomSerialization.Rdf : SbomSerialization.Xml;
            while (xml.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (xml.NodeType != XmlNodeType.Element || xml.LocalName is not ("specVersion" or "spdxVersion")) continue;
                if (xml.Read() && xml.NodeType == XmlNodeType.Text) return Spdx(xml.Value.Trim(), serialization);
            }

            return new SbomKind(SbomFormat.Spdx, string.Empty, serialization);
        }
        catch (XmlException broken)
        {
            throw SbomXml.Broken(broken);
        }
    }

    private static SbomKind Text(Stream utf8)
    {
        string text;
        try
        {
            var bytes = SbomInput.Peek(utf8, TextWindow);
            text = Encoding.UTF8.GetString(bytes);
        }
        catch (DecoderFallbackException broken)
        {
            throw new SbomFormatException("1:1", "the text is not valid in its Unicode encoding", broken);
        }

        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            var line = raw.TrimStart();
            if (line.StartsWith("SPDXVersion:", StringComparison.Ordinal)) return Spdx(line[12..].Trim().ToString(), SbomSerialization.TagValue);
            if (line.StartsWith("# proto-message:", StringComparison.Ordinal) || line.StartsWith("spec_version:", StringComparison.Ordinal)) throw new SbomFormatException("1:1", Protobuf);
            var key = line.TrimStart("{\"'- ");
            if (!key.StartsWith("spdxVersion", StringComparison.Ordinal)) continue;
            var value = key[11..].TrimStart("\"' ");
            if (value.StartsWith(":")) return Spdx(value[1..].Trim().Trim("\"'").ToString(), SbomSerialization.Yaml);
        }

        throw new SbomFormatException("1:1", "this is not an SBOM that is known here; expected CycloneDX (JSON, XML) or SPDX (JSON, YAML, tag-value, RDF/XML, JSON-LD)");
    }
}
