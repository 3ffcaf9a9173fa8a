using System.Text;
using System.Xml;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Writes SPDX 2.3 as RDF/XML. The elements stand side by side and refer to each other, so that none has to be held until another needs it.</summary>
internal sealed class SpdxRdfWriter : IDisposable
{
    private const string Terms = "http://spdx.org/rdf/terms#";
    private const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private const string Rdfs = "http://www.w3.org/2000/01/rdf-schema#";
    private const string Doap = "http://usefulinc.com/ns/doap#";
    private const string Listed = "http://spdx.org/rdf/references/";

    private readonly XmlWriter _xml;
    private readonly string _ns;

    private SpdxRdfWriter(Stream output, string ns)
    {
        _ns = ns;
        _xml = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n", NewLineHandling = NewLineHandling.Entitize });
    }

    public static void Write(Spdx2Export export, Stream output)
    {
        var head = export.Head();
        using var writer = new SpdxRdfWriter(output, head.TextOf("documentNamespace")!);
        writer.Start();
        writer.Head(head);
        foreach (var (section, node) in export.Elements()) writer.Element(section, node);
    }

    public void Dispose()
    {
        _xml.WriteEndElement();
        _xml.Dispose();
    }

    private void Start()
    {
        _xml.WriteStartElement("rdf", "RDF", Rdf);
        _xml.WriteAttributeString("xmlns", "spdx", null, Terms);
        _xml.WriteAttributeString("xmlns", "rdfs", null, Rdfs);
        _xml.WriteAttributeString("xmlns", "doap", null, Doap);
    }

    private void Head(SpdxNode head) => Node("SpdxDocument", "SPDXRef-DOCUMENT", () =>
    {
        Text("specVersion", head.TextOf("spdxVersion"));
        Text("name", head.TextOf("name"));
        Resource("dataLicense", "http://spdx.org/licenses/CC0-1.0");
        Text("comment", head.TextOf("comment"));
        Inner("creationInfo", "CreationInfo", () =>
        {
            var creation = head.Find("creationInfo")!;
            foreach (var name in (string[])["created", "comment", "licenseListVersion"]) Text(name, creation.TextOf(name));
            foreach (var creator in creation.Find("creators")?.Items ?? []) Text("creator", creator.Text);
        });
    });

    private void Element(string section, SpdxNode node)
    {
        switch (section)
        {
            case "packages": Node("Package", node.TextOf("SPDXID")!, () => Members(node)); break;
            case "files": Node("File", node.TextOf("SPDXID")!, () => Members(node)); break;
            case "hasExtractedLicensingInfos": Node("ExtractedLicensingInfo", node.TextOf("licenseId")!, () => Members(node)); break;
            case "annotations": About("SPDXRef-DOCUMENT", () => Annotation(node)); break;
            case "externalDocumentRefs":
                About("SPDXRef-DOCUMENT", () => Inner("externalDocumentRef", "ExternalDocumentRef", () =>
                {
                    Text("externalDocumentId", node.TextOf("externalDocumentId"));
                    Resource("spdxDocument", node.TextOf("spdxDocument")!);
                    Checksum(node.Find("checksum")!);
                }));
                break;
            default:
                About(node.TextOf("spdxElementId")!, () => Inner("relationship", "Relationship", () =>
                {
                    Resource("relationshipType", $"{Terms}relationshipType_{Camel(node.TextOf("relationshipType")!)}");
                    var related = node.TextOf("relatedSpdxElement")!;
                    Resource("relatedSpdxElement", SpdxExpression.IsAssertion(related) ? Terms + related.ToLowerInvariant() : Address(related));
                    Text("comment", node.TextOf("comment"));
                }));
                break;
        }
    }

    private void Members(SpdxNode node)
    {
        foreach (var (name, value) in node.Properties!)
        {
            switch (name)
            {
                case "SPDXID": break;
                case "licenseDeclared" or "licenseConcluded": Licence(name, value.Text!); break;
                case "primaryPackagePurpose": Resource(name, $"{Terms}purpose_{Camel(value.Text!.Replace('-', '_'))}"); break;
                case "downloadLocation" when SpdxExpression.IsAssertion(value.Text): Resource(name, Terms + value.Text!.ToLowerInvariant()); break;
                case "packageVerificationCode":
                    Inner(name, "PackageVerificationCode", () =>
                    {
                        Text("packageVerificationCodeValue", value.TextOf("packageVerificationCodeValue"));
                        foreach (var file in value.Find("packageVerificationCodeExcludedFiles")?.Items ?? []) Text("packageVerificationCodeExcludedFile", file.Text);
                    });
                    break;
                case var _ when value.Items is { } items: foreach (var item in items) Item(name, item); break;
                default: Text(name, value.Text); break;
            }
        }
    }

    private void Item(string list, SpdxNode item)
    {
        switch (list)
        {
            case "licenseInfoFromFiles": Licence(list, item.Text!); break;
            case "licenseInfoInFiles": Licence("licenseInfoInFile", item.Text!); break;
            case "checksums": Checksum(item); break;
            case "annotations": Annotation(item); break;
            case "fileTypes": Resource("fileType", $"{Terms}fileType_{item.Text!.ToLowerInvariant()}"); break;
            case "fileDependencies": Resource("fileDependency", Address(item.Text!)); break;
            case "artifactOfs":
                Inner("artifactOf", "doap:Project", () =>
                {
                    Text("name", item.TextOf("name"));
                    Text("homepage", item.TextOf("homePage"));
                });
                break;
            case "externalRefs":
                Inner("externalRef", "ExternalRef", () =>
                {
                    Resource("referenceCategory", $"{Terms}referenceCategory_{Camel(item.TextOf("referenceCategory")!.Replace('-', '_'))}");
                    Resource("referenceType", Type(item.TextOf("referenceType")!));
                    Text("referenceLocator", item.TextOf("referenceLocator"));
                    Text("comment", item.TextOf("comment"));
                });
                break;
            default: Text(list.TrimEnd('s'), item.Text); break;
        }
    }

