using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Headwater.Core.Sboms.Schema;

[Flags]
internal enum JsonTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8,
    String = 16,
    Array = 32,
    Object = 64,
}

/// <summary>
/// One schema, read from its JSON once. Sub-schemas are nodes of their own, read when they are first used: a document touches
/// a small part of a large schema. Two threads may read the same node at once; they come to the same result.
/// </summary>
internal sealed class SchemaNode
{
    private readonly JsonElement _json;
    private Keywords? _keywords;
    private SchemaNode? _target;

    public SchemaNode(SchemaDocument document, JsonElement json)
    {
        Document = document;
        _json = json;
        Literal = json.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };
    }

    public SchemaDocument Document { get; }

    /// <summary>The schemas <c>true</c> and <c>false</c>.</summary>
    public bool? Literal { get; }

    public Keywords Words => _keywords ??= new Keywords(this, _json);

    /// <summary>The node itself or, when it is nothing but a reference, what it refers to.</summary>
    public SchemaNode Target
    {
        get
        {
            if (_target is not null) return _target;
            var node = this;
            for (var hops = 0; hops < 32 && node.Literal is null && node.Words is { Ref: { } next, IsOnlyRef: true }; hops++) node = next;
            return _target = node;
        }
    }

    public SchemaNode? Items => Literal is null ? Words.Items : null;

    public bool UniqueItems => Literal is null && Words.UniqueItems;

    public IReadOnlyList<string> Required => Literal is null ? [.. Words.Required.Select(r => r.Name)] : [];

    public SchemaNode? AdditionalProperties => Literal is null ? Words.AdditionalProperties : null;

    public IEnumerable<string> PropertyNames => Literal is null && _json.TryGetProperty("properties"u8, out var p) ? p.EnumerateObject().Select(x => x.Name) : [];

    public IEnumerable<SchemaNode> Alternatives => Literal is null ? [.. Words.OneOf, .. Words.AnyOf, .. Words.AllOf] : [];

    public SchemaNode? PropertyNamed(string name) => Literal is null ? Words.Properties?.Find(Encoding.UTF8.GetBytes(name)) : null;

    public bool Allows(string type) => Literal ?? (Words.Types == JsonTypes.None || (Words.Types & Keywords.Type(type)) != 0);
}

/// <summary>The keywords of one schema in a form that is quick to apply.</summary>
internal sealed class Keywords
{
    /// <summary>Patterns come from the published schemas and are simple; the time-out is for what an attacker's string could make of one.</summary>
    private static readonly TimeSpan PatternTimeout = TimeSpan.FromMilliseconds(500);

