using System.Text.RegularExpressions;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Sboms.CycloneDx.Xml;

internal enum ShapeKind
{
    /// <summary>Text; a string, number or boolean in JSON.</summary>
    Scalar,

    /// <summary>An empty element whose attribute <c>ref</c> is the value.</summary>
    RefAttribute,

    /// <summary>An object.</summary>
    Object,

    /// <summary>An element around exactly one of several, which is the value.</summary>
    Choice,

    /// <summary><c>&lt;dependency ref=…&gt;</c> with the same inside it.</summary>
    Dependency,

    /// <summary>A list of tools as it was, or an object of components and services as it is since 1.5.</summary>
    Tools,
}

internal enum MemberStyle
{
    Attribute,

    /// <summary>The text of an element that has attributes.</summary>
    Text,

    /// <summary>An element of that name.</summary>
    Element,

    /// <summary>A list whose elements stand side by side.</summary>
    Repeated,

    /// <summary>A list within an element of the list's name.</summary>
    Wrapped,

    /// <summary>An element whose parts are parts of the object around it in JSON.</summary>
    Merged,
}

/// <summary>How one property is written in XML.</summary>
/// <param name="Xml">Name of the element or attribute.</param>
/// <param name="Json">Name of the property.</param>
/// <param name="Style">How.</param>
/// <param name="Items">What may stand in the list or element: one entry, or several to choose from.</param>
internal sealed record ShapeMember(string Xml, string Json, MemberStyle Style, IReadOnlyList<ShapeItem> Items);

/// <summary>One form that a value can have.</summary>
/// <param name="Xml">Name of its element.</param>
/// <param name="Keyed">True when the value is an object with one property of the element's name.</param>
/// <param name="Shape">The form; asked for when needed, because forms contain themselves.</param>
internal sealed record ShapeItem(string Xml, bool Keyed, Func<XmlShape> Shape);

/// <summary>
/// How one kind of value is written in XML and in JSON. Derived from both official schemas of the newest version, which contain the
/// older ones: the JSON schema knows what is a list and what is a number, the XSD what is an attribute and in which order the
/// elements come. What cannot be derived stands in <see cref="XmlShapes"/>.
/// </summary>
internal sealed class XmlShape
{
    public required ShapeKind Kind { get; init; }

    /// <summary>For scalars: string, boolean, number.</summary>
    public string Scalar { get; init; } = "string";

    /// <summary>True when white space around a scalar does not count.</summary>
    public bool Collapse { get; init; }

    /// <summary>For scalars: what XML demands of the text beyond JSON; null when nothing.</summary>
    public Regex? Pattern { get; init; }

    public IReadOnlyList<ShapeMember> Members { get; init; } = [];

    /// <summary>For <see cref="ShapeKind.Choice"/>.</summary>
    public IReadOnlyList<ShapeItem> Choices { get; init; } = [];

    public ShapeMember? Attribute(string xml) => Members.FirstOrDefault(m => m.Style == MemberStyle.Attribute && m.Xml == xml);

    public ShapeMember? Element(string xml) => Members.FirstOrDefault(m => m.Style is not (MemberStyle.Attribute or MemberStyle.Text) && m.Xml == xml);

    public ShapeMember? Text => Members.FirstOrDefault(m => m.Style == MemberStyle.Text);
}

/// <summary>Makes the shapes, each when it is first needed.</summary>
internal sealed class XmlShapes
{
    private static readonly Lazy<XmlShapes> Instance = new(() => new XmlShapes(CycloneDxSchemas.Open("bom-1.7.xsd")!, CycloneDxSchemas.Json("1.7")));

    /// <summary>Names that differ beyond what the schemas tell; used only where the property of the element's own name does not exist.</summary>
    private static readonly Dictionary<string, string> Renamed = new(StringComparer.Ordinal)
    {
        ["responses"] = "response",
        ["cryptoRef"] = "cryptoRefArray",
        ["content-type"] = "contentType",
        ["license-identifier"] = "licenseIdentifier",
        ["details"] = "expressionDetails",
        ["individual"] = "contact",
    };

