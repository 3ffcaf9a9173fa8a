using System.Text;
using System.Xml;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>Reads SPDX 2.x XML, whose elements bear the names of the JSON serialisation and where a list is a repeated element.</summary>
internal static class SpdxXmlReader
{
    internal static SbomReadResult Read(Stream utf8, SbomKind kind, SbomSink sink, SbomReadOptions options, CancellationToken ct)
    {
        var assembler = new Spdx2Assembler(kind, sink, options);
        return SpdxReading.Run(assembler, () => SpdxReading.Take(assembler, Collect(utf8, options, ct), ct));
    }

    private static List<SpdxPart> Collect(Stream utf8, SbomReadOptions options, CancellationToken ct)
    {
        var collector = new SpdxPartCollector();
        using var xml = SbomXml.CreateReader(utf8, options);
        SpdxXml.Guard(xml, () =>
        {
            xml.MoveToContent();
            if (xml.LocalName is not ("Document" or "SpdxDocument")) throw new SbomFormatException(SbomXml.Place(xml), $"The root element of SPDX XML is 'Document', not '{Spdx2Check.Shorten(xml.LocalName)}'.");
            if (xml.IsEmptyElement) return;
            while (xml.Read() && xml.NodeType != XmlNodeType.EndElement)
            {
                ct.ThrowIfCancellationRequested();
                if (xml.NodeType == XmlNodeType.Element)
                {
                    var name = xml.LocalName;
                    var node = Node(xml, 1, options);
                    collector.Add(name, IsList(name) ? new SpdxNode(node.Position) { Items = [node] } : node);
                }
                else if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA)
                {
                    throw new SbomFormatException(SbomXml.Place(xml), "Text is not expected here.");
                }
            }
            while (xml.Read())
            {
            }
        });
        return collector.Parts;
    }

    /// <summary>The element that the reader stands on, which it leaves on its end. Recursion is bounded by the depth.</summary>
    private static SpdxNode Node(XmlReader xml, int depth, SbomReadOptions options)
    {
        if (depth > Math.Min(options.MaxDepth, 128)) throw new SbomFormatException(SbomXml.Place(xml), $"The document is nested deeper than {options.MaxDepth}.");
        var node = new SpdxNode(SbomXml.Place(xml));
        if (xml.IsEmptyElement)
        {
            node.Text = "";
            return node;
        }
        var text = new StringBuilder();
        while (xml.Read() && xml.NodeType != XmlNodeType.EndElement)
        {
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    var name = xml.LocalName;
                    var child = Node(xml, depth + 1, options);
                    if (IsList(name)) node.Append(name, child);
                    else if (node.Find(name) is not null) throw new SbomFormatException(child.Position, $"The element '{Spdx2Check.Shorten(name)}' stands twice.");
                    else node.Set(name, child);
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace:
                    SpdxXml.Append(xml, text, options);
                    break;
                default: break;
            }
        }
        if (node.Properties is null) node.Text = text.ToString();
        return node;
    }

    private static bool IsList(string name) => Spdx2Shapes.ScalarOf(name) is SpdxFieldKind.Objects or SpdxFieldKind.Texts;
}

/// <summary>Texts of XML within bounds, and what is thrown while it is read.</summary>
internal static class SpdxXml
{
    public static void Guard(XmlReader xml, Action read)
    {
        try
        {
            read();
        }
        catch (XmlException e)
        {
            throw SbomXml.Broken(e);
        }
        catch (DecoderFallbackException e)
        {
            throw new SbomFormatException(SbomXml.Place(xml), "The text is not valid UTF-8.", e);
        }
    }

    public static void Append(XmlReader xml, StringBuilder text, SbomReadOptions options)
    {
        if (!xml.CanReadValueChunk)
        {
            text.Append(xml.Value);
        }
        else
        {
            var chunk = new char[4096];
            for (var read = xml.ReadValueChunk(chunk, 0, chunk.Length); read > 0; read = xml.ReadValueChunk(chunk, 0, chunk.Length))
            {
                text.Append(chunk, 0, read);
                if (text.Length > options.MaxStringBytes) break;
            }
        }
        if (text.Length > options.MaxStringBytes) throw new SbomFormatException(SbomXml.Place(xml), $"A text is longer than {options.MaxStringBytes} characters.");
    }
}