    public Keywords(SchemaNode node, JsonElement json)
    {
        var document = node.Document;
        SchemaNode Node(JsonElement e) => new(document, e);
        SchemaNode[] Nodes(JsonElement e) => [.. e.EnumerateArray().Select(Node)];

        if (json.TryGetProperty("$ref"u8, out var reference))
        {
            Ref = document.Set.Find(document, reference.GetString()!);
            IsOnlyRef = document.RefStandsAlone || json.EnumerateObject().All(p => p.Name is "$ref" or "title" or "description" or "$comment" or "deprecated" or "examples");
            if (document.RefStandsAlone) return;
        }

        foreach (var word in json.EnumerateObject())
        {
            var v = word.Value;
            switch (word.Name)
            {
                case "type": Types = v.ValueKind == JsonValueKind.Array ? v.EnumerateArray().Aggregate(JsonTypes.None, (t, e) => t | Type(e.GetString()!)) : Type(v.GetString()!); break;
                case "const": Const = v; break;
                case "enum": (EnumStrings, EnumOthers, EnumCount) = Enum(v); break;
                case "properties": Properties = new Utf8Map<SchemaNode>(v.EnumerateObject().Select(p => (p.Name, Node(p.Value)))); break;
                case "patternProperties": PatternProperties = [.. v.EnumerateObject().Select(p => (Pattern(p.Name), Node(p.Value)))]; break;
                case "additionalProperties": AdditionalProperties = Node(v); break;
                case "unevaluatedProperties": UnevaluatedProperties = Node(v); break;
                case "propertyNames": PropertyNames = Node(v); break;
                case "required": Required = [.. v.EnumerateArray().Select(e => (e.GetString()!, Encoding.UTF8.GetBytes(e.GetString()!)))]; break;
                case "dependentRequired": DependentRequired = [.. v.EnumerateObject().Select(p => (p.Name, p.Value.EnumerateArray().Select(e => e.GetString()!).ToArray()))]; break;
                case "dependentSchemas": DependentSchemas = [.. v.EnumerateObject().Select(p => (p.Name, Node(p.Value)))]; break;
                case "dependencies":
                    DependentRequired = [.. v.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array).Select(p => (p.Name, p.Value.EnumerateArray().Select(e => e.GetString()!).ToArray()))];
                    DependentSchemas = [.. v.EnumerateObject().Where(p => p.Value.ValueKind != JsonValueKind.Array).Select(p => (p.Name, Node(p.Value)))];
                    break;
                case "items" when v.ValueKind == JsonValueKind.Array: PrefixItems = Nodes(v); break;
                case "items": Items = Node(v); break;
                case "prefixItems": PrefixItems = Nodes(v); break;
                // Without a tuple the keyword means nothing; the official CycloneDX schemas write it beside a plain items.
                case "additionalItems": if (json.TryGetProperty("items"u8, out var tuple) && tuple.ValueKind == JsonValueKind.Array) Items = Node(v); break;
                case "contains": Contains = Node(v); break;
                case "minItems": MinItems = v.GetInt32(); break;
                case "maxItems": MaxItems = v.GetInt32(); break;
                case "uniqueItems": UniqueItems = v.GetBoolean(); break;
                case "minProperties": MinProperties = v.GetInt32(); break;
                case "maxProperties": MaxProperties = v.GetInt32(); break;
                case "minLength": MinLength = v.GetInt32(); break;
                case "maxLength": MaxLength = v.GetInt32(); break;
                case "pattern": Regex = Pattern(v.GetString()!); PatternText = v.GetString(); break;
                case "format": Format = v.GetString(); break;
                case "minimum": Minimum = v.GetDouble(); break;
                case "maximum": Maximum = v.GetDouble(); break;
                case "exclusiveMinimum": ExclusiveMinimum = v.GetDouble(); break;
                case "exclusiveMaximum": ExclusiveMaximum = v.GetDouble(); break;
                case "multipleOf": MultipleOf = v.GetDouble(); break;
                case "allOf": AllOf = Nodes(v); break;
                case "anyOf": AnyOf = Nodes(v); break;
                case "oneOf": OneOf = Nodes(v); break;
                case "not": Not = Node(v); break;
                case "if": If = Node(v); break;
                case "then": Then = Node(v); break;
                case "else": Else = Node(v); break;
            }
        }
    }

    public SchemaNode? Ref { get; }
    public bool IsOnlyRef { get; }
    public JsonTypes Types { get; }
    public JsonElement? Const { get; }
    public Utf8Map<string>? EnumStrings { get; }
    public JsonElement[] EnumOthers { get; } = [];
    public int EnumCount { get; }
    public Utf8Map<SchemaNode>? Properties { get; }
    public (Regex Pattern, SchemaNode Node)[] PatternProperties { get; } = [];
    public SchemaNode? AdditionalProperties { get; }
    public SchemaNode? UnevaluatedProperties { get; }
    public SchemaNode? PropertyNames { get; }
    public (string Name, byte[] Utf8)[] Required { get; } = [];
    public (string Name, string[] Needs)[] DependentRequired { get; } = [];
    public (string Name, SchemaNode Node)[] DependentSchemas { get; } = [];
    public SchemaNode[] PrefixItems { get; } = [];
    public SchemaNode? Items { get; }
    public SchemaNode? Contains { get; }
    public int MinItems { get; }
    public int MaxItems { get; } = int.MaxValue;
    public bool UniqueItems { get; }
    public int MinProperties { get; }
    public int MaxProperties { get; } = int.MaxValue;
    public int MinLength { get; }
    public int MaxLength { get; } = int.MaxValue;
    public Regex? Regex { get; }
    public string? PatternText { get; }
    public string? Format { get; }
    public double? Minimum { get; }
    public double? Maximum { get; }
    public double? ExclusiveMinimum { get; }
    public double? ExclusiveMaximum { get; }
    public double? MultipleOf { get; }
    public SchemaNode[] AllOf { get; } = [];
    public SchemaNode[] AnyOf { get; } = [];
    public SchemaNode[] OneOf { get; } = [];
    public SchemaNode? Not { get; }
    public SchemaNode? If { get; }
    public SchemaNode? Then { get; }
    public SchemaNode? Else { get; }

    public static JsonTypes Type(string name) => name switch
    {
        "null" => JsonTypes.Null,
        "boolean" => JsonTypes.Boolean,
        "integer" => JsonTypes.Integer,
        "number" => JsonTypes.Number | JsonTypes.Integer,
        "string" => JsonTypes.String,
        "array" => JsonTypes.Array,
        "object" => JsonTypes.Object,
        _ => throw new InvalidOperationException($"The schema names a type that does not exist: {name}."),
    };

    private static (Utf8Map<string>? Strings, JsonElement[] Others, int Count) Enum(JsonElement values)
    {
        var strings = values.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!).Distinct().Select(s => (s, s)).ToArray();
        JsonElement[] others = [.. values.EnumerateArray().Where(e => e.ValueKind != JsonValueKind.String)];
        return (strings.Length == 0 ? null : new Utf8Map<string>(strings), others, values.GetArrayLength());
    }

    /// <summary>ECMA-262 means the very end by <c>$</c>, and ASCII by <c>\d</c>; .NET means a little more by each.</summary>
    private static Regex Pattern(string pattern)
    {
        var text = pattern.EndsWith('$') && !pattern.EndsWith("\\$", StringComparison.Ordinal) ? pattern[..^1] + "\\z" : pattern;
        text = text.Replace("\\d", "[0-9]", StringComparison.Ordinal).Replace("(.*)", "([^\\n\\r\\u2028\\u2029]*)", StringComparison.Ordinal);
        // A repeated group may take time beyond all measure on a string made for it; the others are quicker without the automaton.
        var repeatsGroup = text.Contains(")*", StringComparison.Ordinal) || text.Contains(")+", StringComparison.Ordinal);
        return new Regex(text, RegexOptions.CultureInvariant | (repeatsGroup ? RegexOptions.NonBacktracking : RegexOptions.None), PatternTimeout);
    }
}
