using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Headwater.Core.Sboms.Spdx;

/// <summary>One top-level property of an SPDX 2 document, or one element of a top-level list, as JSON in UTF-8.</summary>
/// <param name="Name">The property's name in the JSON serialisation.</param>
/// <param name="Index">The place in the list; -1 for a property that is not a list.</param>
/// <param name="Json">Its value.</param>
/// <param name="Position">Where it stands in the source, <c>line:column</c>.</param>
internal readonly record struct SpdxPart(string Name, int Index, ReadOnlyMemory<byte> Json, string Position);

/// <summary>
/// Collects what a reader of text finds into the parts that the JSON serialisation has, so that one check and one mapping serve all
/// serialisations of SPDX 2.
/// </summary>
internal sealed class SpdxPartCollector
{
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public List<SpdxPart> Parts { get; } = [];

    public void Add(string name, bool isElement, ReadOnlyMemory<byte> json, string position)
    {
        var index = -1;
        if (isElement)
        {
            index = _counts.GetValueOrDefault(name);
            _counts[name] = index + 1;
        }
        Parts.Add(new SpdxPart(name, index, json, position));
    }

    /// <summary>Adds a tree of text: a list at the top becomes one part for each of its elements.</summary>
    public void Add(string name, SpdxNode node)
    {
        if (node.Items is { } items && Spdx2Shapes.Document.Fields.TryGetValue(name, out var field) && field.Kind is SpdxFieldKind.Objects or SpdxFieldKind.Texts)
        {
            foreach (var item in items) Add(name, true, Serialize(name, item), item.Position);
            return;
        }
        Add(name, false, Serialize(name, node), node.Position);
    }

    private static ReadOnlyMemory<byte> Serialize(string name, SpdxNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true })) node.Write(writer, name);
        return buffer.WrittenMemory;
    }
}

/// <summary>A value of a serialisation whose scalars are text: a text, a list or an object. Depth is bounded by who builds it.</summary>
internal sealed class SpdxNode(string position)
{
    private const int MaxProperties = 1000;

    public string Position { get; } = position;

    public string? Text { get; set; }

    public List<SpdxNode>? Items { get; set; }

    public List<KeyValuePair<string, SpdxNode>>? Properties { get; set; }

    public SpdxNode Set(string name, SpdxNode value)
    {
        if (Properties?.Count == MaxProperties) throw new SbomFormatException(value.Position, $"An object has more than {MaxProperties} properties.");
        (Properties ??= []).Add(new(name, value));
        return this;
    }

    public SpdxNode Set(string name, string? text) => text is null ? this : Set(name, new SpdxNode(Position) { Text = text });

    /// <summary>Adds to the list of that name, which is made when it is not there.</summary>
    public SpdxNode Append(string name, SpdxNode value)
    {
        var list = Find(name);
        if (list?.Items is null) Set(name, list = new SpdxNode(value.Position) { Items = [] });
        list.Items!.Add(value);
        return this;
    }

    public SpdxNode Append(string name, string text) => Append(name, new SpdxNode(Position) { Text = text });

    public SpdxNode? Find(string name)
    {
        if (Properties is null) return null;
        foreach (var (key, value) in Properties)
        {
            if (key == name) return value;
        }
        return null;
    }

    /// <summary>A tree for a JSON value, whose depth its parser has bounded.</summary>
    public static SpdxNode From(JsonElement json)
    {
        var node = new SpdxNode("");
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                node.Properties = [];
                foreach (var property in json.EnumerateObject()) node.Properties.Add(new(property.Name, From(property.Value)));
                break;
            case JsonValueKind.Array:
                node.Items = [];
                foreach (var item in json.EnumerateArray()) node.Items.Add(From(item));
                break;
            case JsonValueKind.String: node.Text = json.GetString(); break;
            case JsonValueKind.Null: break;
            default: node.Text = json.GetRawText(); break;
        }
        return node;
    }

    public string? TextOf(string name) => Find(name)?.Text;

    public void Write(Utf8JsonWriter writer, string name)
    {
        if (Items is not null)
        {
            writer.WriteStartArray();
            foreach (var item in Items) item.Write(writer, name);
            writer.WriteEndArray();
        }
        else if (Properties is not null)
        {
            writer.WriteStartObject();
            foreach (var (key, value) in Properties)
            {
                writer.WritePropertyName(key);
                value.Write(writer, key);
            }
            writer.WriteEndObject();
        }
        else if (Text is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            WriteScalar(writer, name);
        }
    }

    private void WriteScalar(Utf8JsonWriter writer, string name)
    {
        switch (Spdx2Shapes.ScalarOf(name))
        {
            case SpdxFieldKind.Flag when bool.TryParse(Text, out var flag): writer.WriteBooleanValue(flag); break;
            case SpdxFieldKind.Integer when long.TryParse(Text, System.Globalization.NumberStyles.Integer, System.Globalization.CultureInfo.InvariantCulture, out var number):
                writer.WriteNumberValue(number);
                break;
            default: writer.WriteStringValue(Text); break;
        }
    }
}