    private void Annotation(SpdxNode node) => Inner("annotation", "Annotation", () =>
    {
        Text("annotator", node.TextOf("annotator"));
        Text("annotationDate", node.TextOf("annotationDate"));
        Resource("annotationType", $"{Terms}annotationType_{node.TextOf("annotationType")!.ToLowerInvariant()}");
        Text("comment", node.TextOf("comment"));
    });

    private void Checksum(SpdxNode node) => Inner("checksum", "Checksum", () =>
    {
        Resource("algorithm", $"{Terms}checksumAlgorithm_{node.TextOf("algorithm")!.ToLowerInvariant().Replace("blake2b-", "blake2b", StringComparison.Ordinal).Replace('-', '_')}");
        Text("checksumValue", node.TextOf("checksumValue"));
    });

    /// <summary>A licence as sets of its parts; a text that is no expression stands as it is.</summary>
    private void Licence(string property, string expression)
    {
        if (SpdxExpression.IsAssertion(expression)) Resource(property, Terms + expression.ToLowerInvariant());
        else if (SpdxLicenceTree.Parse(expression) is { } tree) Licence(property, tree);
        else Text(property, expression);
    }

    private void Licence(string property, SpdxLicenceTree tree)
    {
        if (tree.Members.Count == 0)
        {
            Resource(property, Licence(tree.Word));
            return;
        }

        Inner(property, tree.Word switch { "AND" => "ConjunctiveLicenseSet", "OR" => "DisjunctiveLicenseSet", _ => "WithExceptionOperator" }, () =>
        {
            if (tree.Word != "WITH")
            {
                foreach (var member in tree.Members) Licence("member", member);
                return;
            }

            Licence("member", tree.Members[0]);
            Resource("licenseException", Licence(tree.Members[1].Word));
        });
    }

    private string Licence(string word) => word.StartsWith("LicenseRef-", StringComparison.Ordinal) || word.StartsWith("DocumentRef-", StringComparison.Ordinal) ? $"{_ns}#{word}" : "http://spdx.org/licenses/" + word;

    private string Type(string word) => Uri.TryCreate(word, UriKind.Absolute, out _) ? word : word is "purl" or "cpe22Type" or "cpe23Type" or "swid" or "swh" or "gitoid" or "maven-central" or "npm" or "nuget" or "bower" or "advisory" or "fix" or "url" ? Listed + word : $"{_ns}#{word}";

    private string Address(string id) => $"{_ns}#{Uri.EscapeDataString(id)}";

    private void Node(string type, string id, Action content)
    {
        _xml.WriteStartElement("spdx", type, Terms);
        _xml.WriteAttributeString("rdf", "about", Rdf, type == "ExtractedLicensingInfo" ? $"{_ns}#{Clean(id)}" : Address(id));
        content();
        _xml.WriteEndElement();
    }

    private void About(string id, Action content)
    {
        _xml.WriteStartElement("rdf", "Description", Rdf);
        _xml.WriteAttributeString("rdf", "about", Rdf, Address(id));
        content();
        _xml.WriteEndElement();
    }

    private void Inner(string property, string type, Action content)
    {
        _xml.WriteStartElement("spdx", property, Terms);
        if (type.StartsWith("doap:", StringComparison.Ordinal)) _xml.WriteStartElement("doap", type[5..], Doap);
        else _xml.WriteStartElement("spdx", type, Terms);
        content();
        _xml.WriteEndElement();
        _xml.WriteEndElement();
    }

    private void Resource(string property, string address)
    {
        _xml.WriteStartElement("spdx", property, Terms);
        _xml.WriteAttributeString("rdf", "resource", Rdf, Clean(address));
        _xml.WriteEndElement();
    }

    private void Text(string property, string? text)
    {
        if (text is null) return;
        var (prefix, ns) = property switch { "comment" or "seeAlso" => ("rdfs", Rdfs), "homepage" => ("doap", Doap), _ => ("spdx", Terms) };
        _xml.WriteStartElement(prefix, property, ns);
        _xml.WriteString(Clean(text));
        _xml.WriteEndElement();
    }

    /// <summary>XML cannot hold every character; what is left out here comes back from the carried members.</summary>
    private static string Clean(string text)
    {
        if (!IsIllegal(text)) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) if (rune.Value is 9 or 10 or 13 or >= 0x20 and not (0xFFFE or 0xFFFF)) clean.Append(rune);
        return clean.ToString();
    }

    /// <summary>True for a text with a character that XML cannot hold.</summary>
    public static bool IsIllegal(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (!XmlConvert.IsXmlChar(text[i])) return true;
        }

        return false;
    }

    private static string Camel(string snake)
    {
        var words = snake.ToLowerInvariant().Split('_');
        return words[0] + string.Concat(words.Skip(1).Select(w => w.Length == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..]));
    }
}
