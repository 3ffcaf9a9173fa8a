using System.Text;
using System.Xml;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>A node of an RDF graph: an identifier or none, a type, and what is said of it in document order.</summary>
internal sealed class RdfNode(string? uri, string position)
{
    public string? Uri { get; } = uri;

    /// <summary>Where it was first described.</summary>
    public string Position { get; set; } = position;

    /// <summary>Local names of its types in any namespace of SPDX or of RDF pointers.</summary>
    public string? Type { get; set; }

    /// <summary>The text of a literal; null for a resource.</summary>
    public string? Literal { get; init; }

    public List<(string Name, RdfNode Value)> Properties { get; } = [];

    public RdfNode? One(string name)
    {
        foreach (var (key, value) in Properties)
        {
            if (key == name) return value;
        }
        return null;
    }

    public IEnumerable<RdfNode> All(string name)
    {
        foreach (var (key, value) in Properties)
        {
            if (key == name) yield return value;
        }
    }

    public string? Text(string name) => One(name)?.Literal;
}

/// <summary>
/// Reads RDF/XML into a graph: typed and plain node elements, property elements and attributes, <c>rdf:about</c>, <c>rdf:ID</c>,
/// <c>rdf:nodeID</c>, <c>rdf:resource</c>, <c>rdf:parseType="Resource"</c>. Nodes may be nested or flat, in any order; a node that is
/// described in several places is one node. The stack is explicit and its depth bounded.
/// </summary>
internal sealed class RdfGraph
{
    private const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

    private readonly Dictionary<string, RdfNode> _named = new(StringComparer.Ordinal);

    /// <summary>All resources that are described, in document order.</summary>
    public List<RdfNode> Nodes { get; } = [];

    /// <summary>What is open: a node, or a property of one whose value is awaited.</summary>
    private sealed class Frame
    {
        public RdfNode? Node { get; init; }

        public RdfNode? Owner { get; init; }

        public string? Property { get; init; }

        public bool HasValue { get; set; }

        public StringBuilder? Text { get; set; }

        public string Position { get; init; } = "";
    }

    public static RdfGraph Read(Stream utf8, SbomReadOptions options, CancellationToken ct)
    {
        var graph = new RdfGraph();
        using var xml = SbomXml.CreateReader(utf8, options);
        SpdxXml.Guard(xml, () => graph.Read(xml, options, ct));
        return graph;
    }

    private void Read(XmlReader xml, SbomReadOptions options, CancellationToken ct)
    {
        xml.MoveToContent();
        var stack = new Stack<Frame>();
        var isWrapped = xml.LocalName == "RDF" && xml.NamespaceURI == Rdf;
        if (isWrapped)
        {
            if (xml.IsEmptyElement) return;
            xml.Read();
        }
        while (!xml.EOF)
        {
            ct.ThrowIfCancellationRequested();
            switch (xml.NodeType)
            {
                case XmlNodeType.Element:
                    if (stack.Count >= options.MaxDepth) throw new SbomFormatException(SbomXml.Place(xml), $"The document is nested deeper than {options.MaxDepth}.");
                    var isEmpty = xml.IsEmptyElement;
                    stack.Push(stack.TryPeek(out var top) && top.Node is not null ? Property(xml, top.Node) : NodeElement(xml, top));
                    if (isEmpty) Close(stack.Pop());
                    break;
                case XmlNodeType.EndElement when stack.Count > 0:
                    Close(stack.Pop());
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when stack.TryPeek(out var open) && open.Node is null:
                    SpdxXml.Append(xml, open.Text ??= new StringBuilder(), options);
                    // ReadValueChunk leaves the reader on the text.
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA:
                    throw new SbomFormatException(SbomXml.Place(xml), "Text is not expected between the elements of RDF/XML.");
                default: break;
            }
            xml.Read();
        }
    }

    private Frame NodeElement(XmlReader xml, Frame? property)
    {
        var position = SbomXml.Place(xml);
        var node = Resource(Identity(xml), position);
        if (!(xml.NamespaceURI == Rdf && xml.LocalName == "Description")) node.Type ??= xml.LocalName;
        if (node.Properties.Count == 0) node.Position = position;
        Attributes(xml, node);
        if (property is not null)
        {
            if (property.HasValue) throw new SbomFormatException(position, $"The property '{property.Property}' has two values in one element.");
            property.Owner!.Properties.Add((property.Property!, node));
            property.HasValue = true;
        }
        return new Frame { Node = node, Position = position };
    }

    private Frame Property(XmlReader xml, RdfNode owner)
    {
        var position = SbomXml.Place(xml);
        var name = xml.LocalName;
        var isType = xml.NamespaceURI == Rdf && name == "type";
        var resource = xml.GetAttribute("resource", Rdf);
        var nodeId = xml.GetAttribute("nodeID", Rdf);
        var parseType = xml.GetAttribute("parseType", Rdf);
        if (isType)
        {
            if (resource is not null) owner.Type ??= Local(resource);
            return new Frame { Owner = owner, Property = name, HasValue = true, Position = position };
        }
        if (resource is not null || nodeId is not null)
        {
            owner.Properties.Add((name, Resource(resource ?? "_:" + nodeId, position)));
            return new Frame { Owner = owner, Property = name, HasValue = true, Position = position };
        }
        if (parseType == "Resource")
        {
            var node = Resource(null, position);
            owner.Properties.Add((name, node));
            return new Frame { Node = node, Position = position };
        }
        return new Frame { Owner = owner, Property = name, Position = position };
    }

    private static void Close(Frame frame)
    {
        if (frame.Property is null || frame.HasValue) return;
        frame.Owner!.Properties.Add((frame.Property, new RdfNode(null, frame.Position) { Literal = frame.Text?.ToString() ?? "" }));
    }

    private RdfNode Resource(string? uri, string position)
    {
        if (uri is not null && _named.TryGetValue(uri, out var known)) return known;
        var node = new RdfNode(uri, position);
        if (uri is not null) _named[uri] = node;
        Nodes.Add(node);
        return node;
    }

    private static string? Identity(XmlReader xml)
    {
        if (xml.GetAttribute("about", Rdf) is { } about) return about;
        if (xml.GetAttribute("ID", Rdf) is { } id) return "#" + id;
        return xml.GetAttribute("nodeID", Rdf) is { } node ? "_:" + node : null;
    }

    private static void Attributes(XmlReader xml, RdfNode node)
    {
        if (!xml.HasAttributes) return;
        while (xml.MoveToNextAttribute())
        {
            if (xml.NamespaceURI.Length == 0 || xml.NamespaceURI == Rdf || xml.NamespaceURI.StartsWith("http://www.w3.org/2000/xmlns", StringComparison.Ordinal) || xml.Prefix == "xml") continue;
            node.Properties.Add((xml.LocalName, new RdfNode(null, node.Position) { Literal = xml.Value }));
        }
        xml.MoveToElement();
    }

    /// <summary>What stands behind the last <c>#</c> or <c>/</c> of an address.</summary>
    public static string Local(string uri)
    {
        var at = uri.LastIndexOf('#');
        if (at < 0) at = uri.LastIndexOf('/');
        return at < 0 ? uri : uri[(at + 1)..];
    }
}