    /// <summary>What the text of an element with attributes is called in JSON, by the XSD's type.</summary>
    private static readonly Dictionary<string, string> TextProperty = new(StringComparer.Ordinal)
    {
        ["hashType"] = "content",
        ["attachedTextType"] = "content",
        ["propertyType"] = "value",
        ["dataClassificationType"] = "classification",
        ["licenseExpressionType"] = "expression",
    };

    private readonly Dictionary<(object, object), XmlShape> _known = [];
    private readonly Lock _lock = new();
    private readonly XsdTypes _xsd;

    private XmlShapes(Stream xsd, JsonSchema root)
    {
        using (xsd) _xsd = new XsdTypes(xsd);
        Root = Shape(_xsd.Element("bom"), root, null);
    }

    /// <summary>The whole document.</summary>
    public static XmlShape Bom => Instance.Value.Root;

    private XmlShape Root { get; }

    private XmlShape Shape(XsdType? xsd, JsonSchema json, string? typeName)
    {
        var collapse = typeName is not (null or "xs:string" or "xs:normalizedString");
        if (xsd is null) return new XmlShape { Kind = ShapeKind.Scalar, Scalar = ScalarOf(json), Collapse = collapse, Pattern = _xsd.Pattern(typeName) };
        lock (_lock)
        {
            if (!_known.TryGetValue((xsd.Source, json.Identity), out var shape)) _known.Add((xsd.Source, json.Identity), shape = Make(xsd, json));
            return shape;
        }
    }

    private XmlShape Make(XsdType xsd, JsonSchema json)
    {
        if (xsd.Name == "dependencyType") return new XmlShape { Kind = ShapeKind.Dependency };
        if (xsd.Elements.Count == 0 && !xsd.HasText && xsd.Attributes.Any(a => a.Name == "ref") && Property(json, "ref") is null) return new XmlShape { Kind = ShapeKind.RefAttribute };
        if (xsd.Elements.Any(e => e.Name == "tool") && xsd.Elements.Any(e => e.Name == "components"))
        {
            var list = json.Alternatives.First(a => a.Items is not null);
            var whole = json.Alternatives.First(a => a.Items is null);
            var tool = xsd.Elements.First(e => e.Name == "tool");
            return new XmlShape
            {
                Kind = ShapeKind.Tools,
                Members = [.. xsd.Elements.Where(e => e.Name != "tool").Select(e => Member(e, whole)!)],
                Choices = [new ShapeItem("tool", false, () => Shape(tool.Type, list.Items!, tool.TypeName))],
            };
        }

        // An organisation or a person, where JSON holds the one or the other itself.
        var names = xsd.Elements.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        if (names.Contains("organization") && !Allows(json, "array") && Property(json, "organization") is null)
        {
            return new XmlShape { Kind = ShapeKind.Choice, Choices = [.. xsd.Elements.Select(e => new ShapeItem(e.Name, false, () => Shape(e.Type, Branch(json, e.Name), e.TypeName)))] };
        }

        var members = new List<ShapeMember>();
        foreach (var a in xsd.Attributes)
        {
            if (JsonName(a.Name, json) is { } name) members.Add(new ShapeMember(a.Name, name, MemberStyle.Attribute, [new ShapeItem(a.Name, false, () => Shape(null, Property(json, name)!, a.TypeName ?? "token"))]));
        }

        if (xsd.HasText)
        {
            var text = TextProperty.GetValueOrDefault(xsd.Name ?? string.Empty, "value");
            members.Add(new ShapeMember(string.Empty, text, MemberStyle.Text, [new ShapeItem(text, false, () => Shape(null, Property(json, text)!, xsd.Name == "hashType" ? "token" : null))]));
        }

        foreach (var e in xsd.Elements)
        {
            if (e.Type?.Name == "dataClassificationType")
            {
                members.Add(new ShapeMember(e.Name, "classification", MemberStyle.Merged, [new ShapeItem(e.Name, false, () => Shape(e.Type, json, null))]));
            }
            else if (Member(e, json) is { } member)
            {
                members.Add(member);
            }
        }

        return new XmlShape { Kind = ShapeKind.Object, Members = members };
    }

