using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml;
using Headwater.Core.Sboms.CycloneDx.Xml;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>CycloneDX XML, from the JSON that says the same.</summary>
internal sealed class CycloneDxXmlOutput : CycloneDxOutput
{
    private readonly XmlWriter _xml;
    private readonly string _own;
    private readonly string _version;
    private readonly Action<string, string> _lost;
    private readonly HashSet<string> _refs = new(StringComparer.Ordinal);
    private readonly XmlShape _bom = XmlShapes.Bom;
    private string _ns;

    public CycloneDxXmlOutput(Stream output, string version, Action<string, string> lost)
    {
        _ns = _own = "http://cyclonedx.org/schema/bom/" + version;
        _version = version;
        _lost = lost;
        _xml = XmlWriter.Create(output, new XmlWriterSettings
        {
            Indent = true,
            Encoding = new UTF8Encoding(false),
            NewLineChars = "\n",
            // A carriage return must come back as one.
            NewLineHandling = NewLineHandling.Entitize,
            CheckCharacters = true,
        });
    }

    public override void Start(string? serialNumber, int? version)
    {
        _xml.WriteStartDocument();
        _xml.WriteStartElement("bom", _ns);
        if (serialNumber is not null) _xml.WriteAttributeString("serialNumber", serialNumber);
        if (version is { } number) _xml.WriteAttributeString("version", number.ToString(CultureInfo.InvariantCulture));
    }

    public override void Value(string name, JsonNode value)
    {
        if (_bom.Members.FirstOrDefault(m => m.Json == name) is { } member) Member(member, value, "/" + name);
        else _lost("/" + name, "has no place in CycloneDX XML");
    }

    public override void StartList(string name)
    {
        // The graph of 1.1 is an extension of its own.
        if (name == "dependencies" && _version == "1.1") _ns = CycloneDxXmlReader.DependencyGraph;
        _xml.WriteStartElement(name, _ns);
    }

    public override void Item(string list, JsonNode value) => Item(_bom.Members.First(m => m.Json == list).Items, value, "/" + list);

    public override void EndList()
    {
        _xml.WriteEndElement();
        _ns = _own;
    }

    public override void Dispose()
    {
        _xml.WriteEndElement();
        _xml.WriteEndDocument();
        _xml.Dispose();
    }

    private void Member(ShapeMember member, JsonNode value, string at)
    {
        switch (member.Style)
        {
            case MemberStyle.Repeated:
                foreach (var one in Several(member, value, at)) Element(member.Xml, member.Items[0].Shape(), one, at);
                break;
            case MemberStyle.Wrapped:
                _xml.WriteStartElement(member.Xml, _ns);
                var i = 0;
                foreach (var one in value as JsonArray ?? []) Item(member.Items, one, $"{at}/{i++}");
                _xml.WriteEndElement();
                break;
            default: Element(member.Xml, member.Items[0].Shape(), value, at); break;
        }
    }

    private IEnumerable<JsonNode?> Several(ShapeMember member, JsonNode value, string at)
    {
        if (value is not JsonArray many) return [value.DeepClone()];
        // The XML of 1.5 takes one where its JSON takes several.
        if (_version != "1.5" || member.Xml != "data" || many.Count < 2) return many;
        _lost(at, $"the XML of CycloneDX 1.5 takes one only; {many.Count - 1} were left out");
        return many.Take(1);
    }

    private void Item(IReadOnlyList<ShapeItem> items, JsonNode? value, string at)
    {
        if (value is null) return;
        var item = Pick(items, value);
        Element(item.Xml, item.Shape(), item.Keyed ? value[item.Xml] : value, at);
    }

    /// <summary>The element for a value that may be one of several.</summary>
    private ShapeItem Pick(IReadOnlyList<ShapeItem> items, JsonNode value)
    {
        if (items.Count == 1) return items[0];
        ShapeItem? Named(string xml) => items.FirstOrDefault(i => i.Xml == xml);
        if (value is not JsonObject o) return Named("value") ?? Named("ref") ?? items[0];
        if (items.FirstOrDefault(i => i.Keyed && o.Count == 1 && o.ContainsKey(i.Xml)) is { } keyed) return keyed;
        if (o.ContainsKey("expression")) return Named(o.ContainsKey("expressionDetails") || o.ContainsKey("licensing") || o.ContainsKey("properties") ? "expression-detailed" : "expression") ?? items[0];
        if (o.ContainsKey("familyId")) return Named("patentFamily") ?? items[0];
        if (o.ContainsKey("email") || o.ContainsKey("phone")) return Named("individual") ?? Named("contact") ?? items[0];
        // Before 1.5 a service had classifications of its data and no flows.
        return (_version is "1.2" or "1.3" or "1.4" ? Named("classification") : null) ?? Named("dataflow") ?? Named("dataset") ?? items.First(i => !i.Keyed);
    }

