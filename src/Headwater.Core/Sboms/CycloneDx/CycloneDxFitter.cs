using System.Text.Json;
using System.Text.Json.Nodes;
using Headwater.Core.Sboms.Schema;

namespace Headwater.Core.Sboms.CycloneDx;

/// <summary>
/// Makes a part fit the schema of the target version: what the schema has no place for is left out and reported. The schema
/// itself says what that is, so no table of differences between versions has to be kept.
/// </summary>
internal sealed class CycloneDxFitter(string version, Action<string, string> lost)
{
    /// <summary>What a version demands of a component and later ones do not, with what says nothing in its place.</summary>
    private static readonly (string Name, Func<JsonNode> Value, string Said)[] Demanded =
    [
        ("version", () => JsonValue.Create(string.Empty), "a version, and an empty one was written for"),
        ("modified", () => JsonValue.Create(false), "to say whether it was modified, and that it was not was written for"),
    ];

    /// <summary>Kinds of component that a version may not know, and what is nearest.</summary>
    private static readonly Dictionary<string, string[]> Nearest = new(StringComparer.Ordinal)
    {
        ["container"] = ["application"],
        ["platform"] = ["framework"],
        ["device-driver"] = ["firmware", "application"],
        ["firmware"] = ["application"],
        ["file"] = ["library"],
        ["machine-learning-model"] = ["library"],
        ["data"] = ["file", "library"],
        ["cryptographic-asset"] = ["file", "library"],
    };

    private readonly Dictionary<string, int> _demanded = new(StringComparer.Ordinal);

    /// <summary>Says of how many components something had to be written that the document does not say.</summary>
    public void ReportDemanded()
    {
        foreach (var (name, _, said) in Demanded)
        {
            if (_demanded.TryGetValue(name, out var count)) lost("/components", $"CycloneDX {version} demands of a component {said} {count} that {(count == 1 ? "does" : "do")} not say");
        }
    }

    /// <summary>A part that is valid, or null when nothing of it can be said.</summary>
    public JsonNode? Fit(JsonNode part, JsonSchema schema, string at)
    {
        if (IsValid(part, schema)) return part;
        var fitted = Reduce(part, schema, at, lost);
        if (fitted is not null && IsValid(fitted, schema)) return fitted;
        lost(at, $"cannot be said in CycloneDX {version} and was left out");
        return null;
    }

    private static bool IsValid(JsonNode part, JsonSchema schema)
    {
        using var document = JsonSerializer.SerializeToDocument(part, CycloneDxNodes.Default.JsonNode);
        return schema.IsValid(document.RootElement);
    }

    private JsonNode? Reduce(JsonNode part, JsonSchema schema, string at, Action<string, string> report)
    {
        if (IsValid(part, schema)) return part;
        switch (part)
        {
            case JsonObject o when schema.Allows("object"): return ReduceObject(o, schema, at, report);
            case JsonArray a when schema.Allows("array"): return ReduceArray(a, schema, at, report);
            default: return Choose(part, schema, at, report);
        }
    }

    private JsonNode? ReduceObject(JsonObject o, JsonSchema schema, string at, Action<string, string> report)
    {
        var kept = new JsonObject();
        foreach (var (name, value) in o)
        {
            if (value is null) continue;
            var inner = schema.Property(name);
            if (inner is null)
            {
                if (!schema.Closed) kept[name] = value.DeepClone();
                else report($"{at}/{name}", $"has no place in CycloneDX {version}");
                continue;
            }

            var fitted = Reduce(value, inner, $"{at}/{name}", report);
            if (fitted is null && name == "type" && at.Contains("/externalReferences/", StringComparison.Ordinal)) fitted = "other";
            else if (fitted is null && value is JsonValue scalar && scalar.GetValueKind() == JsonValueKind.String) fitted = Near(name, scalar.GetValue<string>(), inner);
            if (fitted is null || !ReferenceEquals(fitted, value)) ReportScalar(value, fitted, $"{at}/{name}", report);
            if (fitted is not null) kept[name] = ReferenceEquals(fitted, value) ? fitted.DeepClone() : fitted;
        }

        foreach (var (name, make, _) in Demanded)
        {
            if (kept.ContainsKey(name) || !kept.ContainsKey("type") || !schema.Required.Contains(name)) continue;
            kept[name] = make();
            _demanded[name] = _demanded.GetValueOrDefault(name) + 1;
        }

        if (schema.Required.Any(r => !kept.ContainsKey(r))) return null;
        return IsValid(kept, schema) ? kept : Choose(kept, schema, at, report);
    }

    /// <summary>The nearest text that the schema allows: another kind of component, or the text on one line; null when there is none.</summary>
    private static JsonValue? Near(string name, string text, JsonSchema schema)
    {
        foreach (var other in name == "type" ? Nearest.GetValueOrDefault(text, []) : text.AsSpan().ContainsAny("\n\r\u2028\u2029") ? [text.ReplaceLineEndings(" ").Replace('\u2028', ' ').Replace('\u2029', ' ')] : Array.Empty<string>())
        {
            var value = JsonValue.Create(other);
            if (IsValid(value, schema)) return value;
        }

        return null;
    }

    private void ReportScalar(JsonNode value, JsonNode? fitted, string at, Action<string, string> report)
    {
        if (value is JsonValue) report(at, $"the value {Short(value.ToJsonString())} is not allowed in CycloneDX {version}" + (fitted is null ? string.Empty : $"; written as {fitted.ToJsonString()}"));
        else if (fitted is null) report(at, $"cannot be said in CycloneDX {version} and was left out");
    }

    private JsonArray? ReduceArray(JsonArray a, JsonSchema schema, string at, Action<string, string> report)
    {
        if (schema.Items is not { } items) return Choose(a, schema, at, report) as JsonArray;
        var kept = new JsonArray();
        var seen = new HashSet<ulong>();
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i] is not { } element) continue;
            var fitted = Reduce(element, items, $"{at}/{i}", report);
            if (fitted is null)
            {
                report($"{at}/{i}", $"cannot be said in CycloneDX {version} and was left out");
                continue;
            }

            if (schema.UniqueItems)
            {
                using var document = JsonSerializer.SerializeToDocument(fitted, CycloneDxNodes.Default.JsonNode);
                if (!seen.Add(JsonHash.Of(document.RootElement))) continue;
            }

            kept.Add(ReferenceEquals(fitted, element) ? fitted.DeepClone() : fitted);
        }

        return kept;
    }

    /// <summary>Tries the alternatives and takes the first that leaves something; only its losses count.</summary>
    private JsonNode? Choose(JsonNode part, JsonSchema schema, string at, Action<string, string> report)
    {
        foreach (var alternative in schema.Alternatives)
        {
            var losses = new List<(string At, string What)>();
            var fitted = Reduce(part, alternative, at, (a, w) => losses.Add((a, w)));
            if (fitted is null || !IsValid(fitted, schema)) continue;
            foreach (var (a, w) in losses) report(a, w);
            return fitted;
        }

        return null;
    }

    private static string Short(string text) => text.Length <= 80 ? text : string.Concat(text.AsSpan(0, 77), "…");
}