    private ShapeMember? Member(XsdMember e, JsonSchema json)
    {
        if (JsonName(e.Name, json) is not { } name) return null;
        var property = Property(json, name)!;
        var list = property.Items is not null ? property : property.Alternatives.FirstOrDefault(a => a.Items is not null);
        if (list is null || (e.Type is not null && e.Type.Elements.Any(x => x.Name == "tool") && e.Type.Elements.Any(x => x.Name == "components")))
        {
            return new ShapeMember(e.Name, name, MemberStyle.Element, [new ShapeItem(e.Name, false, () => Shape(e.Type, property, e.TypeName))]);
        }

        var items = list.Items!;
        // Two levels of element for one list, and the outer one may be repeated as well.
        if (e.Repeated && e.Name != "energyConsumptions") return new ShapeMember(e.Name, name, MemberStyle.Repeated, [new ShapeItem(e.Name, false, () => Shape(e.Type, items, e.TypeName))]);
        return new ShapeMember(e.Name, name, MemberStyle.Wrapped, [.. (e.Type?.Elements ?? []).Select(i => Item(i, items))]);
    }

    /// <summary>An element of a list; JSON puts some of them into an object of one property (<c>license</c>, <c>ref</c>, <c>text</c>).</summary>
    private ShapeItem Item(XsdMember e, JsonSchema items)
    {
        var keyed = e.Name is "license" or "ref" or "text" && Property(items, e.Name) is not null;
        return keyed
            ? new ShapeItem(e.Name, true, () => Shape(e.Type, Property(items, e.Name)!, e.TypeName))
            : new ShapeItem(e.Name, false, () => Shape(e.Type, Branch(items, e.Name), e.TypeName));
    }

    /// <summary>The alternative of a JSON schema that an element of that name stands for.</summary>
    private static JsonSchema Branch(JsonSchema json, string element) => element switch
    {
        "organization" => json.Alternatives.FirstOrDefault(a => a.Property("address") is not null) ?? json,
        "individual" or "contact" => json.Alternatives.FirstOrDefault(a => a.Property("email") is not null) ?? json,
        "patentFamily" => json.Alternatives.FirstOrDefault(a => a.Property("familyId") is not null) ?? json,
        "patent" => json.Alternatives.FirstOrDefault(a => a.Property("patentNumber") is not null) ?? json,
        "dataset" or "environmentVar" => json.Alternatives.FirstOrDefault(a => a.Property("name") is not null) ?? json,
        "ref" or "value" => json.Alternatives.FirstOrDefault(a => a.Property("name") is null) ?? json,
        _ => json,
    };

    private static string? JsonName(string xml, JsonSchema json)
    {
        if (Property(json, xml) is not null) return xml;
        return Renamed.TryGetValue(xml, out var renamed) && Property(json, renamed) is not null ? renamed : null;
    }

    private static JsonSchema? Property(JsonSchema json, string name, int depth = 0) =>
        json.Property(name) ?? (depth < 4 ? json.Alternatives.Select(a => Property(a, name, depth + 1)).FirstOrDefault(p => p is not null) : null);

    private static bool Allows(JsonSchema json, string type) => json.Items is not null && json.Allows(type);

    private static string ScalarOf(JsonSchema json) =>
        json.Allows("string") ? "string" : json.Allows("boolean") ? "boolean" : json.Allows("integer") || json.Allows("number") ? "number" : "string";
}
