using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Headwater.Core.Sboms.CycloneDx.Xml;

/// <summary>What an XML schema says of one element or attribute: its name, its type, whether it may be repeated by itself.</summary>
internal sealed record XsdMember(string Name, XsdType? Type, string? TypeName, bool Repeated);

/// <summary>The content of one complex type: attributes, and elements in the order in which they must come.</summary>
internal sealed class XsdType(XElement source, XsdTypes all)
{
    private (List<XsdMember> Attributes, List<XsdMember> Elements, bool HasText)? _content;

    /// <summary>The declaration; types are the same when this is.</summary>
    public XElement Source => source;

    public string? Name => (string?)source.Attribute("name");

    public IReadOnlyList<XsdMember> Attributes => Content.Attributes;

    public IReadOnlyList<XsdMember> Elements => Content.Elements;

    /// <summary>True for text with attributes.</summary>
    public bool HasText => Content.HasText;

    private (List<XsdMember> Attributes, List<XsdMember> Elements, bool HasText) Content
    {
        get
        {
            if (_content is { } known) return known;
            var (attributes, elements) = (new List<XsdMember>(), new List<XsdMember>());
            Walk(source, attributes, elements);
            _content = (attributes, elements, source.Element(XsdTypes.Ns + "simpleContent") is not null);
            return _content.Value;
        }
    }

    private void Walk(XElement at, List<XsdMember> attributes, List<XsdMember> elements)
    {
        foreach (var e in at.Elements())
        {
            switch (e.Name.LocalName)
            {
                case "sequence" or "choice" or "all" or "complexContent" or "simpleContent" or "extension": Walk(e, attributes, elements); break;
                case "attribute": attributes.Add(new XsdMember((string)e.Attribute("name")!, null, (string?)e.Attribute("type"), false)); break;
                case "attributeGroup" when all.Group((string?)e.Attribute("ref")) is { } group: Walk(group, attributes, elements); break;
                case "element" when e.Attribute("name") is { } name:
                    var max = (string?)e.Attribute("maxOccurs");
                    // The same name may stand in two branches of a choice.
                    if (!elements.Exists(x => x.Name == name.Value)) elements.Add(new XsdMember(name.Value, all.TypeOf(e), (string?)e.Attribute("type"), max is not (null or "1")));
                    break;
            }
        }
    }
}

/// <summary>
/// The official XSD, read as a plain document for the names and the order of elements. (Compiling it is left to those who validate.)
/// </summary>
internal sealed class XsdTypes
{
    public static readonly XNamespace Ns = "http://www.w3.org/2001/XMLSchema";

    private readonly Dictionary<string, XsdType> _named;
    private readonly Dictionary<XElement, XsdType> _inline = [];
    private readonly Dictionary<string, Regex?> _patterns = new(StringComparer.Ordinal);
    private readonly XElement _root;

    public XsdTypes(Stream xsd)
    {
        _root = XElement.Load(xsd);
        _named = _root.Elements(Ns + "complexType").ToDictionary(t => (string)t.Attribute("name")!, t => new XsdType(t, this), StringComparer.Ordinal);
    }

    /// <summary>The type of a global element.</summary>
    public XsdType Element(string name) => TypeOf(_root.Elements(Ns + "element").First(e => (string?)e.Attribute("name") == name))!;

    public XElement? Group(string? reference) => _root.Elements(Ns + "attributeGroup").FirstOrDefault(g => (string?)g.Attribute("name") == Local(reference));

    /// <summary>The pattern of a named simple type; null when it has none.</summary>
    public Regex? Pattern(string? type)
    {
        if (type is null) return null;
        lock (_patterns)
        {
            if (_patterns.TryGetValue(type, out var known)) return known;
            var facet = _root.Elements(Ns + "simpleType").FirstOrDefault(t => (string?)t.Attribute("name") == Local(type))?.Descendants(Ns + "pattern").FirstOrDefault();
            return _patterns[type] = facet is null ? null : new Regex("^(?:" + (string)facet.Attribute("value")! + ")\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
    }

    /// <summary>The complex type of an element; null when it is simple.</summary>
    public XsdType? TypeOf(XElement element)
    {
        if (element.Attribute("type") is { } named) return _named.GetValueOrDefault(Local(named.Value)!);
        if (element.Element(Ns + "complexType") is not { } inline) return null;
        if (!_inline.TryGetValue(inline, out var type)) _inline.Add(inline, type = new XsdType(inline, this));
        return type;
    }

    private static string? Local(string? name) => name?[(name.IndexOf(':', StringComparison.Ordinal) + 1)..];
}