    private void Element(string name, XmlShape shape, JsonNode? value, string at)
    {
        if (value is null) return;
        _xml.WriteStartElement(name, _ns);
        Content(shape, value, at);
        _xml.WriteEndElement();
    }

    private void Content(XmlShape shape, JsonNode value, string at)
    {
        switch (shape.Kind)
        {
            case ShapeKind.Scalar: _xml.WriteString(Text(value, at)); break;
            case ShapeKind.RefAttribute: _xml.WriteAttributeString("ref", Text(value, at)); break;
            case ShapeKind.Choice: Item(shape.Choices, value, at); break;
            case ShapeKind.Dependency: Dependency((JsonObject)value, at); break;
            case ShapeKind.Tools when value is JsonArray tools:
                foreach (var tool in tools) Item(shape.Choices, tool, at);
                break;
            default:
                if (value is JsonObject o) Object(shape, o, at);
                // A bare reference (the transforms of IKEv2) has become an object in the XML of 1.7.
                else if (_version != "1.7") _xml.WriteString(Text(value, at));
                else if (shape.Members.FirstOrDefault(m => m.Json == "algorithm") is { } algorithm) Member(algorithm, value, at);
                else _lost(at, "has no form in CycloneDX XML");
                break;
        }
    }

    private void Object(XmlShape shape, JsonObject o, string at)
    {
        foreach (var name in o.Select(p => p.Key))
        {
            if (!shape.Members.Any(m => m.Json == name || (m.Style == MemberStyle.Merged && m.Items[0].Shape().Members.Any(x => x.Json == name)))) _lost($"{at}/{name}", "has no place in CycloneDX XML");
        }

        foreach (var member in shape.Members.OrderBy(m => m.Style == MemberStyle.Attribute ? 0 : 1))
        {
            if (member.Style == MemberStyle.Merged)
            {
                var inner = member.Items[0].Shape();
                if (o.ContainsKey(member.Json)) Element(member.Xml, inner, new JsonObject(o.Where(p => inner.Members.Any(m => m.Json == p.Key)).Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone()))), at);
                continue;
            }

            if (o[member.Json] is not { } value) continue;
            if (member.Items.Count == 1 && value is JsonValue && member.Items[0].Shape() is { Kind: ShapeKind.Scalar, Pattern: { } pattern } && !pattern.IsMatch(Text(value, at)))
            {
                _lost($"{at}/{member.Json}", $"the value {value.ToJsonString()} is not allowed in CycloneDX XML");
                continue;
            }

            if (member.Style == MemberStyle.Attribute) _xml.WriteAttributeString(member.Xml, member.Xml == "bom-ref" ? Unique(Text(value, at), at) : Text(value, at));
            else if (member.Style == MemberStyle.Text) _xml.WriteString(Text(value, at));
            else Member(member, value, $"{at}/{member.Json}");
        }
    }

    /// <summary>The XSD demands that a reference is declared once in the whole document; JSON only asks for it.</summary>
    private string Unique(string reference, string at)
    {
        if (_refs.Add(reference)) return reference;
        var n = 2;
        while (!_refs.Add($"{reference}~{n}")) n = n < 8 ? n + 1 : n + _refs.Count;
        _lost(at, $"the reference \"{reference}\" is declared more than once, which XML forbids; written as \"{reference}~{n}\"");
        return $"{reference}~{n}";
    }

    private void Dependency(JsonObject o, string at)
    {
        _xml.WriteAttributeString("ref", Text(o["ref"]!, at));
        foreach (var (name, element) in new[] { ("dependsOn", "dependency"), ("provides", "provides") })
        {
            foreach (var to in o[name] as JsonArray ?? [])
            {
                _xml.WriteStartElement(element, _ns);
                _xml.WriteAttributeString("ref", Text(to!, at));
                _xml.WriteEndElement();
            }
        }
    }

    private string Text(JsonNode value, string at)
    {
        if (value is not JsonValue scalar) return value.ToJsonString();
        if (scalar.GetValueKind() != JsonValueKind.String) return scalar.ToJsonString();
        var text = scalar.GetValue<string>();
        if (!Illegal(text)) return text;
        _lost(at, "characters that XML cannot hold were left out");
        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes()) if (rune.Value is 9 or 10 or 13 or >= 0x20 and not (0xFFFE or 0xFFFF)) clean.Append(rune);
        return clean.ToString();
    }

    private static bool Illegal(string text)
    {
        foreach (var c in text) if (c is < ' ' and not ('\t' or '\n' or '\r') or '\uFFFE' or '\uFFFF') return true;
        return false;
    }
}
