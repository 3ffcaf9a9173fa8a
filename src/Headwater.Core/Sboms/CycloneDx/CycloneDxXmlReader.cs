using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Schema;
using Headwater.Core.Sboms.CycloneDx.Xml;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>
/// CycloneDX XML 1.0 to 1.7. The reader validates against the official XSD while it reads; each part is turned into JSON and then
/// goes the way of the JSON reader.
/// </summary>
internal static class CycloneDxXmlReader
{
    internal const string DependencyGraph = "http://cyclonedx.org/schema/ext/dependency-graph/1.0";

    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken cancellationToken)
    {
        if (!CycloneDxSchemas.XmlVersions.Contains(kind.SpecVersion))
        {
            throw new SbomFormatException("1:1", $"CycloneDX XML is known in the versions {string.Join(", ", CycloneDxSchemas.XmlVersions)}; this document's namespace says \"{kind.SpecVersion}\"");
        }

        var intake = new CycloneDxIntake(sink, options);
        using var plain = SbomXml.CreateReader(utf8, options);
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        if (options.Validate)
        {
            settings.ValidationType = ValidationType.Schema;
            settings.Schemas = CycloneDxSchemas.Xml(kind.SpecVersion);
            settings.ValidationFlags = XmlSchemaValidationFlags.ProcessIdentityConstraints | XmlSchemaValidationFlags.AllowXmlAttributes;
            settings.ValidationEventHandler += (_, e) =>
            {
                // xs:anyURI admits nearly anything, the framework less; broken addresses are as tolerable as in JSON.
                if (e.Message.Contains("not a valid Uri value", StringComparison.Ordinal) || (e.Message.Contains("memberTypes of the union", StringComparison.Ordinal) && !e.Message.Contains("The value ''", StringComparison.Ordinal))) intake.Warn(Place(e.Exception), Readable(e.Message));
                else if (intake.Full) throw new SbomFormatException(Place(e.Exception), "there are more errors");
                else if (e.Severity == XmlSeverityType.Error) intake.Fault(Place(e.Exception), Readable(e.Message));
            };
        }

        using var xml = XmlReader.Create(plain, settings);
        sink.OnHeader(kind);
        try
        {
            ReadDocument(xml, intake, options, cancellationToken);
        }
        catch (SbomFormatException broken)
        {
            intake.Fault(broken.At, broken.Message);
        }
        catch (XmlException broken)
        {
            intake.Fault(SbomXml.Broken(broken).At, SbomXml.Broken(broken).Message);
        }
        catch (System.Text.DecoderFallbackException)
        {
            intake.Fault(SbomXml.Place(xml), "the text is not valid UTF-8 from about here on");
        }

        return intake.Finish(kind);
    }

    private static void ReadDocument(XmlReader xml, CycloneDxIntake intake, SbomReadOptions options, CancellationToken cancellationToken)
    {
        xml.MoveToContent();
        if (xml.LocalName != "bom")
        {
            intake.Fault(SbomXml.Place(xml), $"the root of a CycloneDX document is <bom>, not <{xml.Name}>");
            return;
        }

        foreach (var name in new[] { "serialNumber", "version" })
        {
            // A default from the schema is not a statement of the document.
            var said = xml.MoveToAttribute(name) && !xml.IsDefault;
            var value = said ? xml.Value : null;
            xml.MoveToElement();
            if (value is null) continue;
            JsonNode node = name == "version" && int.TryParse(value.Trim(), out var number) ? JsonValue.Create(number) : JsonValue.Create(value.Trim());
            Hand(node, e => intake.Header(name, e));
        }

        var bom = XmlShapes.Bom;
        var convert = new XmlToJson(xml, xml.NamespaceURI, options, intake.Warn)
        {
            // Before 1.2 the graph was an extension; it has the form that then became the standard's.
            Extension = () =>
            {
                if (xml is not { LocalName: "dependencies", NamespaceURI: DependencyGraph }) return false;
                ReadList(xml, new XmlToJson(xml, DependencyGraph, options, intake.Warn), bom.Element("dependencies")!, intake, intake.Dependency, cancellationToken);
                return true;
            },
        };
        convert.Children(() =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            var name = xml.LocalName;
            if (intake.Full) throw new SbomFormatException(SbomXml.Place(xml), "there are more errors");
            if (bom.Element(name) is not { } member) convert.Foreign();
            else if (intake.ListOf(name) is { } take) ReadList(xml, convert, member, intake, take, cancellationToken);
            else ReadPart(xml, convert, bom, member, intake);
        });
    }

    private static void ReadList(XmlReader xml, XmlToJson convert, ShapeMember member, CycloneDxIntake intake, Action<JsonElement, string> take, CancellationToken cancellationToken)
    {
        var shape = member.Items[0].Shape();
        var name = member.Items[0].Xml;
        convert.Children(() =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (intake.Full) throw new SbomFormatException(SbomXml.Place(xml), "there are more errors");
            if (xml.LocalName != name)
            {
                xml.Skip();
                return;
            }

            var (at, faults) = (SbomXml.Place(xml), intake.Errors.Count);
            if (convert.Read(shape) is { } node && intake.Errors.Count == faults) Hand(node, e => intake.Try(at, () => take(e, at)));
            foreach (var inner in convert.Inner) Hand(inner, e => intake.Try(at, () => take(e, at)));
            convert.Inner.Clear();
        });
    }

    /// <summary>A part that is not read element by element: it is put into an object of its own and taken out again.</summary>
    private static void ReadPart(XmlReader xml, XmlToJson convert, XmlShape bom, ShapeMember member, CycloneDxIntake intake)
    {
        var (at, faults) = (SbomXml.Place(xml), intake.Errors.Count);
        if (convert.ReadMember(bom, member) is not { } node || intake.Errors.Count > faults) return;
        Hand(node, e => intake.Try(at, () =>
        {
            if (member.Json == "metadata") intake.Metadata(e);
            else intake.Extra(member.Json, e);
        }));
    }

    private static void Hand(JsonNode node, Action<JsonElement> take)
    {
        using var document = JsonSerializer.SerializeToDocument(node, CycloneDxNodes.Default.JsonNode);
        take(document.RootElement);
    }

    private static string Place(XmlSchemaException at) => $"{at.LineNumber}:{at.LinePosition}";

    /// <summary>The framework's sentences repeat the namespace with every name.</summary>
    private static string Readable(string message)
    {
        var text = message;
        for (var at = text.IndexOf(" in namespace '", StringComparison.Ordinal); at >= 0; at = text.IndexOf(" in namespace '", StringComparison.Ordinal))
        {
            var end = text.IndexOf('\'', at + 15);
            if (end < 0) break;
            text = text.Remove(at, end + 1 - at);
        }

        return text.Replace("http://cyclonedx.org/schema/spdx:", string.Empty, StringComparison.Ordinal)
            .Replace("http://cyclonedx.org/schema/bom/", string.Empty, StringComparison.Ordinal);
    }
}
