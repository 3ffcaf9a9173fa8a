using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml;

namespace Headwater.Core.Sboms.CycloneDx.Xml;

/// <summary>Turns an element of CycloneDX XML into the JSON that says the same. The depth is bounded, and so is the size of one part.</summary>
internal sealed class XmlToJson(XmlReader xml, string ns, SbomReadOptions options, Action<string, string> warn)
{
    private long _size;

    /// <summary>Dependencies that were nested in others.</summary>
    public List<JsonObject> Inner { get; } = [];

    /// <summary>Takes an element of another namespace, if it is one that is known; returns true when it moved past it.</summary>
    public Func<bool>? Extension { get; init; }

    /// <summary>Reads the element on which the reader stands and leaves the reader behind it.</summary>
    public JsonNode? Read(XmlShape shape)
    {
        _size = 0;
        return Value(shape, 0);
    }

    /// <summary>Reads the element on which the reader stands as a member of the object around it, and leaves the reader behind it.</summary>
    public JsonNode? ReadMember(XmlShape around, ShapeMember member)
    {
        _size = 0;
        var o = new JsonObject();
        Member(o, around, 0);
        return o[member.Json];
    }

    /// <summary>Runs over the child elements of the element on which the reader stands; the action must move past each. Leaves the reader behind the element.</summary>
    public void Children(Action action)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return;
        }

        xml.Read();
        Rest(action);
    }

    private void Rest(Action action)
    {
        while (xml.NodeType != XmlNodeType.EndElement && !xml.EOF)
        {
            if (xml.NodeType != XmlNodeType.Element) xml.Read();
            else if (xml.NamespaceURI == ns) action();
            else Foreign();
        }

        xml.Read();
    }

    /// <summary>Skips an element that the model has no place for.</summary>
    public void Foreign()
    {
        if (Extension?.Invoke() == true) return;
        if (xml.NamespaceURI != "http://www.w3.org/2000/09/xmldsig#") warn(SbomXml.Place(xml), $"<{xml.Name}> is not part of the standard's JSON form and is not kept");
        xml.Skip();
    }

    private JsonNode? Value(XmlShape shape, int depth)
    {
        if (depth > options.MaxDepth || xml.Depth > options.MaxDepth * 2) throw new SbomFormatException(SbomXml.Place(xml), $"elements are nested deeper than {options.MaxDepth}");
        switch (shape.Kind)
        {
            case ShapeKind.Scalar: return Scalar(shape, Text());
            case ShapeKind.RefAttribute:
                var reference = JsonValue.Create(xml.GetAttribute("ref") ?? string.Empty);
                xml.Skip();
                return reference;
            case ShapeKind.Dependency: return Dependency(depth);
            case ShapeKind.Tools: return Tools(shape, depth);
            case ShapeKind.Choice:
                JsonNode? chosen = null;
                Children(() =>
                {
                    if (shape.Choices.FirstOrDefault(c => c.Xml == xml.LocalName) is { } choice) chosen = Value(choice.Shape(), depth + 1);
                    else Foreign();
                });
                return chosen;
            default: return Object(shape, depth);
        }
    }

    private JsonNode Object(XmlShape shape, int depth)
    {
        var o = new JsonObject();
        if (xml.MoveToFirstAttribute())
        {
            do
            {
                if (!xml.IsDefault && xml.NamespaceURI.Length == 0 && shape.Attribute(xml.LocalName) is { } attribute) Set(o, attribute.Json, Scalar(attribute.Items[0].Shape(), Bounded(xml.Value)));
            }
            while (xml.MoveToNextAttribute());
            xml.MoveToElement();
        }

        if (shape.Text is { } text)
        {
            Set(o, text.Json, Scalar(text.Items[0].Shape(), Text()));
            return o;
        }

        // In 1.6 the transforms of IKEv2 are bare references; since 1.7 they are objects that hold one.
        if (shape.Members.Any(m => m.Json == "algorithm") && !xml.IsEmptyElement)
        {
            var bare = string.Empty;
            xml.Read();
            while (xml.NodeType is not (XmlNodeType.EndElement or XmlNodeType.Element) && !xml.EOF)
            {
                bare += Bounded(xml.Value);
                xml.Read();
            }

            if (xml.NodeType == XmlNodeType.EndElement && bare.Trim().Length > 0)
            {
                xml.Read();
                return JsonValue.Create(bare.Trim());
            }

            Rest(() => Member(o, shape, depth));
            return o;
        }

        Children(() => Member(o, shape, depth));
        return o;
    }

    private void Member(JsonObject o, XmlShape shape, int depth)
    {
        if (shape.Element(xml.LocalName) is not { } member)
        {
            Foreign();
            return;
        }

        switch (member.Style)
        {
            case MemberStyle.Repeated:
                if (Value(member.Items[0].Shape(), depth + 1) is { } one) List(o, member.Json).Add(one);
                break;
            case MemberStyle.Wrapped:
                var list = List(o, member.Json);
                Children(() =>
                {
                    if (member.Items.FirstOrDefault(i => i.Xml == xml.LocalName) is { } item) Item(list, item, depth + 1);
                    else Foreign();
                });
                break;
            case MemberStyle.Merged:
                if (Value(member.Items[0].Shape(), depth + 1) is JsonObject parts)
                {
                    foreach (var (name, value) in parts.ToArray()) Set(o, name, value?.DeepClone());
                }

                break;
            default: Set(o, member.Json, Value(member.Items[0].Shape(), depth + 1)); break;
        }
    }

    private void Item(JsonArray list, ShapeItem item, int depth)
    {
        if (Value(item.Shape(), depth) is { } value) list.Add(item.Keyed ? new JsonObject { [item.Xml] = value } : value);
    }

    private JsonNode Tools(XmlShape shape, int depth)
    {
        var (list, whole) = (new JsonArray(), new JsonObject());
        Children(() =>
        {
            if (xml.LocalName == "tool") Item(list, shape.Choices[0], depth + 1);
            else Member(whole, shape, depth + 1);
        });
        return whole.Count > 0 ? whole : list;
    }

    /// <summary>What is nested in a nested dependency is a statement on that one; it waits in <see cref="Inner"/>.</summary>
    private JsonObject Dependency(int depth)
    {
        if (depth > options.MaxDepth) throw new SbomFormatException(SbomXml.Place(xml), $"elements are nested deeper than {options.MaxDepth}");
        var o = new JsonObject { ["ref"] = xml.GetAttribute("ref") ?? string.Empty };
        Bounded((string)o["ref"]!);
        Children(() =>
        {
            List(o, xml.LocalName == "provides" ? "provides" : "dependsOn").Add(JsonValue.Create(xml.GetAttribute("ref") ?? string.Empty));
            if (xml.IsEmptyElement || xml.LocalName == "provides")
            {
                xml.Skip();
            }
            else if (Dependency(depth + 1) is { Count: > 1 } inner)
            {
                Inner.Add(inner);
            }
        });
        return o;
    }

    private static JsonArray List(JsonObject o, string name)
    {
        if (o[name] is JsonArray list) return list;
        o[name] = list = [];
        return list;
    }

    private static void Set(JsonObject o, string name, JsonNode? value)
    {
        if (value is not null) o[name] = value;
    }

    private string Text()
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return string.Empty;
        }

        var text = new StringBuilder();
        xml.Read();
        while (xml.NodeType != XmlNodeType.EndElement && !xml.EOF)
        {
            if (xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                text.Append(Bounded(xml.Value));
                if (text.Length > options.MaxStringBytes) throw new SbomFormatException(SbomXml.Place(xml), $"a text is longer than {options.MaxStringBytes} characters");
                xml.Read();
            }
            else if (xml.NodeType == XmlNodeType.Element)
            {
                Foreign();
            }
            else
            {
                xml.Read();
            }
        }

        xml.Read();
        return text.ToString();
    }

    private string Bounded(string text)
    {
        _size += text.Length + 16;
        if (text.Length > options.MaxStringBytes) throw new SbomFormatException(SbomXml.Place(xml), $"a text is longer than {options.MaxStringBytes} characters");
        if (_size > options.MaxElementBytes) throw new SbomFormatException(SbomXml.Place(xml), $"this part of the document is larger than {options.MaxElementBytes} bytes");
        return text;
    }

    private static JsonValue Scalar(XmlShape shape, string text)
    {
        var trimmed = text.Trim(' ', '\t', '\r', '\n');
        switch (shape.Scalar)
        {
            case "boolean" when trimmed is "true" or "1": return JsonValue.Create(true);
            case "boolean" when trimmed is "false" or "0": return JsonValue.Create(false);
            case "number" when long.TryParse(trimmed, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole): return JsonValue.Create(whole);
            case "number" when decimal.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number): return JsonValue.Create(number);
            default: return JsonValue.Create(shape.Collapse ? trimmed : text)!;
        }
    }
}
